"""Keeping PostgreSQL's planner on the short way; nothing of this concerns SQLite."""

from django.db import connection

from groups.models import GroupMember

MANY = 1_000
"""Rows written at once after which the planner's picture of a table is wrong."""


def without_jit() -> None:
    """Switch just-in-time compilation off until this transaction ends.

    A group's expression has hundreds of small functions and touches each record once: of 24 seconds over
    100,000 records 22 were compilation (measured on PostgreSQL 15).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")


def tell_planner(*, written: int) -> None:
    """After many rows, count the memberships anew at once.

    Autovacuum does so only a minute later. Until then the table passes for nearly empty, and asking 100,000
    records for their row in it took the wrong index and more than nine minutes instead of one second.
    """
    if connection.vendor == "postgresql" and written >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(GroupMember._meta.db_table)}")
