"""What staff do, in a real browser, against the sandbox: connect, choose fields, toggle a group's sync."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from groups.models import Group
from integrations.choose_fields import Choice, chosen_fields, save_sync_fields
from integrations.models import ConnectionState, ConstantContactConnection, ListState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.syncing import turn_on
from integrations.tests import connections
from integrations.tests.ledgers import TESTER, contact, group, on_list, person, put_on, stranger, synced
from members.fields import catalogue
from novi_ams.tests.browser import PHONE, assert_accessible, assert_fits

pytestmark = pytest.mark.browser

SETTINGS = "/settings/integrations/"


@pytest.fixture
def site(live_server: Any, settings: Settings, constant_contact: SandboxServer) -> SandboxServer:
    """The live server as the site that Constant Contact sends people back to."""
    settings.SITE_URL = live_server.url
    settings.CONTENT_SECURITY_POLICY = _policy_that_allows(constant_contact.url, settings)
    return constant_contact


def _policy_that_allows(origin: str, settings: Settings) -> dict[str, Any]:
    """The policy of the settings, as it is where the sandbox stands in from the start."""
    directives: dict[str, Any] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return {"DIRECTIVES": {**directives, "form-action": ["'self'", origin]}}


@pytest.fixture
def connected(site: SandboxServer, page: Page) -> SandboxServer:
    connections.connected(site)
    return site


def work(page: Page) -> None:
    """Run the worker's cycle while the page, which would look again, is kept waiting."""
    page.route(re.compile("/(panel|line|progress|foot)/$"), lambda route: route.abort())
    outcome = run_cycle(trigger="test")
    assert outcome.reason == "", outcome.reason
    page.unroute(re.compile("/(panel|line|progress|foot)/$"))


def tab_of(board: Group) -> str:
    return f"/groups/{board.pk}/integrations/"


def test_connecting_through_the_pop_up(page: Page, sign_in: Callable[..., Any], site: SandboxServer) -> None:
    sign_in()
    page.goto(SETTINGS)
    assert_accessible(page)
    page.evaluate("window.stayed = true")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect to Constant Contact").click()
    with opened.value.expect_event("close"):
        opened.value.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Connected to Acme Association")).to_be_visible()
    expect(page.get_by_role("heading", name="Fields that sync")).to_be_visible()
    assert page.evaluate("window.stayed")
    assert ConstantContactConnection.current().is_connected
    assert_accessible(page)


def test_denying_in_the_pop_up(page: Page, sign_in: Callable[..., Any], site: SandboxServer) -> None:
    sign_in()
    page.goto(SETTINGS)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect to Constant Contact").click()
    opened.value.get_by_role("button", name=re.compile("Deny|Cancel|Do not allow")).click()
    expect(page.get_by_text("You did not allow access in Constant Contact")).to_be_visible()
    assert not ConstantContactConnection.current().account_id


def test_closing_the_pop_up(page: Page, sign_in: Callable[..., Any], site: SandboxServer) -> None:
    sign_in()
    page.goto(SETTINGS)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect to Constant Contact").click()
    opened.value.wait_for_load_state()
    opened.value.close()
    expect(page.get_by_text("The pop-up was closed before Constant Contact answered.")).to_be_visible()
    assert not ConstantContactConnection.current().account_id


def test_a_blocked_pop_up_leaves_a_way(page: Page, sign_in: Callable[..., Any], site: SandboxServer) -> None:
    sign_in()
    page.goto(SETTINGS)
    page.evaluate("window.open = () => null")
    page.get_by_role("button", name="Connect to Constant Contact").click()
    expect(page.get_by_text("Your browser blocked the pop-up.")).to_be_visible()
    page.get_by_role("button", name="Connect in this window instead").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Connected to Acme Association", exact=False).first).to_be_visible()
    assert page.url.endswith(SETTINGS)


def test_testing_and_disconnecting(page: Page, sign_in: Callable[..., Any], connected: SandboxServer) -> None:
    sign_in()
    page.goto(SETTINGS)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Validated")).to_be_visible()
    page.get_by_role("link", name="Disconnect").click()
    expect(page.get_by_role("dialog")).to_contain_text("Disconnect from Acme Association?")
    assert_accessible(page)
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("button", name="Connect to Constant Contact")).to_be_visible()
    assert ConstantContactConnection.current().state == ConnectionState.NOT_CONNECTED


def test_choosing_fields_by_keyboard(
    page: Page, sign_in: Callable[..., Any], connected: SandboxServer
) -> None:
    sign_in()
    page.goto(SETTINGS)
    for label in ("Phone", "County"):
        page.get_by_label("Find a field").fill(label)
        page.get_by_label("Find a field").press("Enter")
        expect(page.locator(".fields-row", has_text=label)).to_be_visible()
    handle = page.get_by_role("button", name=re.compile("^Move County"))
    handle.focus()
    handle.press("ArrowUp")
    expect(page.locator(".fields-row").first).to_contain_text("County")
    page.get_by_role("button", name="Save & Close").click()
    expect(page.get_by_text("Fields saved.")).to_be_visible()
    assert [row.source_key for row in chosen_fields()] == ["county", "phone"]


