"""Using the stored connection: the client, testing it, disconnecting, and copies of the database."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations import connection
from integrations.api_usage import ApiUsage
from integrations.connection import NotValidated, Validated
from integrations.connection_errors import ConnectionChanged, NotConnected, ReconnectNeeded, WrongSite
from integrations.constant_contact.budget import Purpose
from integrations.models import ConstantContactConnection
from integrations.sandbox.server import SandboxServer
from integrations.tests.connections import MARGARET, audited, connected, in_minutes, stored

pytestmark = pytest.mark.django_db


def row() -> ConstantContactConnection:
    return ConstantContactConnection.current()


def change(**values: object) -> None:
    ConstantContactConnection.objects.update(**values)


def test_requests_are_counted_for_the_connections_application(constant_contact: SandboxServer) -> None:
    connected(constant_contact, client_id="client-of-the-connection")
    connection.client(Purpose.OBSERVE).get("/contact_lists")
    usage = ApiUsage.objects.values_list("client_id", "purpose", "count")
    assert list(usage) == [("client-of-the-connection", "observe", 1)]


def test_there_is_no_client_without_a_connection() -> None:
    with pytest.raises(NotConnected):
        connection.client(Purpose.SYNC)


def test_there_is_no_client_for_a_dead_grant(constant_contact: SandboxServer) -> None:
    connected(constant_contact, state="reconnect_needed")
    with pytest.raises(ReconnectNeeded):
        connection.client(Purpose.SYNC)


def test_a_copy_of_the_database_sends_nothing(constant_contact: SandboxServer, settings: Settings) -> None:
    connected(constant_contact)
    settings.SITE_URL = "https://staging.example"
    with pytest.raises(
        WrongSite, match=r"made for http://localhost:8000, and this is https://staging\.example"
    ):
        connection.client(Purpose.SYNC)
    assert constant_contact.requests() == []


def test_a_copy_refreshes_no_token_either(constant_contact: SandboxServer, settings: Settings) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    client = connection.client(Purpose.SYNC)
    settings.SITE_URL = "https://staging.example"
    with pytest.raises(WrongSite):
        client.get("/contact_lists")
    assert constant_contact.requests() == []


def test_a_site_that_moved_is_confirmed(constant_contact: SandboxServer, settings: Settings) -> None:
    connected(constant_contact)
    settings.SITE_URL = "https://moved.example"
    connection.confirm_site(actor=MARGARET)
    assert connection.client(Purpose.SYNC).get("/contact_lists")
    assert audited() == [("Margaret Olsen", "Confirmed for this site", "https://moved.example")]


def test_a_site_that_is_confirmed_already_is_not_recorded_again(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    connection.confirm_site(actor=MARGARET)
    assert audited() == []


def test_each_request_notices_that_somebody_disconnected(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    client = connection.client(Purpose.SYNC)
    connection.disconnect(actor=MARGARET)
    with pytest.raises(NotConnected):
        client.get("/contact_lists")
    assert constant_contact.requests() == []


@pytest.mark.parametrize("changes", [{"account_id": "another"}, {"connected_at": in_minutes(1)}])
def test_each_request_notices_that_somebody_connected_anew(
    constant_contact: SandboxServer, changes: dict[str, object]
) -> None:
    connected(constant_contact)
    client = connection.client(Purpose.SYNC)
    change(**changes)
    with pytest.raises(ConnectionChanged):
        client.get("/contact_lists")
    assert constant_contact.requests() == []


def test_a_guard_is_asked_before_each_request(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    asked: list[int] = []
    client = connection.client(Purpose.SYNC, guard=lambda: asked.append(1))
    client.get("/contact_lists")
    client.for_purpose(Purpose.PERSON).get("/contact_lists")
    assert len(asked) == 2


def test_a_working_connection_is_validated(constant_contact: SandboxServer) -> None:
    connected(constant_contact, account_name="Old name", error="Something was wrong.")
    outcome = connection.test_connection(actor=MARGARET)
    assert isinstance(outcome, Validated)
    assert (outcome.account_name, stored().account_name) == ("Acme Association", "Acme Association")
    assert (stored().last_validated_at, stored().error) == (outcome.at, "")
    assert outcome.at <= timezone.now()
    assert audited() == [("Margaret Olsen", "Tested", "Validated")]
    assert len(constant_contact.requests()) == 2


def test_missing_rights_are_named_with_the_cure(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    constant_contact.set(privileges="read_only")
    assert connection.test_connection(actor=MARGARET) == NotValidated(
        "The person who connected lacks these rights in Constant Contact: "
        "contacts:lists:write, contacts:write.",
        "Connect again as the account's owner or a manager.",
    )
    assert stored().last_validated_at is None


def test_a_deactivated_application_is_told(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    constant_contact.set(application_active=False)
    outcome = connection.test_connection(actor=MARGARET)
    assert isinstance(outcome, NotValidated)
    assert "deactivated" in outcome.reason
    assert outcome.cure == "Connect with an account owner or manager."


def test_a_revoked_grant_is_told_and_recorded(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    constant_contact.people.revoke_grant()
    outcome = connection.test_connection(actor=MARGARET)
    assert isinstance(outcome, NotValidated)
    assert outcome.reason == "The permission to use Constant Contact has ended."
    assert outcome.cure.startswith("Connect again")
    assert [entry[1] for entry in audited()] == ["Reconnect needed", "Tested"]


def test_without_a_connection_the_test_says_where_to_connect() -> None:
    outcome = connection.test_connection(actor=MARGARET)
    assert outcome == NotValidated(
        "Constant Contact is not connected.", "Connect it under Association Settings, Integrations."
    )


def test_a_used_up_day_is_told(constant_contact: SandboxServer) -> None:
    connected(constant_contact, parked_until=in_minutes(60))
    outcome = connection.test_connection(actor=MARGARET)
    assert isinstance(outcome, NotValidated)
    assert outcome.reason == "Today's requests to Constant Contact are used up."


def test_disconnecting_deletes_the_tokens_and_keeps_whose_account_it_was(
    constant_contact: SandboxServer,
) -> None:
    before = connected(constant_contact)
    connection.disconnect(actor=MARGARET)
    after = stored()
    assert (after.state, after.access_token, after.refresh_token) == ("not_connected", "", "")
    assert (after.account_id, after.account_name) == (before.account_id, before.account_name)
    assert after.token_generation > before.token_generation
    assert audited() == [("Margaret Olsen", "Disconnected", "")]
    assert constant_contact.requests() == []


def test_disconnecting_twice_is_recorded_once(constant_contact: SandboxServer) -> None:
    connected(constant_contact)
    connection.disconnect(actor=MARGARET)
    connection.disconnect(actor=MARGARET)
    assert len(audited()) == 1


def test_disconnecting_what_was_never_connected_does_nothing() -> None:
    connection.disconnect(actor=MARGARET)
    assert (row().state, audited()) == ("not_connected", [])
