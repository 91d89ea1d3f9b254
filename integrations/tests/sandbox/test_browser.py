"""The pages in a real browser: the consent form's redirect, the panels that refresh, accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.api import Api
from novi_ams.tests.browser import (
    DESK,
    PHONE,
    assert_accessible,
    assert_fits,
    assert_no_csp_violations,
    assert_no_script_errors,
    watch,
)

pytestmark = pytest.mark.browser

CALLBACK = "http://localhost:9/callback"


@pytest.fixture
def page(browser: Browser, sandbox: SandboxServer) -> Iterator[Page]:
    """A page on the sandbox; no database and no product behind it."""
    context = browser.new_context(base_url=sandbox.url, viewport=DESK)
    opened = context.new_page()
    watch(opened)
    yield opened
    assert_no_csp_violations(opened)
    assert_no_script_errors(opened)
    context.close()


def consent_path() -> str:
    asked = {
        "client_id": "sandbox-client",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "contact_data account_read offline_access",
        "state": "s-1",
    }
    return f"/oauth2/default/v1/authorize?{urlencode(asked)}"


@pytest.mark.parametrize(
    ("button", "answer"),
    [("Allow", r"\?code=.+&state=s-1$"), ("Deny", r"\?error=access_denied&.+state=s-1$")],
)
def test_the_consent_page_sends_people_back(page: Page, button: str, answer: str) -> None:
    page.route(f"{CALLBACK}*", lambda route: route.fulfill(body="back"))
    page.goto(consent_path())
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile(re.escape(CALLBACK) + answer))


def test_the_front_page_refreshes_itself(page: Page, sandbox: SandboxServer) -> None:
    page.goto("/")
    expect(page.get_by_text("Recent requests")).to_be_visible()
    Api(sandbox).new_list("Current members")
    expect(page.locator("#lists").get_by_role("link", name="Current members")).to_be_visible()
    expect(page.locator("#requests").get_by_text("/contact_lists")).to_be_visible()


def test_what_is_being_typed_is_left_alone(page: Page, sandbox: SandboxServer) -> None:
    page.goto("/")
    field = page.get_by_label("Name of a new list")
    field.fill("Board")
    sandbox.people.create_list("Members")
    sandbox.people.unsubscribe("nora.whitfield@acmeassociation.example.com")
    expect(page.locator("#people").get_by_text("resubscribe")).to_be_visible()
    expect(field).to_have_value("Board")
    page.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("status")).to_have_text("The list Board was made")


def test_trouble_is_ticked_with_a_click(page: Page, sandbox: SandboxServer) -> None:
    page.goto("/")
    page.get_by_role("checkbox", name="Be down").click()
    expect(page.get_by_role("checkbox", name="Be down")).to_be_checked()
    assert sandbox.switches()["down"] is True


def test_every_page_is_accessible_and_fits_a_phone(page: Page, sandbox: SandboxServer) -> None:
    api = Api(sandbox)
    contact_id, list_id = api.new_contact()["contact_id"], api.new_list("A list with " + "long " * 30)
    sandbox.people.join_list("ada@example.org", list_id)
    number = sandbox.requests()[-1].id
    for path in (
        "/",
        f"/people/{contact_id}",
        f"/lists/{list_id}",
        f"/requests/{number}",
        "/switches",
        "/start-over",
        "/nothing",
        consent_path(),
        "/oauth2/default/v1/authorize",
    ):
        page.goto(path)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert_fits(page)
            assert_accessible(page)
