"""One kind of write is refused again and again: everything else goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from groups.membership import recalculate
from groups.models import Group
from integrations.choose_fields import Choice, save_sync_fields
from integrations.list_orders import rename_list
from integrations.models import (
    Contact,
    ContactDeletion,
    ListMembership,
    MembershipState,
    SyncedList,
)
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Pauses, run_cycle
from integrations.syncing import turn_off, turn_on
from integrations.tests.sync.cast import TESTER, cycle, edit, group, person, put_in, take_out, there
from integrations.tests.sync.test_orders import forget, is_forgotten
from members.fields import catalogue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

NEWCOMERS = [f"new{number}@example.org" for number in range(12)]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pauses, "due", lambda _pauses: True)
    monkeypatch.setattr("integrations.sync.readback.SEARCH_LAG", timedelta(0))


def names(sandbox: SandboxServer) -> set[str]:
    return {one["name"] for one in sandbox.lists()}


def labels(sandbox: SandboxServer) -> set[str]:
    return {one["label"] for one in sandbox.fields()}


ORDERED: dict[tuple[str, str], Callable[[SandboxServer], bool]] = {
    ("POST", "/v3/contact_lists"): lambda sandbox: "Staff" in names(sandbox),
    ("PUT", "/v3/contact_lists"): lambda sandbox: "Directors" in names(sandbox),
    ("DELETE", "/v3/contact_lists"): lambda sandbox: "Chapter" not in names(sandbox),
    ("POST", "/v3/contact_custom_fields"): lambda sandbox: "County" in labels(sandbox),
    ("DELETE", "/v3/contact_custom_fields"): lambda sandbox: "Phone" not in labels(sandbox),
    ("POST", "/v3/contacts"): lambda sandbox: sandbox.contact("dora@example.org") is not None,
    ("PUT", "/v3/contacts"): lambda sandbox: there(sandbox, "ada@example.org")["first_name"] == "Augusta",
    ("DELETE", "/v3/contacts"): lambda sandbox: is_forgotten(sandbox, "carl@example.org"),
    ("POST", "json_import"): lambda sandbox: sandbox.contact("new0@example.org") is not None,
    ("POST", "remove_list"): lambda sandbox: there(sandbox, "erin@example.org")["lists"] == [],
}
"""What `order_everything` orders, by the write that brings it about."""


def order_everything() -> None:
    board = Group.objects.get(name="Board")
    Group.objects.filter(pk=board.pk).update(name="Directors")
    rename_list(SyncedList.objects.get(group=board), actor=TESTER)
    turn_off(Group.objects.get(name="Chapter"), expected_size=1, actor=TESTER)
    turn_on(group("Staff", person("fred@example.org")), actor=TESTER)
    choose("county", delete_there="phone")


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("refused", ORDERED, ids=" ".join)
def test_everything_else_goes_on(sandbox: SandboxServer, refused: tuple[str, str], status: int) -> None:
    ada, carl, erin = (person(f"{one}@example.org", one.title()) for one in ("ada", "carl", "erin"))
    board = group("Board", ada, carl, erin)
    turn_on(board, actor=TESTER)
    turn_on(group("Chapter", ada), actor=TESTER)
    choose("phone")
    cycle()
    method, path = refused
    sandbox.faults.fail_next(10_000, status=status, body="array", method=method, path=path)
    order_everything()
    edit(ada, first_name="Augusta")
    forget(carl)
    take_out(board, erin)
    put_in(board, person("dora@example.org"))
    hours_of_trying()
    put_in(board, *(person(email) for email in NEWCOMERS))
    hours_of_trying()
    done = {write for write, is_done in ORDERED.items() if is_done(sandbox)}
    assert set(ORDERED) - done <= {refused}


def choose(*keys: str, delete_there: str = "") -> None:
    choice = Choice(keys=keys, adopt=frozenset(), delete_there=frozenset({delete_there} - {""}))
    save_sync_fields(choice, catalogue(), actor=TESTER)


def hours_of_trying() -> None:
    for _ in range(4):
        recalculate()
        run_cycle(trigger="test")
        Contact.objects.update(not_before=None)
        ContactDeletion.objects.update(not_before=None)


def test_whom_a_list_refuses_is_tried_once_a_day(sandbox: SandboxServer) -> None:
    """Also where it was a bulk job that asked."""
    lists = [f"Other {number}" for number in range(50)]
    for name in lists:
        sandbox.people.create_list(name)
    sandbox.people.add_contact("fay@example.org", lists=lists)
    board = group("Board", person("fay@example.org"), *(person(email) for email in NEWCOMERS))
    turn_on(board, actor=TESTER)
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        cycle()
        refused = ListMembership.objects.get(state=MembershipState.REFUSED)
        assert refused.contact.email == "fay@example.org"
        asked = []
        for hours in (1, 1, 23, 1, 1):
            clock.shift(hours * 3600)
            sandbox.clear_requests()
            cycle(check=True)
            asked.append(sum(one.method == "POST" for one in sandbox.requests()))
    assert [bool(number) for number in asked] == [False, False, True, False, False]
