"""Choosing fields that sync: what a Limited Admin, who may only look, can do, and leaving with a choice not saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from integrations.tests.ledgers import connected, person
from novi_ams.association.roles import RoleName
from novi_ams.tests.browser import questions_of

pytestmark = pytest.mark.browser


def test_whoever_may_not_change_the_fields_may_still_preview_another_member(
    page: Page, sign_in: Callable[..., Any]
) -> None:
    connected()
    person("ada@example.org")
    person("grace@example.org", "Grace", "Hopper")
    sign_in(RoleName.LIMITED_ADMIN)
    page.goto("/settings/integrations/")
    page.get_by_label("Member to preview", exact=True).select_option(label="Grace Hopper")
    expect(page.locator(".preview-lines")).to_contain_text("Grace")
    page.get_by_label("Find another member to preview").press_sequentially("ada", delay=20)
    expect(page.locator(".preview-lines")).to_contain_text("Ada")
    expect(page.get_by_label("Find another member to preview")).to_be_focused()
    expect(page.get_by_role("link", name="Association Settings")).to_have_count(0)


def test_leaving_with_a_choice_that_is_not_saved_asks_and_neither_saving_nor_cancelling_does(
    page: Page, sign_in: Callable[..., Any]
) -> None:
    connected()
    sign_in()
    asked = questions_of(page)

    def choose_phone() -> None:
        page.goto("/settings/integrations/")
        page.get_by_label("Find a field", exact=True).fill("phone")
        page.get_by_label("Find a field", exact=True).press("Enter")
        expect(page.locator(".fields-row")).to_have_count(1)

    choose_phone()
    page.get_by_role("link", name="Members", exact=True).first.click()
    expect(page.locator(".fields-row")).to_have_count(1)
    assert asked == ["beforeunload"]
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".fields-row")).to_have_count(0)
    choose_phone()
    page.route("**/fields/", lambda route: route.abort())
    page.get_by_role("button", name="Save & Close").click()
    expect(page.locator("[data-failed=unreachable]").last).to_be_visible()
    page.get_by_role("link", name="Members", exact=True).first.click()
    expect(page.locator(".fields-row")).to_have_count(1)
    assert asked == ["beforeunload"] * 2
    page.unroute("**/fields/")
    page.get_by_role("button", name="Save & Close").click()
    expect(page.locator(".toast")).to_contain_text("Fields saved")
    page.get_by_role("link", name="Members", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    assert asked == ["beforeunload"] * 2
