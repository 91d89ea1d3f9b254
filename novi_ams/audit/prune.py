"""The one way in which entries of the audit log go: by their age, and that is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.record import record

CHUNK = 10_000


def prune(*, before: datetime, why: str) -> int:
    """Delete the entries older than `before`, in short transactions; returns how many, and records it with `why`."""
    deleted = 0
    while found := _delete_some(before):
        deleted += found
    if deleted:
        record(
            Component.SETTING,
            item_id="audit_log",
            item_name="the Audit Log",
            action="pruned",
            after=f"{deleted:,} entries; {why}",
        )
    return deleted


def count_older(before: datetime) -> int:
    return AuditEntry.objects.filter(at__lt=before).count()


def _delete_some(before: datetime) -> int:
    """Delete up to CHUNK of them. In SQL, because the model refuses, and so does PostgreSQL unless it is told."""
    table = connection.ops.quote_name(AuditEntry._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL novi.pruning_audit_log = 'yes'")
        cursor.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE at < %s ORDER BY id LIMIT {CHUNK})",  # noqa: S608
            [connection.ops.adapt_datetimefield_value(before)],
        )
        return int(cursor.rowcount)
