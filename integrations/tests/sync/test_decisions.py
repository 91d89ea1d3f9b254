"""What people decide about held changes and about many leavers at once."""

from __future__ import annotations

import pytest

from integrations.held import add_all_back, approve, keep_removed, reject
from integrations.models import Contact, ListMembership, MembershipState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.tests.sync.cast import TESTER, cycle
from integrations.tests.sync.test_guard import board_of
from members.records import deactivate, reactivate

pytestmark = pytest.mark.django_db(transaction=True)


def held_ids() -> list[int]:
    return list(ListMembership.objects.filter(state=MembershipState.HELD).values_list("pk", flat=True))


def test_approved_removals_happen(sandbox: SandboxServer) -> None:
    _board, people = board_of(12)
    deactivate([one.pk for one in people], actor=TESTER)
    cycle()
    assert approve(SyncedList.objects.get(), held_ids(), actor=TESTER) == 12
    cycle()
    assert sandbox.members("Board") == []


def test_only_what_was_shown_is_approved(sandbox: SandboxServer) -> None:
    _board, people = board_of(12)
    deactivate([one.pk for one in people], actor=TESTER)
    cycle()
    approve(SyncedList.objects.get(), held_ids()[:5], actor=TESTER)
    cycle()
    assert len(sandbox.members("Board")) == 7


def test_a_rejected_removal_leaves_the_list_until_the_record_comes_back(sandbox: SandboxServer) -> None:
    _board, people = board_of(12)
    deactivate([one.pk for one in people], actor=TESTER)
    cycle()
    assert reject(SyncedList.objects.get(), held_ids(), actor=TESTER) == 12
    cycle()
    assert len(sandbox.members("Board")) == 12
    reactivate([one.pk for one in people], actor=TESTER)
    cycle()
    assert not ListMembership.objects.exclude(state=MembershipState.OPEN).exists()


def many_leave(sandbox: SandboxServer) -> SyncedList:
    board_of(60)
    Contact.objects.update(written_at=None)
    SyncedList.objects.update(written_at=None)
    for number in range(55):
        sandbox.people.leave_list(f"p{number}@example.org", "Board")
    sandbox.clear_requests()
    cycle(check=True)
    return SyncedList.objects.get()


def test_many_leavers_are_one_question_and_few_requests(sandbox: SandboxServer) -> None:
    synced = many_leave(sandbox)
    assert ListMembership.objects.filter(state=MembershipState.LEFT).count() == 55
    assert synced.leavers_since is not None
    assert len(sandbox.requests()) <= 6


def test_all_of_them_may_be_added_back(sandbox: SandboxServer) -> None:
    synced = many_leave(sandbox)
    assert add_all_back(synced, actor=TESTER) == 55
    cycle()
    assert len(sandbox.members("Board")) == 60


def test_or_kept_off(sandbox: SandboxServer) -> None:
    synced = many_leave(sandbox)
    keep_removed(synced, actor=TESTER)
    cycle()
    assert len(sandbox.members("Board")) == 5
    assert SyncedList.objects.get().leavers_since is None
