"""Where the numbers of records begin in tests."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, models

FIRST_ID = 4_001


def begin_ids_at(first: int) -> None:
    """Every record made from now on has a number of at least `first`; for tables with few rows, on both databases."""
    tables = [
        (model._meta.db_table, model._meta.pk.column)
        for model in apps.get_models()
        if isinstance(model._meta.pk, models.AutoField)
    ]
    with connection.cursor() as cursor:
        for table, column in tables:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s, false)", [table, column, first]
                )
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first - 1])
