"""INSERT … SELECT, which the ORM lacks: what a query selects becomes rows without passing through Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet


def insert_select(model: type[Model], columns: Sequence[str], rows: QuerySet[Any, Any]) -> int:
    """Insert what `rows` selects (in the order of `columns`) into the model's table; answers how many rows.

    Column defaults of the model do not apply: every column without one in the database has to be named.
    """
    quote = connection.ops.quote_name
    fields: Iterator[Any] = (model._meta.get_field(column) for column in columns)
    names = ", ".join(quote(field.column) for field in fields)
    try:
        select, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({names}) {select}", params)
        return int(cursor.rowcount)
