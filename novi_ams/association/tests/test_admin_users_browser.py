"""Admin Users in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from novi_ams.association.models import User
from novi_ams.association.roles import RoleName
from novi_ams.tests.browser import DESK, PHONE, assert_accessible, assert_fits
from novi_ams.tests.people import association_admin, limited_admin, superuser

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_fits_and_axe_finds_nothing(page: Page, sign_in: SignIn, size: object) -> None:
    limited_admin(first_name="Sam", last_name="Whitaker")
    superuser(first_name="Olga", last_name="Operator")
    sign_in()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    for address in ("/settings/admin-users/", "/settings/admin-users/invite/"):
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)


def test_somebody_is_invited_in_a_dialog(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("menuitem", name="Admin Users").click()
    page.get_by_role("link", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email").fill("jacob@example.org")
    assert_accessible(page)
    dialog.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("An invitation is on its way to jacob@example.org.")).to_be_visible()
    assert mail.outbox[0].to == ["jacob@example.org"]


def test_somebody_is_removed_after_a_question(page: Page, sign_in: SignIn) -> None:
    sam = limited_admin(first_name="Sam", last_name="Whitaker")
    sign_in()
    page.goto("/settings/admin-users/")
    page.get_by_role("button", name="Actions for Sam Whitaker").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Sam Whitaker was removed")).to_be_visible()
    assert not User.objects.filter(pk=sam.pk).exists()


def test_the_last_admin_is_told_why_and_stays(page: Page, sign_in: SignIn) -> None:
    admin = association_admin(password="correct horse battery")
    sign_in(user=admin)
    page.goto("/settings/admin-users/")
    page.get_by_role("button", name=f"Actions for {admin}").click()
    page.get_by_role("menuitem", name="Change role").click()
    page.get_by_role("dialog").get_by_label(RoleName.LIMITED_ADMIN.value).check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("This is the last Association Admin")
    assert_accessible(page)
