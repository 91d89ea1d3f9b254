"""Whatever goes wrong at whatever request, a later cycle ends with the right list and nothing made twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from groups.models import Group
from integrations.models import ConstantContactConnection, Contact, Operation
from integrations.sandbox.server import SandboxServer
from integrations.sync import operations
from integrations.sync.cycle import Pauses, run_cycle
from integrations.tests.sync.cast import choose, edit, group, person, put_in, sync, take_out
from integrations.tests.sync.proof import assert_in_step
from members.models import Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

Trouble = Callable[[Any, str], Any]

TROUBLES: dict[str, Trouble] = {
    "drop before the work": lambda faults, path: faults.drop_before_work(1, method="POST", path=path),
    "drop after the work": lambda faults, path: faults.drop_after_work(1, method="POST", path=path),
    "500 empty": lambda faults, path: faults.fail_next(1, status=500, body="empty", method="POST", path=path),
    "500 after the work": lambda faults, path: faults.fail_next(
        1, status=500, body="html", method="POST", path=path, after_work=True
    ),
    "503 html": lambda faults, path: faults.fail_next(1, status=503, body="html", method="POST", path=path),
    "503 after the work": lambda faults, path: faults.fail_next(
        1, status=503, body="html", method="POST", path=path, after_work=True
    ),
    "truncated answer": lambda faults, path: faults.truncate(1, method="POST", path=path),
    "401": lambda faults, path: faults.fail_next(1, status=401, body="object", method="POST", path=path),
}
WRITES = [
    "/contact_lists",
    "/contact_custom_fields",
    "/contacts",
    "contacts_json_import",
    "remove_list_memberships",
]


@pytest.fixture(autouse=True)
def _no_waiting_for_lost_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox either did the work or never will: looking at once is right here."""
    for module in ("operations", "remote_lists", "remote_fields", "waves"):
        monkeypatch.setattr(f"integrations.sync.{module}.may_still_arrive", lambda _operation: False)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are over at once here and searches do not lag: waiting for either would be most of the time."""
    monkeypatch.setattr(Pauses, "due", lambda _pauses: True)
    monkeypatch.setattr("integrations.sync.readback.SEARCH_LAG", timedelta(0))


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_a_fault_in_a_write_is_healed(sandbox: SandboxServer, trouble: str, path: str) -> None:
    board, people = first_sync_with_fault(sandbox, trouble, path)
    assert sandbox.faults.pending() == 0
    settle()
    assert_in_step(sandbox)
    take_out(board, people[0])
    edit(people[1], first_name="Augusta", phone="1")
    settle()
    assert_in_step(sandbox)
    assert Operation.objects.filter(state__in=operations.OPEN).count() == 0


def first_sync_with_fault(sandbox: SandboxServer, trouble: str, path: str) -> tuple[Group, list[Member]]:
    """Everything that is written is in here: a list, a field, contacts one by one and by import, removals."""
    people = [person(f"p{number}@example.org", f"P{number}") for number in range(14)]
    choose(("phone", "Phone"))
    board = group("Board", *people[:3])
    TROUBLES[trouble](sandbox.faults, path)
    sync(board)
    settle()
    put_in(board, *people[3:])
    settle()
    take_out(board, people[4])
    settle()
    put_in(board, people[4])
    return board, people


def settle() -> None:
    """Cycle until quiet, without the waits after a failure."""
    for _ in range(6):
        outcome = run_cycle(trigger="test")
        waiting = Contact.objects.filter(not_before__lt=timezone.now() + timedelta(minutes=10))
        again = waiting.update(not_before=None) or outcome.reason
        if not again:
            return
    raise AssertionError(ConstantContactConnection.current().error or outcome.reason)
