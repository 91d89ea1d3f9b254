"""Marks: whose memberships have to be recalculated. Set in the transaction of the change itself, and taken in the
transaction that recalculates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet, Value
from django.utils import timezone

from groups.models import StaleMember
from members.chunks import chunked
from members.insert_select import insert_select
from members.models import CompanyRole, Member
from members.storing import TURN as MEMBERS_TURN
from novi_ams.association.models import Lease
from novi_ams.association.worker import tell_worker

CHUNK = 1_000
LEASE = "groups"
"""Held while whole groups are calculated; nobody takes marks then."""


@dataclass(frozen=True)
class Mark:
    member_id: int
    background: bool


def wake() -> None:
    """Have the worker recalculate soon after this transaction."""
    tell_worker("groups.recalculate")


def mark_stale(member_ids: Iterable[int], *, background: bool) -> None:
    """Mark these records and everybody whose groups hang on them; one INSERT … SELECT a thousand records.

    `background`: no person confirmed the effect on each group.
    """
    for ids in chunked(member_ids, CHUNK):
        insert_select(StaleMember, ("member_id", "background", "marked_at"), _marks(ids, background))
    wake()


def _marks(ids: list[int], background: bool) -> QuerySet[Member, tuple[int, bool, object]]:
    """A record's groups hang on itself, on its parent (parent fields, inheritance) and on the companies where
    it has a role. Those again hang on their own parents, so a change reaches two steps down.

    A UNION of narrow queries: one query with OR would read the whole table on PostgreSQL.
    """
    values = (Value(background), Value(timezone.now()))
    records, roles = Member.objects.order_by(), CompanyRole.objects.order_by()
    return (
        records.filter(pk__in=ids)
        .values_list("pk", *values)
        .union(
            records.filter(parent__in=ids).values_list("pk", *values),
            records.filter(parent__parent__in=ids).values_list("pk", *values),
            roles.filter(company__in=ids).values_list("person_id", *values),
            roles.filter(company__parent__in=ids).values_list("person_id", *values),
        )
    )


def take_marks(limit: int) -> list[Mark]:
    """Delete the oldest marks and answer them; none where there are none or while whole groups are calculated.

    Call inside a transaction: until its end nobody else takes marks, calculates a whole group or writes a member
    record or a definition. For that the statement locks the rows of both turns in the table of leases; on SQLite
    the transaction itself keeps everybody else waiting. Who waited for the lock sees every mark that its holder
    left, so one statement is the claim, the members' writers' turn, the reading and the deleting.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_taking(), [MEMBERS_TURN, LEASE, now, limit])
        return [Mark(member_id, bool(background)) for member_id, background in cursor.fetchall()]


def _taking() -> str:
    lease, marks = Lease._meta.db_table, StaleMember._meta.db_table
    lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
    return f"""
        WITH turn AS MATERIALIZED (
            SELECT name FROM {lease}
            WHERE name = %s OR (name = %s AND (until IS NULL OR until < %s)) ORDER BY name {lock}
        )
        DELETE FROM {marks} WHERE id IN (
            SELECT id FROM {marks} WHERE (SELECT COUNT(*) FROM turn) = 2 ORDER BY id LIMIT %s
        ) RETURNING member_id, background
    """  # noqa: S608 - names of models


def make_turns() -> bool:
    """Make the rows that `take_marks` locks; answers whether one was missing, which is so in a new installation."""
    made = [Lease.objects.get_or_create(name=name)[1] for name in (LEASE, MEMBERS_TURN)]
    return any(made)
