"""The shell in a real browser: keys, focus, the phone, contrast, the content security policy."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from novi_ams.association.models import User
from novi_ams.audit.models import Component
from novi_ams.audit.record import record
from novi_ams.tests.browser import PHONE, assert_accessible, assert_fits
from novi_ams.tests.people import association_admin, superuser

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]
PAGES = ["/", "/settings/association/", "/reports/audit/", "/password/", "/nowhere/"]
DOORS = ["/login/", "/password/reset/", "/password/reset/sent/", "/password/reset/x/y/"]


def fill_log() -> None:
    for name in ("Dana Whitlock", "Ray Kowalski"):
        record(
            Component.MEMBER,
            item_id=1,
            item_name=name,
            action="changed",
            changes={"Job title": ("Director", "Vice President"), "Training": ("A; B", "A; B; C")},
        )


def test_signing_in_by_typing_leads_home(page: Page) -> None:
    association_admin(email="margaret@example.org", password="correct horse battery")
    page.goto("/")
    page.get_by_label("Email").fill("Margaret@example.org")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Margaret")


def test_a_wrong_password_keeps_the_email_and_says_what_to_do(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Email").fill("margaret@example.org")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("reset the password")
    expect(page.get_by_label("Email")).to_have_value("margaret@example.org")
    assert_accessible(page)


def test_the_password_can_be_shown(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Password", exact=True).fill("secret words")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")


def test_back_to_a_list_shows_what_it_is_narrowed_by_and_not_what_was_chosen_later(
    page: Page, sign_in: SignIn
) -> None:
    fill_log()
    sign_in()
    page.goto("/reports/audit/")
    page.get_by_label("Component").select_option(label="Group")
    expect(page).to_have_url(re.compile("component=group"))
    page.go_back()
    expect(page.get_by_text("Dana Whitlock").first).to_be_visible()
    expect(page.get_by_label("Component")).to_have_value("")


@pytest.mark.parametrize(
    ("status", "words"), [(0, "No answer."), (403, "That was refused."), (500, "That did not work.")]
)
def test_what_fails_behind_a_page_is_said_until_it_works_again(
    page: Page, sign_in: SignIn, status: int, words: str
) -> None:
    sign_in()
    page.goto("/members/")
    search = page.get_by_role("searchbox")
    page.route("**/members/?q=*", lambda asked: asked.fulfill(status=status) if status else asked.abort())
    search.fill("ada")
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(search).to_have_value("ada")
    page.set_viewport_size(PHONE)
    assert_fits(page)
    assert_accessible(page)
    page.unroute("**/members/?q=*")
    search.fill("ad")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_user_menu_works_by_keyboard_and_signs_out(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/")
    button = page.get_by_role("button", name="Margaret Olsen")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Change password")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Sign out", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_open_menu_stays_inside_the_window(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/")
    page.get_by_role("button", name="Margaret Olsen").click()
    expect(page.locator("#user-menu")).to_be_visible()
    box = page.locator("#user-menu").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1280
    assert box["y"] >= 40


def test_a_dialog_starts_on_the_safe_button_and_gives_the_focus_back(page: Page, sign_in: SignIn) -> None:
    sign_in(user=superuser())
    page.goto("/operator/look/")
    opener = page.get_by_role("link", name="Ask first")
    opener.click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Keep the list")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_dialog_is_a_page_without_script(page: Page, sign_in: SignIn) -> None:
    sign_in(user=superuser())
    page.goto("/operator/look/?dialog=1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("delete the list")
    expect(page.get_by_role("button", name="Delete list of 1,209")).to_be_visible()


def test_a_tooltip_opens_on_hover_stays_while_pointed_at_and_closes_with_escape(
    page: Page, sign_in: SignIn
) -> None:
    sign_in(user=superuser())
    page.goto("/operator/look/")
    summary = page.locator(".tip > summary")
    summary.hover()
    action = page.get_by_role("link", name="Create the list again")
    expect(action).to_be_visible()
    action.hover()
    page.wait_for_timeout(300)
    expect(action).to_be_visible()
    page.keyboard.press("Escape")
    expect(action).to_be_hidden()


def test_a_tooltip_opens_by_key_and_returns_the_focus(page: Page, sign_in: SignIn) -> None:
    sign_in(user=superuser())
    page.goto("/operator/look/")
    page.locator(".tip > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Create the list again")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".tip > summary")).to_be_focused()
    expect(page.locator(".tip-body")).to_be_hidden()


def test_the_drawer_of_the_phone_opens_leads_somewhere_and_closes(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto("/")
    drawer = page.get_by_role("complementary", name="Main menu")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(drawer).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    drawer.get_by_role("link", name="Audit Log").click()
    expect(page.get_by_role("heading", name="Audit Log")).to_be_visible()


def test_a_toast_goes_by_itself_and_an_error_stays(page: Page, sign_in: SignIn) -> None:
    sign_in(user=superuser())
    page.clock.install()
    page.goto("/operator/look/?said=1")
    page.clock.run_for(100)
    expect(page.get_by_role("status").get_by_text("Group saved. 9 join, 3 leave.")).to_be_visible()
    page.clock.run_for(6100)
    expect(page.get_by_text("Group saved. 9 join, 3 leave.")).to_have_count(0)
    expect(page.locator("#notes").get_by_text("The list was deleted")).to_be_visible()


def test_wrong_settings_lose_nothing_that_was_typed(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/settings/association/")
    page.get_by_label("Name").fill("Ohio Contractors")
    page.get_by_label("Daily Digest").fill("margaret@example.org, nonsense")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“nonsense” is not an email address.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Ohio Contractors")
    expect(page.get_by_label("Daily Digest")).to_have_value("margaret@example.org, nonsense")
    assert_accessible(page)


def test_choosing_a_component_filters_the_log_at_once(page: Page, sign_in: SignIn) -> None:
    sign_in()
    fill_log()
    page.goto("/reports/audit/")
    page.get_by_label("Component").select_option("Sign-in")
    expect(page.get_by_text("Dana Whitlock")).to_have_count(0)
    assert "component=sign_in" in page.url


@pytest.mark.parametrize("path", PAGES)
def test_signed_in_pages_are_accessible_and_fit(path: str, page: Page, sign_in: SignIn) -> None:
    sign_in()
    fill_log()
    page.goto(path)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("path", DOORS)
def test_pages_before_sign_in_are_accessible_and_fit(path: str, page: Page) -> None:
    page.goto(path)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert_fits(page)


def test_every_component_is_accessible_and_fits(page: Page, sign_in: SignIn) -> None:
    sign_in(user=superuser())
    page.goto("/operator/look/")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert_fits(page)


def test_home_without_script_still_shows_its_menus(page: Page, sign_in: SignIn) -> None:
    sign_in()
    bare = page.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=page.context.storage_state(), viewport=PHONE
    )
    plain = bare.new_page()
    page.goto("/")
    plain.goto(page.url)
    plain.get_by_role("button", name="Menu", exact=True).click()
    expect(plain.get_by_role("complementary", name="Main menu")).to_be_visible()
    bare.close()


def test_the_day_of_an_event_is_the_associations(page: Page, sign_in: SignIn) -> None:
    sign_in()
    fill_log()
    page.goto("/reports/audit/?since=" + str(timezone.localdate() + timedelta(days=2)))
    expect(page.get_by_text("Nothing was recorded")).to_be_visible()
