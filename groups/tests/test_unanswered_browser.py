"""A group being edited when a piece of its page does not come: it stays as typed, and says so wherever one looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groups.models import Group
from groups.tests.cast import OHIO, calculated
from novi_ams.association.models import User
from novi_ams.tests.browser import assert_accessible

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]


def edit_conditions(page: Page) -> None:
    page.get_by_label("Comparison").first.select_option(label="is not")


def test_a_group_that_was_deleted_elsewhere_says_so_and_keeps_what_was_typed(
    page: Page, sign_in: SignIn
) -> None:
    ohio = calculated(OHIO)
    sign_in()
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(reverse("group", args=[ohio.pk]))
    page.get_by_label("Description").fill("Everybody in the state")
    Group.objects.filter(pk=ohio.pk).delete()
    edit_conditions(page)
    expect(page.get_by_role("alert")).to_contain_text("may have changed since it was opened")
    page.mouse.wheel(0, 2000)
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_label("Description")).to_have_value("Everybody in the state")
    assert_accessible(page)


def test_a_server_out_of_reach_is_said_until_it_answers_again(page: Page, sign_in: SignIn) -> None:
    ohio = calculated(OHIO)
    sign_in()
    page.goto(reverse("group", args=[ohio.pk]))
    page.context.set_offline(True)
    edit_conditions(page)
    expect(page.get_by_role("alert")).to_contain_text("No answer.")
    page.context.set_offline(False)
    with page.expect_response("**/preview/"):
        page.get_by_label("Comparison").first.select_option(label="is")
    expect(page.get_by_role("alert")).to_have_count(0)
