"""Everyone is accounted for, in a real browser: the same status and reason in four places, and what is offered works.

The sandbox plays Constant Contact: people leave, opt out and are deleted there; addresses are refused; somebody is on
50 lists.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from groups.models import Group
from integrations.models import Contact, ContactState, ListMembership, MembershipState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.tests import connections
from integrations.tests.sync.cast import cycle, group, person, sync
from members.models import Member
from novi_ams.tests.browser import assert_accessible

pytestmark = pytest.mark.browser
SignIn = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """Somebody's status and how the reason begins; `action` is what is offered about it, blank for nothing."""

    email: str
    status: str
    reason: str
    action: str = ""


CASES = {
    "Ada Lovelace": Case("ada@example.org", "Synced", ""),
    "Byron Lovelace": Case("ada@example.org", "N/A", "Same address as Ada Lovelace, whose values are sent."),
    "Mia Missing": Case("", "N/A", "No email in Professional Contact.", "Add email"),
    "Ben Bad": Case("ben at example.org", "N/A", "The address has no @.", "Edit email"),
    "Dora Donot": Case("dora@example.org", "Do Not Send", "Set on this record."),
    "Uma Unsub": Case("uma@example.org", "Unsubscribed", "Opted out in Constant Contact on"),
    "Lea Leaver": Case("lea@example.org", "Left the list", "Taken off in Constant Contact on", "Add back"),
    "Del Deleted": Case(
        "del@example.org", "Deleted there", "The contact was deleted in Constant Contact on", "Add back"
    ),
    "Rex Refused": Case("rex@example.org", "Refused", "", "Try again"),
    "Fay Fifty": Case(
        "fay@example.org",
        "Refused",
        "This contact is on 50 lists already, the most there can be.",
        "Try again",
    ),
}  # fmt: skip


@pytest.fixture
def sandbox(live_server: Any, settings: Settings, constant_contact: SandboxServer) -> SandboxServer:
    settings.SITE_URL = live_server.url
    connections.connected(constant_contact)
    return constant_contact


@pytest.fixture
def board(sandbox: SandboxServer) -> SyncedList:
    """Everybody of the cast on the list as far as they can be, then what happens to them there."""
    people = [
        person(case.email, *name.split(), do_not_send=name.startswith("Dora")) for name, case in CASES.items()
    ]
    lists = [f"Other {number}" for number in range(50)]
    for name in lists:
        sandbox.people.create_list(name)
    sandbox.people.add_contact("fay@example.org", lists=lists)
    sandbox.people.flag_address("rex@example.org", seconds=3600)
    sync(group("Board", *people))
    cycle()
    sandbox.people.unsubscribe("uma@example.org")
    sandbox.people.leave_list("lea@example.org", "Board")
    sandbox.people.delete_contact("del@example.org")
    # As if our last write were long ago: shortly after one, an absence proves nothing.
    Contact.objects.update(written_at=None)
    SyncedList.objects.update(written_at=None)
    cycle(check=True)
    return SyncedList.objects.get()


def row_about(page: Page, name: str) -> Locator:
    return page.locator("tbody tr", has_text=name)


def assert_row(row: Locator, case: Case) -> None:
    expect(row.locator(".badge").filter(has_text=case.status)).to_be_visible()
    if case.reason:
        expect(row).to_contain_text(case.reason)
    actions = row.locator(".remedy")
    expect(actions).to_have_count(1 if case.action else 0)
    if case.action:
        expect(actions).to_contain_text(case.action)


def exported(page: Page) -> dict[str, dict[str, str]]:
    text = page.request.get("/reports/email-sync/export.csv").text().lstrip("\ufeff")
    return {row["Record"]: row for row in csv.DictReader(StringIO(text))}


def test_status_and_reason_are_the_same_in_all_four_places(
    page: Page, sign_in: SignIn, board: SyncedList
) -> None:
    sign_in()
    page.goto("/reports/email-sync/")
    assert_accessible(page)
    for name, case in CASES.items():
        assert_row(_own_row(page, name), case)
    page.goto(f"/groups/{board.group_id}/members/")
    assert_accessible(page)
    for name, case in CASES.items():
        assert_row(_own_row(page, name), case)
    lines = exported(page)
    for name, case in CASES.items():
        assert lines[name]["Status"] == case.status, name
        assert case.reason in lines[name]["Reason"], name
    for name, case in CASES.items():
        page.goto(f"/members/{_member(name).pk}/email-sync/")
        assert_row(page.locator("tbody tr", has_text="Board"), case)


