"""The reports in a real browser: both widths, both schemes, and what is pressed there."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from integrations.api_usage import ApiUsage
from integrations.models import (
    Contact,
    ContactState,
    MembershipState,
    Operation,
    OperationState,
    RunState,
    SyncedList,
    SyncRun,
)
from integrations.tests.ledgers import ACCOUNT, connected, contact, group, on_list, person, put_on, synced
from novi_ams.association.models import User
from novi_ams.tests.browser import DESK, PHONE, assert_accessible, assert_fits

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]
PAGES = ["/reports/email-sync/", "/reports/sync-activity/", "/reports/contacts-on-no-list/"]


def fill() -> SyncedList:
    """Somebody in most statuses, runs good and bad, requests, and a contact on no list."""
    connected(client_id="novi")
    names = ("Ada", "Bob", "Cleo", "Dana", "Eve")
    people = [person(f"{name.lower()}@example.org", name) for name in names]
    board = synced(group("Board of the association", *people, person("", "Noemi")), name="The board")
    put_on(board, people[0])
    on_list(board, contact(people[1]), people[1], seen=False, state=MembershipState.LEFT)
    refused = contact(people[2], ContactState.REFUSED, reason="This contact is on 50 lists already.")
    on_list(board, refused, people[2], seen=False)
    on_list(board, contact(people[3], ContactState.UNSUBSCRIBED), people[3], seen=False)
    contact(person("old@example.org"), we_created=True)
    for state in (RunState.DONE, RunState.STOPPED):
        SyncRun.objects.create(
            account_id=ACCOUNT, state=state, added=3, requests=9, outcome="It is down.", log=["Made a list."],
            trigger="a member record changed", finished_at=timezone.now(),
        )  # fmt: skip
    ApiUsage.objects.create(client_id="novi", hour=timezone.now(), purpose="sync", count=40)
    Operation.objects.create(
        account_id=ACCOUNT,
        kind="import",
        key=uuid4(),
        state=OperationState.SUBMITTED,
        submitted_at=timezone.now(),
    )
    return board


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_reports_fit_and_axe_finds_nothing(
    page: Page, sign_in: SignIn, address: str, size: object
) -> None:
    fill()
    sign_in()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(address)
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("address", PAGES)
def test_the_reports_are_good_to_read_when_there_is_nothing(
    page: Page, sign_in: SignIn, address: str
) -> None:
    sign_in()
    page.goto(address)
    assert_accessible(page)


def test_somebody_is_added_back_from_the_report(page: Page, sign_in: SignIn) -> None:
    fill()
    sign_in()
    page.goto("/reports/email-sync/?status=left_the_list")
    page.get_by_role("link", name="Add back Bob Lovelace").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Whoever unsubscribed stays unsubscribed.")
    assert_accessible(page)
    dialog.get_by_role("button", name="Add back").click()
    expect(page.get_by_text("Bob Lovelace is added back.")).to_be_visible()
    assert page.url.endswith("status=left_the_list")
    assert not Contact.objects.filter(memberships__state=MembershipState.LEFT).exists()


def test_the_refused_are_tried_again_from_the_report(page: Page, sign_in: SignIn) -> None:
    fill()
    sign_in()
    page.goto("/reports/email-sync/")
    page.get_by_role("button", name="Try the 1 refused again").click()
    expect(page.get_by_text("1 address will be tried again now.")).to_be_visible()


def test_what_runs_now_stops_asking_when_it_is_done(page: Page, sign_in: SignIn) -> None:
    fill()
    sign_in()
    page.goto("/reports/sync-activity/")
    running = page.get_by_role("region", name="Now")
    expect(running).to_contain_text("Import contacts")
    Operation.objects.update(state=OperationState.DONE)
    Contact.objects.all().delete()
    expect(running).to_contain_text("Nothing is under way.")
    assert running.get_attribute("hx-get") is None


def test_a_group_leads_to_all_runs(page: Page, sign_in: SignIn) -> None:
    board = fill()
    sign_in()
    page.goto(f"/groups/{board.group_id}/integrations/")
    page.get_by_role("link", name="All runs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sync activity")
