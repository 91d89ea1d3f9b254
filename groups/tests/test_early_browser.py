"""Pages whose scripts come late: what is pressed, chosen or typed before they listen is answered when they do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from groups.tests.cast import OHIO, group, person
from novi_ams.association.models import User
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.tests.browser import LATE_SCRIPTS, scripts_late

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]


def open_early(page: Page, address: str) -> None:
    """Open a page and go on as soon as it can be seen, which is before its scripts have come."""
    page.goto(address, wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_field_that_was_chosen_early_gets_its_comparisons(page: Page, sign_in: SignIn) -> None:
    person("Ada", billing_state="Ohio")
    sign_in()
    with scripts_late(page):
        open_early(page, "/groups/add/")
        page.get_by_label("Name", exact=True).fill("Ohio")
        page.get_by_label("Field", exact=True).select_option(label="Billing State")
    expect(page.get_by_label("Comparison")).to_be_visible()
    page.get_by_label("Value").fill("Ohio")
    page.get_by_role("button", name="Save: add 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ohio")


def test_buttons_that_were_pressed_early_are_answered_in_their_place(page: Page, sign_in: SignIn) -> None:
    sign_in()
    with scripts_late(page):
        open_early(page, "/groups/add/")
        page.evaluate("document.body.dataset.drawn = 'once'")
        page.get_by_label("Name", exact=True).fill("Ohio")
        page.get_by_role("button", name="Add condition").click()
        page.get_by_role("button", name="Add set").click()
    expect(page.locator("[data-condition]")).to_have_count(3)
    expect(page.get_by_role("group", name="Set of conditions")).to_have_count(1)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ohio")
    expect(page.locator("[data-drawn=once]")).to_be_attached()


def test_what_was_typed_early_is_searched_for(page: Page, sign_in: SignIn) -> None:
    person("Ada", last_name="Sailor")
    person("Grace", last_name="Hopper")
    sign_in()
    with scripts_late(page):
        open_early(page, "/members/")
        page.get_by_role("searchbox").fill("sailor")
    expect(page.get_by_role("link", name="Grace Hopper")).to_have_count(0)
    expect(page.get_by_role("link", name="Ada Sailor")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("sailor")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_form_that_was_saved_early_is_saved_once(page: Page, sign_in: SignIn) -> None:
    board = group(OHIO, name="Bord")
    sign_in()
    with scripts_late(page):
        open_early(page, f"/groups/{board.pk}/")
        page.get_by_label("Name", exact=True).fill("Board")
        page.locator("#group-save").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
    assert AuditEntry.objects.filter(component=Component.GROUP, action="Edited").count() == 1


def test_enter_that_was_pressed_early_looks_and_saves_nothing(page: Page, sign_in: SignIn) -> None:
    person("Ada", billing_state="Ohio")
    board = group(OHIO, name="Board")
    sign_in()
    with scripts_late(page):
        open_early(page, f"/groups/{board.pk}/")
        page.get_by_label("Value").fill("Texas")
        page.get_by_label("Value").press("Enter")
    expect(page.locator(".preview-count .figure")).to_have_text("0")
    expect(page).to_have_url(f"/groups/{board.pk}/")


def test_enter_that_was_pressed_early_sends_a_form_that_scripts_leave_alone(
    page: Page, sign_in: SignIn
) -> None:
    sign_in()
    with scripts_late(page):
        open_early(page, "/members/new/?kind=person")
        page.get_by_label("First name").fill("Ada")
        page.get_by_label("Last name").fill("Lovelace")
        page.get_by_label("Last name").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")


def test_a_menu_that_was_opened_early_opens_in_its_place(page: Page, sign_in: SignIn) -> None:
    sign_in()
    with scripts_late(page):
        open_early(page, "/groups/")
        page.locator("[popovertarget=user-menu]").click()
    expect(page.locator("#user-menu.is-placed")).to_be_visible()


@pytest.mark.parametrize("answer", [Route.abort, lambda _: None], ids=["refused", "never answered"])
def test_a_form_is_sent_though_its_scripts_never_come(
    page: Page, sign_in: SignIn, answer: Callable[[Route], None]
) -> None:
    board = group(OHIO, name="Bord")
    sign_in()
    page.route(LATE_SCRIPTS, lambda script: answer(script))
    open_early(page, f"/groups/{board.pk}/")
    page.get_by_label("Name", exact=True).fill("Board")
    page.locator("#group-save").click(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
