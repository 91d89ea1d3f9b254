"""The index by which the search finds its records, in each database's own way; looked after whenever `migrate` ends.

No migration makes it: to change a column Django makes a table of SQLite's anew and forgets every index that stands in
no model, and an index in the model would have to suit both databases.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from members.models import Member

NAME = "members_search"
SQLITE = "CREATE INDEX IF NOT EXISTS {name} ON {table} (sort_name, id, active, search_text)"
"""Holds everything that a search looks at, in the order of the list: the wide rows of the table are never read."""
POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (search_text gin_trgm_ops)",
)
"""Trigrams find any piece of three characters or more. A b-tree of texts would refuse rows of over 2,704 bytes."""

log = structlog.get_logger(__name__)


def make_search_index(using: str, **_said: Any) -> None:
    """Make the index where it is not there. Without it, for want of a right, the search is only slower."""
    connection = connections[using]
    if Member._meta.db_table not in connection.introspection.table_names():
        return
    if connection.vendor == "sqlite":
        _execute(connection, SQLITE)
    elif connection.vendor == "postgresql":
        try:
            with transaction.atomic(using=using):
                for statement in POSTGRES:
                    _execute(connection, statement)
        except DatabaseError as error:
            log.warning("search_without_index", reason=str(error).strip())


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(name=NAME, table=Member._meta.db_table))
