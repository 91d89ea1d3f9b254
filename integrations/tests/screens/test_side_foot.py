"""The foot of the side bar: whether Constant Contact is in step, on every page, also while that changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from integrations.models import ConnectionState, Observation, StaleContact
from integrations.tests.ledgers import ACCOUNT, connected, group, person, synced
from novi_ams.tests.people import association_admin, limited_admin

FOOT = "/settings/integrations/foot/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"state": ConnectionState.NOT_CONNECTED}, "Not connected"),
        ({"state": ConnectionState.RECONNECT_NEEDED}, "Reconnect needed"),
        ({"site_url": "https://old.example.org"}, "Connected for another site"),
        ({"paused": True}, "Paused"),
        ({"parked_until": timezone.now() + timedelta(hours=2)}, "Waits for midnight UTC"),
        ({}, "In step. Checked"),
    ],
)
def test_what_it_says_and_that_it_rests(client: Client, stored: dict[str, Any], words: str) -> None:
    connected(**stored)
    Observation.objects.create(account_id=ACCOUNT, lists_read_at=timezone.now())
    if stored:
        StaleContact.objects.create(email_key="ada@example.org")
    client.force_login(limited_admin())
    foot = client.get(FOOT).content.decode()
    assert words in re.sub("<.*?>", "", foot)
    assert "hx-get" not in foot
    assert foot.strip() in client.get("/members/").content.decode()


@pytest.mark.django_db
def test_it_asks_again_while_something_waits(client: Client) -> None:
    connected()
    client.force_login(association_admin())
    StaleContact.objects.create(email_key="ada@example.org")
    assert f'hx-get="{FOOT}"' in client.get(FOOT).content.decode()
    StaleContact.objects.all().delete()
    board = synced(group("Board", person("ada@example.org")), pending_count=1)
    assert "Syncing" in client.get(FOOT).content.decode()
    board.paused = True
    board.save()
    assert "Syncing" not in client.get(FOOT).content.decode()


@pytest.mark.browser
def test_it_comes_to_rest_on_a_page_that_stays_open(page: Page, sign_in: Callable[..., Any]) -> None:
    connected()
    StaleContact.objects.create(email_key="ada@example.org")
    sign_in()
    page.goto("/members/")
    foot = page.locator("#sync-foot")
    expect(foot).to_contain_text("Syncing")
    StaleContact.objects.all().delete()
    expect(foot).not_to_contain_text("Syncing")
    with page.expect_navigation():
        foot.click()
    expect(page).to_have_url(re.compile("/settings/integrations/$"))