def test_dragging_a_field(page: Page, sign_in: Callable[..., Any], connected: SandboxServer) -> None:
    save_sync_fields(Choice(("phone", "county", "status")), catalogue(), actor=TESTER)
    sign_in()
    page.goto(SETTINGS)
    source = page.get_by_role("button", name=re.compile("^Move Member Status")).bounding_box()
    target = page.get_by_role("button", name=re.compile("^Move Phone")).bounding_box()
    assert source
    assert target
    page.mouse.move(source["x"] + 8, source["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 8, target["y"] - 6, steps=8)
    page.mouse.up()
    expect(page.locator(".fields-row").first).to_contain_text("Member Status")
    page.get_by_role("button", name="Save & Close").click()
    expect(page.get_by_text("Fields saved.")).to_be_visible()
    assert [row.source_key for row in chosen_fields()] == ["status", "phone", "county"]


def test_removing_a_saved_field_asks(
    page: Page, sign_in: Callable[..., Any], connected: SandboxServer
) -> None:
    save_sync_fields(Choice(("phone",)), catalogue(), actor=TESTER)
    sign_in()
    page.goto(SETTINGS)
    page.get_by_role("button", name="Remove Phone").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Stop syncing “Phone”?")
    dialog.get_by_role("button", name="Keep syncing").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Remove Phone").click()
    dialog.get_by_role("button", name="Remove the field").click()
    expect(page.get_by_role("heading", name="To be removed")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Save & Close").click()
    expect(page.get_by_text("Fields saved.")).to_be_visible()
    assert chosen_fields() == []


def test_a_toggled_group_becomes_a_list(
    page: Page, sign_in: Callable[..., Any], connected: SandboxServer
) -> None:
    board = group("Board", person("ada@example.org"), person("bob@example.org", "Bob"), person(""))
    sign_in()
    page.goto(tab_of(board))
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    expect(page.get_by_text("Nothing to save")).to_be_visible()
    page.get_by_role("switch", name="Sync to Constant Contact").check()
    save.click()
    expect(page.get_by_text("Making the list").first).to_be_visible()
    work(page)
    expect(page.get_by_text("2 emails synced")).to_be_visible()
    expect(page.get_by_role("heading", name="Every person is accounted for")).to_be_visible()
    assert connected.members("Board") == ["ada@example.org", "bob@example.org"]
    page.reload()
    assert_accessible(page)
    page.get_by_role("link", name="2", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"bucket=synced"))


def test_the_line_under_the_name_changes_with_the_panel(
    page: Page, sign_in: Callable[..., Any], connected: SandboxServer
) -> None:
    board = group("Board", person("ada@example.org"))
    turn_on(board, actor=TESTER)
    run_cycle(trigger="test")
    sign_in()
    page.goto(tab_of(board))
    line = page.locator("#group-sync-line")
    expect(line).to_contain_text("1 email synced")
    connected.people.delete_list("Board")
    page.get_by_role("button", name="Check now").click()
    work(page)
    expect(page.get_by_text("The list was deleted in Constant Contact.")).to_be_visible()
    expect(line).to_contain_text("List deleted")


def test_turning_off_deletes_the_list(
    page: Page, sign_in: Callable[..., Any], connected: SandboxServer
) -> None:
    board = group("Board", person("ada@example.org"))
    sign_in()
    page.goto(tab_of(board))
    page.get_by_role("switch").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Making the list").first).to_be_visible()
    work(page)
    page.goto(tab_of(board))
    page.get_by_role("switch").uncheck()
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Turn sync off and delete the list “Board”?")
    assert_accessible(page)
    dialog.get_by_role("link", name="Keep the list").click()
    expect(page.get_by_role("switch")).to_be_checked()
    page.get_by_role("switch").uncheck()
    page.get_by_role("button", name="Save").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Delete list of 1").click()
    expect(page.get_by_text("Off, list being deleted").first).to_be_visible()
    assert SyncedList.objects.get().state == ListState.DELETING
    work(page)
    assert "Board" not in [one["name"] for one in connected.lists()]
    page.goto(tab_of(board))
    expect(page.get_by_role("switch")).not_to_be_checked()


@pytest.mark.parametrize("path", [SETTINGS, "/help/", "/reports/email-sync/", "/", "/groups/", "tab"])
def test_pages_fit_a_phone_and_are_accessible(
    page: Page, sign_in: Callable[..., Any], connected: SandboxServer, path: str
) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    board = group("Board", ada, bob, person(""))
    where = synced(board, account_id="a07")
    put_on(where, ada)
    on_list(where, contact(bob, "unsubscribed"), bob, seen=False)
    stranger(where, "someone@example.org")
    synced(group("Gone"), state=ListState.GONE, error="Somebody deleted it.")
    save_sync_fields(Choice(("phone", "expires")), catalogue(), actor=TESTER)
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto(tab_of(board) if path == "tab" else path)
    assert_fits(page)
    assert_accessible(page)
