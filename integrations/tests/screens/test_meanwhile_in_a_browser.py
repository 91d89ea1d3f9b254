"""Choosing fields and toggling a sync on a poor line: what is pressed or chosen before an answer comes is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from integrations.choose_fields import Choice, chosen_fields, save_sync_fields
from integrations.models import ListState
from integrations.sandbox.server import SandboxServer
from integrations.tests import connections
from integrations.tests.ledgers import TESTER, connected, group, person, synced
from members.fields import catalogue
from novi_ams.tests.browser import answer_late, questions_of

pytestmark = pytest.mark.browser
SignIn = Callable[..., Any]

SETTINGS = "/settings/integrations/"


def chosen() -> list[str]:
    return [row.source_key for row in chosen_fields()]


def choose_three(page: Page, sign_in: SignIn) -> None:
    """Open the fields that sync with three of them saved."""
    connected()
    save_sync_fields(Choice(("phone", "county", "status")), catalogue(), actor=TESTER)
    sign_in()
    page.goto(SETTINGS)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save & Close").click()
    expect(page.locator(".toast")).to_contain_text("Fields saved")


@pytest.mark.parametrize("between", [300, 450, 600], ids=lambda between: f"{between} ms")
def test_saving_right_after_a_move_saves_the_move(page: Page, sign_in: SignIn, between: int) -> None:
    choose_three(page, sign_in)
    asked = questions_of(page)
    answer_late(page)
    page.get_by_role("button", name=re.compile("^Move County")).press("ArrowUp")
    page.wait_for_timeout(between)
    save(page)
    assert chosen() == ["county", "phone", "status"]
    assert asked == []


def test_a_row_moved_while_its_list_is_drawn_again_stays_where_it_is(page: Page, sign_in: SignIn) -> None:
    choose_three(page, sign_in)
    answer_late(page)
    handle = page.get_by_role("button", name=re.compile("^Move Member Status"))
    handle.press("ArrowUp")
    with page.expect_response("**/fields/"):
        page.locator("#sync-fields.htmx-request").wait_for()
        page.keyboard.press("ArrowUp")
    expect(handle).to_be_focused()
    save(page)
    assert chosen() == ["status", "phone", "county"]


def test_the_row_that_keys_move_is_the_same_after_its_list_was_drawn_again(
    page: Page, sign_in: SignIn
) -> None:
    choose_three(page, sign_in)
    page.get_by_role("button", name=re.compile("^Move Member Status")).focus()
    for _ in range(2):
        with page.expect_response("**/fields/"):
            page.keyboard.press("ArrowUp")
        expect(page.locator("#sync-fields.htmx-request")).to_have_count(0)
    save(page)
    assert chosen() == ["status", "phone", "county"]


def test_a_question_about_a_label_is_not_drawn_over(
    page: Page, sign_in: SignIn, constant_contact: SandboxServer
) -> None:
    connections.connected(constant_contact)
    constant_contact.people.create_field("Phone")
    sign_in()
    page.goto(SETTINGS)
    for label in ("Phone", "County"):
        page.get_by_role("button", name=f"Add {label}", exact=True).click()
    expect(page.locator(".fields-row")).to_have_count(2)
    answer_late(page)
    page.get_by_role("button", name=re.compile("^Move County")).press("ArrowUp")
    page.get_by_role("button", name="Save & Close").click()
    question = page.get_by_text("“Phone” exists in Constant Contact already.")
    expect(question).to_be_visible()
    page.wait_for_timeout(1_500)
    expect(question).to_be_visible()


def test_fields_added_one_after_the_other_are_all_added_and_saved(page: Page, sign_in: SignIn) -> None:
    connected()
    sign_in()
    page.goto(SETTINGS)
    answer_late(page)
    for label in ("Phone", "County", "Member Status"):
        page.get_by_role("button", name=f"Add {label}", exact=True).click()
    save(page)
    assert chosen() == ["phone", "county", "status"]


def test_pressing_save_twice_answers_no_question_that_nobody_has_read(
    page: Page, sign_in: SignIn, constant_contact: SandboxServer
) -> None:
    connections.connected(constant_contact)
    constant_contact.people.create_field("Phone")
    sign_in()
    page.goto(SETTINGS)
    page.get_by_role("button", name="Add Phone", exact=True).click()
    expect(page.locator(".fields-row")).to_have_count(1)
    answer_late(page)
    page.get_by_role("button", name="Save & Close").dblclick()
    expect(page.get_by_text("“Phone” exists in Constant Contact already.")).to_be_visible()
    page.wait_for_timeout(1_000)
    expect(page.get_by_text("“Phone” exists in Constant Contact already.")).to_be_visible()
    assert chosen() == []


def test_a_toggle_that_was_moved_while_the_page_looked_again_stays_moved(page: Page, sign_in: SignIn) -> None:
    connected()
    board = group("Board", person("ada@example.org"))
    synced(board, state=ListState.WANTED)
    sign_in()
    page.goto(f"/groups/{board.pk}/integrations/")
    answer_late(page)
    toggle = page.get_by_role("switch", name="Sync to Constant Contact")
    with page.expect_response("**/panel/"):
        page.locator("#group-sync.htmx-request").wait_for()
        toggle.uncheck()
    expect(toggle).not_to_be_checked()
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


def test_the_focus_stays_on_its_button_while_the_page_looks_again(page: Page, sign_in: SignIn) -> None:
    connected()
    board = group("Board", person("ada@example.org"))
    synced(board, state=ListState.WANTED)
    sign_in()
    page.goto(f"/groups/{board.pk}/integrations/")
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    page.evaluate("document.activeElement.dataset.drawn = 'before'")
    expect(page.locator("[data-drawn]")).to_have_count(0)
    expect(pause).to_be_focused()
