"""The session ends, or another begins, in another tab of the browser: nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from members.models import Member
from novi_ams.association.models import User
from novi_ams.tests.browser import assert_accessible
from novi_ams.tests.people import association_admin

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]
PASSWORD = "correct horse battery"


def sign_out_elsewhere(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def type_password(page: Page) -> None:
    page.get_by_label("Email").fill("margaret@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_record_typed_before_the_session_ended_is_saved_after_signing_in(
    page: Page, sign_in: SignIn
) -> None:
    sign_in(user=association_admin(email="margaret@example.org", password=PASSWORD))
    page.goto("/members/new/")
    page.get_by_label("Last Name").fill("Lovelace")
    sign_out_elsewhere(page)
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert_accessible(page)
    type_password(page)
    expect(page.get_by_role("button", name="Send it again")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("Lovelace added.")).to_be_visible()
    assert Member.objects.get().last_name == "Lovelace"


def test_a_builder_is_not_left_for_the_sign_in(page: Page, sign_in: SignIn) -> None:
    sign_in(user=association_admin(email="margaret@example.org", password=PASSWORD))
    page.goto("/groups/add/")
    page.get_by_label("Name", exact=True).fill("Everybody of Ohio")
    sign_out_elsewhere(page)
    page.get_by_role("button", name="Add condition").first.click()
    dialog = page.get_by_role("dialog", name="You have been signed out")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    type_password(opened.value)
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Margaret")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    with page.expect_response("**/preview/") as answered:
        page.get_by_label("Field", exact=True).first.select_option(label="Email")
    assert answered.value.status == 200
    expect(page.get_by_label("Name", exact=True)).to_have_value("Everybody of Ohio")


def test_a_page_where_nothing_was_typed_goes_to_the_sign_in(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/members/")
    sign_out_elsewhere(page)
    page.get_by_role("searchbox").fill("ada")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_in_anew_elsewhere_does_not_spoil_a_form_that_is_open(page: Page, sign_in: SignIn) -> None:
    sign_in(user=association_admin(email="margaret@example.org", password=PASSWORD))
    page.goto("/members/new/")
    page.get_by_label("Last Name").fill("Lovelace")
    sign_out_elsewhere(page)
    other = page.context.new_page()
    other.goto("/login/")
    type_password(other)
    expect(other.get_by_role("heading", level=1)).to_contain_text("Margaret")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_text("Lovelace added.")).to_be_visible()