def _own_row(page: Page, name: str) -> Locator:
    """The row that is about somebody, not one that names them in a reason."""
    return (
        page.locator("tbody tr")
        .filter(has=page.get_by_role("link", name=name, exact=True).first)
        .filter(has=page.locator(f"td.name:has-text('{name}'), td:first-child:has-text('{name}')"))
    )


def _member(name: str) -> Member:
    first, last = name.split()
    return Member.objects.get(first_name=first, last_name=last)


def press(page: Page, name: str, *, confirm: bool = False) -> None:
    page.goto("/reports/email-sync/")
    _own_row(page, name).locator(".remedy").first.locator("button, :scope").last.click()
    if confirm:
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Consent is not changed")
        assert_accessible(page)
        dialog.get_by_role("button", name="Add back").click()
    page.wait_for_load_state()


def test_what_is_offered_works(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, board: SyncedList
) -> None:
    sign_in()
    press(page, "Lea Leaver", confirm=True)
    press(page, "Del Deleted", confirm=True)
    sandbox.shift_clock(7200)
    sandbox.people.leave_list("fay@example.org", "Other 7")
    press(page, "Rex Refused")
    press(page, "Fay Fifty")
    cycle()
    cycle()
    page.goto("/reports/email-sync/")
    for name in ("Lea Leaver", "Del Deleted", "Rex Refused", "Fay Fifty"):
        expect(_own_row(page, name).locator(".badge")).to_contain_text("Synced")
    on_it = {"ada@example.org", "lea@example.org", "del@example.org", "rex@example.org", "fay@example.org"}
    assert set(sandbox.members("Board")) == on_it


def test_who_has_no_good_address_is_led_to_where_it_is_mended(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, board: SyncedList
) -> None:
    sign_in()
    for name, email in (("Mia Missing", "mia@example.org"), ("Ben Bad", "ben@example.org")):
        press(page, name)
        page.get_by_label("Email", exact=True).first.fill(email)
        page.get_by_role("button", name="Save").first.click()
        page.wait_for_load_state()
    cycle()
    assert {"mia@example.org", "ben@example.org"} <= set(sandbox.members("Board"))


def test_all_refused_of_the_report_are_tried_again_at_once(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, board: SyncedList
) -> None:
    sign_in()
    sandbox.shift_clock(7200)
    sandbox.people.leave_list("fay@example.org", "Other 7")
    page.goto("/reports/email-sync/?status=refused")
    page.get_by_role("button", name="Try all 2 refused again").click()
    expect(page.get_by_text("2 addresses will be tried again now.")).to_be_visible()
    cycle()
    assert not Contact.objects.filter(state=ContactState.REFUSED).exists()
    assert not ListMembership.objects.filter(state=MembershipState.REFUSED).exists()


def test_every_number_of_the_ledgers_leads_to_as_many_rows(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, board: SyncedList
) -> None:
    sandbox.people.add_contact("stranger@example.net", lists=["Board"])
    SyncedList.objects.update(written_at=None)
    cycle(check=True)
    sign_in()
    page.goto(f"/groups/{board.group_id}/integrations/")
    expect(page.get_by_text("Only in Constant Contact")).to_be_visible()
    numbers = page.locator(".ledger dd a")
    found = [(one.inner_text(), one.get_attribute("href") or "") for one in numbers.all()]
    assert len(found) >= 9
    for number, address in found:
        page.goto(address)
        expect(page.locator("table tbody tr")).to_have_count(int(number))


def test_a_stranger_is_removed_after_a_question(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, board: SyncedList
) -> None:
    sandbox.people.add_contact("stranger@example.net", lists=["Board"])
    SyncedList.objects.update(written_at=None)
    cycle(check=True)
    sign_in()
    page.goto(f"/groups/{board.group_id}/integrations/addresses/")
    page.get_by_role("link", name="Remove from list").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Remove stranger@example.net from the list “Board”?")
    assert_accessible(page)
    dialog.get_by_role("button", name="Remove from list").click()
    expect(page.get_by_text("stranger@example.net is being taken off the list.")).to_be_visible()
    cycle()
    assert "stranger@example.net" not in sandbox.members("Board")
    assert sandbox.contact("stranger@example.net") is not None


def test_a_renamed_group_takes_its_list_along(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, board: SyncedList
) -> None:
    Group.objects.filter(pk=board.group_id or 0).update(name="Directors")
    sign_in()
    page.goto(f"/groups/{board.group_id}/integrations/")
    page.get_by_role("button", name="Rename the list to match").click()
    expect(page.get_by_text("It is being renamed to “Directors”")).to_be_visible()
    cycle()
    page.goto(f"/groups/{board.group_id}/integrations/")
    expect(page.get_by_role("link", name="Directors").first).to_be_visible()
    assert "Directors" in [one["name"] for one in sandbox.lists()]
