"""How long recalculation takes, beside the bare SQL that any way of doing it needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction

from groups.bench.association import everybody
from groups.bench.recording import Statement, recorded, run_again
from groups.marked_members import calculate_next_batch
from groups.marks import mark_stale
from groups.membership import recalculate
from groups.models import Group, GroupMember, StaleMember
from groups.whole_groups import calculate_next_group
from members.models import Member, Status
from members.records import update_members
from novi_ams.audit.actor import Actor

BENCH = Actor("Bench")
TOUCHED = 1_000
NAMES = ("recalculate_group_100000", "recalculate_members_1000")


@dataclass(frozen=True)
class Recalculation:
    """`seconds` of the product; `floor_seconds` of the bare SQL; `statements` that the product sent; `changed` rows."""

    seconds: float
    floor_seconds: float
    statements: int
    changed: int

    def as_dict(self) -> dict[str, Any]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure_group() -> Recalculation:
    """All of the group of everybody, from nobody in it.

    The floor is one INSERT … SELECT by hand that finds the same records and writes the same rows, and the counting of
    them.
    """
    group = everybody()
    with _undone():
        _empty(group)
        floor = _timed(lambda: _insert_by_hand(group))
    with _undone():
        _empty(group)
        Group.objects.filter(pk=group.pk).update(state="waiting")
        statements: list[Statement] = []
        with recorded(statements):
            seconds = _timed(lambda: calculate_next_group(lambda: None, only=group.pk))
        return Recalculation(seconds, floor, len(statements), GroupMember.objects.filter(group=group).count())


def _empty(group: Group) -> None:
    GroupMember.objects.filter(group=group.pk).delete()


def _insert_by_hand(group: Group) -> None:
    insert = """
        INSERT INTO groups_groupmember (member_id, group_id, is_beneficiary, since)
        SELECT id, %s, %s, CURRENT_TIMESTAMP FROM members_member WHERE active AND approved AND status <> ''
    """
    count = "SELECT COUNT(*) FROM groups_groupmember WHERE group_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(insert, [group.pk, False])
        cursor.execute(count, [group.pk])
        cursor.fetchall()


def measure_members() -> Recalculation:
    """A thousand records that an import changed, of whom many leave and join groups.

    The floor is the same statements sent again as bare SQL: what the database does, without the product around it.
    """
    ids = list(
        Member.objects.filter(status=Status.CURRENT).order_by("pk").values_list("pk", flat=True)[:TOUCHED]
    )
    statements: list[Statement] = []
    with _undone():
        _change(ids)
        before = GroupMember.objects.count()
        with recorded(statements):
            seconds = _timed(recalculate)
        changed = abs(GroupMember.objects.count() - before)
    with _undone():
        _change(ids)
        floor = _timed(lambda: run_again(statements))
    return Recalculation(seconds, floor, len(statements), changed)


def _change(ids: list[int]) -> None:
    update_members(Member.objects.filter(pk__in=ids), changes={"status": Status.EXPIRED}, actor=BENCH)
    StaleMember.objects.all().delete()
    mark_stale(ids, background=True)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _undone() -> Iterator[None]:
    """Every measurement begins with the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def measure_recalculations() -> Iterator[tuple[str, Recalculation]]:
    calculate_next_batch()
    yield NAMES[0], measure_group()
    yield NAMES[1], measure_members()
