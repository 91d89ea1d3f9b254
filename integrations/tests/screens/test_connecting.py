"""Association Settings > Integrations: what people read while they connect, test and disconnect."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from integrations.models import ConnectionState, ConstantContactConnection, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.tests.connections import ACME, OTHER
from integrations.tests.ledgers import connected, group, synced
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return client_of(association_admin())


def start(client: Client, *, popup: bool = True) -> str:
    """Where Connect leads."""
    answer = client.post(reverse("integrations:connect"), {"popup": "1"} if popup else {})
    assert answer.status_code == 302
    return str(answer["Location"])


def consent(address: str, *, answer: str = "allow", account: str = ACME) -> str:
    """Answer Constant Contact's page; the address it sends the browser back to."""
    form = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    form |= {"answer": answer, "account": account}
    came_back = requests.post(address, data=form, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(came_back)
    return f"{parts.path}?{parts.query}"


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def settings_page(client: Client) -> str:
    return words(client.get(reverse("integrations:settings")))


def stored_nothing() -> bool:
    row = ConstantContactConnection.current()
    return row.state == ConnectionState.NOT_CONNECTED and not row.account_id and not row.access_token


def test_the_pop_up_closes_and_the_page_shows_whose_account_it_is(
    constant_contact: SandboxServer, client: Client
) -> None:
    popup = words(client.get(consent(start(client))))
    assert "Connected to Acme Association" in popup
    assert "data-came-back" in popup
    fragment = words(client.get(reverse("integrations:connection"), headers={"HX-Request": "true"}))
    assert "Connected to <em>Acme Association</em>" in fragment
    assert "Fields that sync" in fragment
    assert "<html" not in fragment


def test_connecting_in_the_window_itself_ends_on_the_settings(
    constant_contact: SandboxServer, client: Client
) -> None:
    answer = client.get(consent(start(client, popup=False)), follow=True)
    assert answer.redirect_chain == [(reverse("integrations:settings"), 302)]
    assert "Connected to Acme Association." in words(answer)


def test_denied_consent_says_so_once(constant_contact: SandboxServer, client: Client) -> None:
    client.get(consent(start(client), answer="deny"))
    assert "You did not allow access in Constant Contact" in settings_page(client)
    assert "You did not allow access" not in settings_page(client)
    assert stored_nothing()


def test_a_replayed_answer_is_over(constant_contact: SandboxServer, client: Client) -> None:
    came_back = consent(start(client))
    client.get(came_back)
    client.get(came_back)
    assert "This sign-in is over" in settings_page(client)
    assert ConstantContactConnection.current().is_connected


def test_a_forged_state_is_ignored_and_the_real_answer_still_counts(
    constant_contact: SandboxServer, client: Client
) -> None:
    came_back = consent(start(client))
    client.get(reverse("integrations:callback"), {"code": "stolen", "state": "forged"})
    assert "does not belong to the sign-in you started" in settings_page(client)
    assert stored_nothing()
    client.get(came_back)
    assert ConstantContactConnection.current().is_connected


def test_of_two_pop_ups_the_newer_one_connects_and_closes_itself_though_the_older_was_answered_first(
    constant_contact: SandboxServer, client: Client
) -> None:
    older, newer = consent(start(client)), consent(start(client))
    client.get(older)
    assert stored_nothing()
    popup = words(client.get(newer))
    assert "Connected to Acme Association" in popup
    assert "data-came-back" in popup


def test_an_answer_in_another_browser_is_refused(constant_contact: SandboxServer, client: Client) -> None:
    came_back = consent(start(client))
    other = client_of(association_admin())
    other.get(came_back)
    assert "This sign-in is over" in settings_page(other)
    assert stored_nothing()


def test_without_a_client_id_the_page_says_what_is_missing(client: Client, settings: Settings) -> None:
    settings.CONSTANT_CONTACT_CLIENT_ID = ""
    assert "CONSTANT_CONTACT_CLIENT_ID" in settings_page(client)
    client.post(reverse("integrations:connect"))
    assert "This installation has no Constant Contact application yet: set" in settings_page(client)
    assert stored_nothing()


def test_a_wrong_client_secret_is_told_apart(
    constant_contact: SandboxServer, client: Client, settings: Settings
) -> None:
    came_back = consent(start(client))
    settings.CONSTANT_CONTACT_CLIENT_SECRET = "wrong"
    client.get(came_back)
    assert "Constant Contact does not know this application" in settings_page(client)
    assert stored_nothing()


def test_an_outage_is_told_apart_and_stores_nothing(
    constant_contact: SandboxServer, client: Client, settings: Settings
) -> None:
    came_back = consent(start(client))
    settings.CONSTANT_CONTACT_AUTH_URL = "http://127.0.0.1:9/oauth2"
    client.get(came_back)
    assert "Constant Contact cannot be reached at the moment, so nothing was connected" in settings_page(
        client
    )
    assert stored_nothing()


def test_the_message_of_a_blocked_pop_up_is_ready_in_the_page(
    constant_contact: SandboxServer, client: Client
) -> None:
    page = settings_page(client)
    assert "Your browser blocked the pop-up." in page
    assert "Connect in this window instead" in page
    assert "The pop-up was closed before Constant Contact answered." in page


def test_another_account_is_asked_about_and_may_be_kept_out(
    constant_contact: SandboxServer, client: Client
) -> None:
    client.get(consent(start(client)))
    client.get(consent(start(client), account=OTHER))
    page = settings_page(client)
    assert "Connect another account?" in page
    assert ConstantContactConnection.current().account_name == "Acme Association"
    client.post(reverse("integrations:other_account"), {"answer": "keep"})
    assert "Connect another account?" not in settings_page(client)
    assert ConstantContactConnection.current().account_name == "Acme Association"


def test_another_account_is_connected_after_a_yes(constant_contact: SandboxServer, client: Client) -> None:
    client.get(consent(start(client)))
    before = ConstantContactConnection.current().account_id
    client.get(consent(start(client), account=OTHER))
    client.post(reverse("integrations:other_account"), {"answer": "connect"})
    after = ConstantContactConnection.current()
    assert after.is_connected
    assert after.account_id != before


def test_a_test_answers_validated(constant_contact: SandboxServer, client: Client) -> None:
    client.get(consent(start(client)))
    answer = client.post(reverse("integrations:test"), headers={"HX-Request": "true"})
    assert "Validated</strong>" in words(answer)


def test_a_test_during_an_outage_says_why_and_what_to_do(
    constant_contact: SandboxServer, client: Client, settings: Settings
) -> None:
    client.get(consent(start(client)))
    settings.CONSTANT_CONTACT_API_URL = "http://127.0.0.1:9/v3"
    page = words(client.post(reverse("integrations:test"), follow=True))
    assert "Constant Contact cannot be reached at the moment." in page
    assert ConstantContactConnection.current().is_connected


def test_disconnecting_asks_first_and_names_what_stops(client: Client) -> None:
    connected()
    synced(group("Board"))
    address = reverse("integrations:disconnect")
    assert "<strong>1 group</strong> stops syncing" in words(client.get(address))
    assert ConstantContactConnection.current().is_connected
    client.post(address)
    assert ConstantContactConnection.current().state == ConnectionState.NOT_CONNECTED
    assert SyncedList.objects.get().list_id


def test_a_dead_grant_is_a_banner_on_every_page(client: Client) -> None:
    connected(state=ConnectionState.RECONNECT_NEEDED)
    assert "Constant Contact needs you to reconnect." in words(client.get(reverse("home")))
    page = settings_page(client)
    assert "What happened" in page
    assert "Reconnect needed" in page


def test_a_copy_of_the_site_says_so_and_may_be_confirmed(client: Client, settings: Settings) -> None:
    connected(site_url="https://elsewhere.example.org")
    assert "This is not the site that was connected." in words(client.get(reverse("home")))
    client.post(reverse("integrations:this_site"))
    assert ConstantContactConnection.current().site_url == settings.SITE_URL
    assert "This is not the site" not in words(client.get(reverse("home")))


def test_all_syncs_pause_and_resume(client: Client) -> None:
    connected()
    synced(group("Board"))
    client.post(reverse("integrations:pause_everything"), {"pause": "1"})
    assert "All syncs are paused." in settings_page(client)
    client.post(reverse("integrations:pause_everything"), {"resume": "1"})
    assert not ConstantContactConnection.current().paused
