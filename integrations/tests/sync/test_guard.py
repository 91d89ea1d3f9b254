"""A background change that would empty or flood a list waits for a person; batches cannot drain it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from groups.membership import recalculate
from groups.models import Group
from integrations.models import ListMembership, MembershipState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.sync.guard import base_size, is_drained, is_flooded, note_size
from integrations.tests.sync.cast import TESTER, cycle, group, person, sync, take_out
from members.models import Member
from members.records import deactivate, update_members

pytestmark = pytest.mark.django_db(transaction=True)


def board_of(count: int) -> tuple[Group, list[Member]]:
    people = [person(f"p{number}@example.org", f"P{number}") for number in range(count)]
    board = group("Board", *people)
    sync(board)
    cycle()
    return board, people


def would_drain(synced: SyncedList, *, pending: int) -> bool:
    """Whether taking off so many, others than everybody, is too much at this moment."""
    base = base_size(synced)
    assert base
    return is_drained(synced, base, pending=pending, anybody_stays=True)


def test_a_bulk_edit_that_empties_a_list_is_held(sandbox: SandboxServer) -> None:
    _board, people = board_of(12)
    deactivate([one.pk for one in people], actor=TESTER)
    cycle()
    assert len(sandbox.members("Board")) == 12
    assert ListMembership.objects.filter(state=MembershipState.HELD).count() == 12


def test_values_still_change_while_removals_are_held(sandbox: SandboxServer) -> None:
    _board, people = board_of(12)
    deactivate([one.pk for one in people[:11]], actor=TESTER)
    deactivate([people[11].pk], actor=TESTER)
    cycle()
    update_members(Member.objects.filter(pk=people[0].pk), actor=TESTER, changes={"active": True})
    recalculate()
    cycle()
    held = ListMembership.objects.filter(state=MembershipState.HELD)
    assert not held.filter(contact__email_key="p0@example.org").exists()


def test_an_admin_who_edits_the_group_is_not_asked_again(sandbox: SandboxServer) -> None:
    board, people = board_of(12)
    take_out(board, *people)
    cycle()
    assert sandbox.members("Board") == []


def test_removals_for_consent_are_never_held(sandbox: SandboxServer) -> None:
    _board, people = board_of(12)
    update_members(
        Member.objects.filter(pk__in=[one.pk for one in people]), actor=TESTER, changes={"do_not_send": True}
    )
    cycle()
    assert sandbox.members("Board") == []


def test_batches_within_a_day_cannot_drain_a_list(sandbox: SandboxServer) -> None:
    _board, people = board_of(130)
    deactivate([one.pk for one in people[:60]], actor=TESTER)
    cycle()
    assert len(sandbox.members("Board")) == 70
    deactivate([one.pk for one in people[60:70]], actor=TESTER)
    cycle()
    assert len(sandbox.members("Board")) == 70
    assert ListMembership.objects.filter(state=MembershipState.HELD).count() == 10


def test_what_is_left_after_an_opt_out_is_all_of_the_list(sandbox: SandboxServer) -> None:
    _board, people = board_of(15)
    sandbox.people.unsubscribe("p0@example.org")
    cycle(check=True)
    deactivate([one.pk for one in people], actor=TESTER)
    cycle()
    assert len(sandbox.members("Board")) == 14


@pytest.mark.parametrize(
    ("size", "pending", "held"),
    [(10, 10, False), (11, 11, True), (11, 10, False), (100, 50, False), (101, 51, True), (200, 100, False)],
)
def test_where_the_line_is(sandbox: SandboxServer, size: int, pending: int, held: bool) -> None:
    synced = SyncedList.objects.create(group=Group.objects.create(name="X"), group_name="X")
    synced.sizes.create(count=size, removed_total=0, added_total=0)
    assert would_drain(synced, pending=pending) is held


@pytest.mark.parametrize(
    ("size", "pending", "held"), [(500, 900, False), (501, 501, False), (501, 502, True)]
)
def test_a_large_list_is_not_more_than_doubled(
    sandbox: SandboxServer, size: int, pending: int, held: bool
) -> None:
    synced = SyncedList.objects.create(group=Group.objects.create(name="X"), group_name="X")
    synced.sizes.create(count=size, removed_total=0, added_total=0)
    base = base_size(synced)
    assert base
    assert is_flooded(synced, base, pending=pending) is held


def test_a_day_later_the_list_is_measured_anew(sandbox: SandboxServer) -> None:
    synced = SyncedList.objects.create(group=Group.objects.create(name="X"), group_name="X")
    synced.sizes.create(count=100, removed_total=0, added_total=0)
    synced.removed_total = 40
    assert would_drain(synced, pending=20)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        synced.sizes.create(
            at=timezone.now() - timedelta(hours=24.5), count=60, removed_total=40, added_total=0
        )
        assert not would_drain(synced, pending=20)


def test_an_approval_is_a_new_measure(sandbox: SandboxServer) -> None:
    synced = SyncedList.objects.create(group=Group.objects.create(name="X"), group_name="X", removed_total=60)
    synced.sizes.create(at=timezone.now() - timedelta(hours=30), count=100, removed_total=0, added_total=0)
    assert would_drain(synced, pending=1)
    note_size(synced, approved=True)
    assert not would_drain(synced, pending=1)
