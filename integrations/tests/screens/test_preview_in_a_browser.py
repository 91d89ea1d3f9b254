"""Preview, clicked by a person: from the tab to the people and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from integrations.models import ContactState, SyncedList
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, synced
from novi_ams.association.roles import RoleName
from novi_ams.tests.browser import PHONE, assert_accessible, assert_fits

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "role", [RoleName.ASSOCIATION_ADMIN, RoleName.LIMITED_ADMIN], ids=["admin", "limited"]
)
def test_preview_says_what_a_first_sync_would_do(
    page: Page, live_server: Any, sign_in: Callable[..., Any], role: RoleName
) -> None:
    connected()
    board = group("Board", person("ada@example.org"), person("", "Nora"))
    sign_in(role=role)
    page.goto(f"{live_server.url}/groups/{board.pk}/integrations/")
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_role("heading", name="If the sync were turned on now")).to_be_visible()
    expect(page.get_by_role("link", name="Nora Lovelace")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Back to the sync").click()
    expect(page.get_by_role("switch")).not_to_be_checked()
    assert not SyncedList.objects.exists()


def test_preview_of_a_synced_group_leads_to_the_people(
    page: Page, live_server: Any, sign_in: Callable[..., Any]
) -> None:
    connected()
    ada, jo = person("ada@example.org"), person("jo@example.org", "Jo")
    board = group("Board", ada, jo)
    where = synced(board)
    put_on(where, ada)
    on_list(where, contact(jo, ContactState.PENDING, contact_id="", observed_hash=""), jo, seen=False)
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/groups/{board.pk}/integrations/")
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_role("heading", name="What a sync would do now")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("link", name="Jo Lovelace").click()
    expect(page.get_by_role("heading", name="Jo Lovelace").first).to_be_visible()
