"""Who leaves a form that was filled in and not sent is asked first, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from members.models import Member
from members.tests.builders import company, divisions, person
from novi_ams.association.models import User
from novi_ams.tests.browser import questions_of

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]


@pytest.fixture
def asked(page: Page) -> list[str]:
    """The questions that the browser asked; each is answered by staying."""
    return questions_of(page)


def edit_page(page: Page, member: Member) -> None:
    page.goto(reverse("member_edit", args=[member.pk]))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Edit")


def leave(page: Page) -> None:
    page.get_by_role("link", name="Members", exact=True).first.click()


def expect_left(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")


def test_a_link_out_of_a_changed_form_asks_and_what_was_typed_stays(
    page: Page, sign_in: SignIn, asked: list[str]
) -> None:
    dana = person("Dana")
    sign_in()
    edit_page(page, dana)
    page.get_by_label("Job title").fill("Treasurer")
    leave(page)
    expect(page.get_by_label("Job title")).to_have_value("Treasurer")
    assert asked == ["beforeunload"]


def test_closing_the_tab_asks_too(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto(reverse("member_new"))
    page.get_by_label("First name").fill("Ada")
    with page.expect_event("dialog") as question:
        page.close(run_before_unload=True)
    assert question.value.type == "beforeunload"
    question.value.dismiss()
    expect(page.get_by_label("First name")).to_have_value("Ada")


def test_nobody_is_asked_about_what_was_taken_back(page: Page, sign_in: SignIn, asked: list[str]) -> None:
    dana = person("Dana")
    sign_in()
    edit_page(page, dana)
    page.get_by_label("First name").fill("Dan")
    page.get_by_label("First name").fill("Dana")
    leave(page)
    expect_left(page)
    assert asked == []


def test_neither_saving_nor_cancelling_asks(page: Page, sign_in: SignIn, asked: list[str]) -> None:
    dana = person("Dana")
    sign_in()
    edit_page(page, dana)
    page.get_by_label("Job title").fill("Treasurer")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dana")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    edit_page(page, dana)
    page.get_by_label("Job title").fill("Treasurer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("definition").filter(has_text="Treasurer")).to_be_visible()
    leave(page)
    expect_left(page)
    assert asked == []


def test_a_refused_save_leads_to_the_mistake_and_is_asked_about(
    page: Page, sign_in: SignIn, asked: list[str]
) -> None:
    dana = person("Dana")
    sign_in()
    edit_page(page, dana)
    page.get_by_label("Email", exact=True).fill("dana@@example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".has-error")).to_have_count(1)
    expect(page.get_by_label("Email", exact=True)).to_be_focused()
    leave(page)
    expect(page.get_by_label("Email", exact=True)).to_have_value("dana@@example")
    assert asked == ["beforeunload"]


def test_a_search_among_the_records_is_no_content(page: Page, sign_in: SignIn, asked: list[str]) -> None:
    person("Dana")
    company()
    sign_in()
    page.goto("/members/")
    page.get_by_role("searchbox").fill("dana")
    expect(page.get_by_role("row")).to_have_count(2)
    page.goto("/groups/add/")
    page.get_by_role("radio", name="Specific records").check()
    page.get_by_role("radio", name="Conditions").check()
    leave(page)
    expect_left(page)
    assert asked == []


def test_an_option_that_was_removed_is_asked_about(page: Page, sign_in: SignIn, asked: list[str]) -> None:
    divisions("Heavy", "Light")
    sign_in()
    page.goto(reverse("custom_field", args=["division"]))
    page.get_by_role("button", name="Remove option 2").click()
    expect(page.get_by_label("Option 2", exact=True)).to_have_count(0)
    leave(page)
    expect(page.get_by_label("Option 1", exact=True)).to_have_value("Heavy")
    assert asked == ["beforeunload"]
