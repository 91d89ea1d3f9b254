"""Constant Contact takes no more jobs (1,000 of the account are waiting): that is neither throttling nor the quota.

What was not taken is tried again later, nothing is lost, and nothing is sent twice.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from groups.membership import recalculate
from integrations.constant_contact.errors import QueueFull
from integrations.models import ConstantContactConnection, Contact, Operation, OperationKind, OperationState
from integrations.sandbox import activities, choices
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Outcome, Pauses, run_cycle
from integrations.sync.pending import pending_count
from integrations.syncing import turn_off, turn_on
from integrations.tests.sync.cast import TESTER, cycle, edit, group, person, sync, take_out, there
from integrations.tests.sync.proof import assert_in_step
from members.models import Member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pauses, "due", lambda _pauses: True)


def room_for(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activities, "MAX_QUEUED", jobs)


def people(name: str, count: int) -> list[Member]:
    return [person(f"{name}{number}@example.org", name.title()) for number in range(count)]


def try_to_sync() -> Outcome:
    recalculate()
    return run_cycle(trigger="test")


def answers(sandbox: SandboxServer, path: str) -> list[int]:
    return [one.status for one in sandbox.requests() if one.method != "GET" and path in one.path]


def addresses_sent() -> int:
    """Rows of all imports that were taken."""
    taken = Operation.objects.filter(kind=OperationKind.IMPORT, state=OperationState.DONE)
    return sum(one.payload["count"] for one in taken)


@pytest.mark.parametrize("shape", choices.QueueFull)
def test_it_is_asked_once_and_again_in_a_minute(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, shape: choices.QueueFull
) -> None:
    sandbox.set(queue_full=shape)
    sync(group("Board", *people("board", 30)))
    room_for(0, monkeypatch)
    stopped = try_to_sync()
    assert stopped.reason == QueueFull.sentence
    assert answers(sandbox, "json_import") == [429]
    assert stopped.retry_at
    assert stopped.retry_at - timezone.now() <= timedelta(minutes=1)
    assert ConstantContactConnection.current().parked_until is None
    assert pending_count("acme") == 30
    assert not Contact.objects.filter(wave__isnull=False).exists()

    room_for(1000, monkeypatch)
    cycle()
    assert answers(sandbox, "json_import") == [429, 201]
    assert addresses_sent() == 30
    assert_in_step(sandbox)


def test_what_was_taken_goes_on_and_the_rest_follows(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.set(activity_seconds=0.5)
    for name in ("board", "staff", "chapter"):
        sync(group(name.title(), *people(name, 15)))
    room_for(1, monkeypatch)
    cycle()
    assert answers(sandbox, "json_import") == [201, 429, 201, 429, 201]
    assert addresses_sent() == 45
    assert [len(sandbox.members(name)) for name in ("Board", "Staff", "Chapter")] == [15, 15, 15]
    assert_in_step(sandbox)


def test_removals_wait_and_values_do_not(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob, *_ = members = people("board", 5)
    board = group("Board", *members)
    sync(board)
    cycle()
    take_out(board, bob)
    edit(ada, first_name="Augusta")
    room_for(0, monkeypatch)
    assert try_to_sync().reason == QueueFull.sentence
    assert there(sandbox, ada.email)["first_name"] == "Augusta"
    assert bob.email in sandbox.members("Board")

    room_for(1000, monkeypatch)
    sandbox.clear_requests()
    cycle()
    assert answers(sandbox, "") == [201]
    assert bob.email not in sandbox.members("Board")
    assert_in_step(sandbox)


def test_deleting_a_list_waits_and_nobodys_edit_waits_for_it(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = person("ada@example.org")
    board, staff = group("Board", ada), group("Staff", ada)
    turn_on(board, actor=TESTER)
    turn_on(staff, actor=TESTER)
    cycle()
    turn_off(staff, expected_size=1, actor=TESTER)
    edit(ada, first_name="Augusta")
    room_for(0, monkeypatch)
    cycle()
    assert there(sandbox, ada.email)["first_name"] == "Augusta"
    assert [one["name"] for one in sandbox.lists()] == ["My Contacts", "Board", "Staff"]

    room_for(1000, monkeypatch)
    cycle()
    assert answers(sandbox, "/contact_lists/") == [429]
    Operation.objects.update(finished_at=timezone.now() - timedelta(minutes=6))
    cycle()
    assert [one["name"] for one in sandbox.lists()] == ["My Contacts", "Board"]
    assert answers(sandbox, "/contact_lists/") == [429, 202]
