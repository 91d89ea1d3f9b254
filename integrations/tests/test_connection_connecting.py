"""Signing in to Constant Contact, and every way it can end otherwise: then nothing is stored."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from integrations import connection
from integrations.connection import AnotherAccount, Connected
from integrations.connection_errors import (
    CodeRefused,
    ConnectingFailed,
    ConsentDenied,
    ConstantContactDown,
    NotConfigured,
    RightsMissing,
    SignInExpired,
    SignInForged,
    SignInUnknown,
    WrongApplication,
)
from integrations.connection_events import connection_changed
from integrations.constant_contact.budget import Purpose
from integrations.models import ConnectionState, ConstantContactConnection
from integrations.sandbox.server import SandboxServer
from integrations.tests.connections import (
    CALLBACK,
    MARGARET,
    OTHER,
    audited,
    connected,
    new_session,
    sign_in,
    stored,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("constant_contact")]


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """Account ids, before and after, of each change that listeners were told of."""
    heard: list[tuple[str, str]] = []

    def listen(**kwargs: Any) -> None:
        heard.append((kwargs["previous_account_id"], kwargs["connection"].account_id))

    connection_changed.connect(listen)
    yield heard
    connection_changed.disconnect(listen)


def test_a_sign_in_ends_in_a_connection() -> None:
    session = new_session()
    answer = connection.finish_connecting(session, params=sign_in(session), actor=MARGARET)
    row = stored()
    assert answer == Connected("Acme Association")
    assert (row.state, row.account_name, row.client_id) == ("connected", "Acme Association", "sandbox-client")
    assert row.site_url == "http://localhost:8000"
    assert set(row.scopes.split()) == {"contact_data", "account_read", "offline_access"}
    assert row.connected_by_name == "Margaret Olsen"
    assert row.expires_at is not None
    assert row.expires_at > timezone.now() + timedelta(hours=23)
    assert connection.client(Purpose.PERSON).get("/contact_lists")


def test_connecting_is_recorded_and_told(told: list[tuple[str, str]]) -> None:
    session = new_session()
    connection.finish_connecting(session, params=sign_in(session), actor=MARGARET)
    assert audited() == [("Margaret Olsen", "Connected", "Acme Association")]
    assert told == [("", stored().account_id)]


def test_a_public_application_connects_with_its_challenge_alone(settings: Settings) -> None:
    settings.CONSTANT_CONTACT_CLIENT_SECRET = ""
    session = new_session()
    connection.finish_connecting(session, params=sign_in(session), actor=MARGARET)
    assert stored().is_connected


def test_no_secret_is_shown_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = new_session()
    params = sign_in(session)
    rows = [each.get_decoded() for each in Session.objects.all()]
    connection.finish_connecting(session, params=params, actor=MARGARET)
    row = stored()
    shown = f"{caplog.text} {audited()} {row!r} {vars(stored())}"
    for secret in (row.access_token, row.refresh_token, params["code"]):
        assert secret not in shown
    assert "verifier" not in str(rows)


def test_without_an_application_there_is_nothing_to_connect(settings: Settings) -> None:
    settings.CONSTANT_CONTACT_CLIENT_ID = ""
    with pytest.raises(NotConfigured):
        connection.start_connecting(new_session(), redirect_uri=CALLBACK)


def refused(params: dict[str, str], session: Any, kind: type[ConnectingFailed]) -> None:
    """The sign-in fails as expected, with a sentence, and leaves nothing behind."""
    with pytest.raises(ConnectingFailed) as caught:
        connection.finish_connecting(session, params=params, actor=MARGARET)
    assert type(caught.value) is kind
    assert str(caught.value).endswith(".")
    row = ConstantContactConnection.current()
    assert (row.state, row.account_id, row.access_token) == ("not_connected", "", "")
    assert audited() == []


def test_somebody_who_says_no_is_told_so() -> None:
    session = new_session()
    refused(sign_in(session, answer="deny"), session, ConsentDenied)


def test_another_refusal_is_told_in_constant_contacts_words() -> None:
    session = new_session()
    params = sign_in(session) | {
        "error": "invalid_scope",
        "error_description": "One scope is not configured.",
    }
    with pytest.raises(ConnectingFailed, match=r"refused the sign-in: One scope is not configured\. Start"):
        connection.finish_connecting(session, params=params, actor=MARGARET)


def test_a_forged_state_is_refused_and_does_not_end_the_real_sign_in() -> None:
    session = new_session()
    params = sign_in(session)
    refused(params | {"state": "forged"}, session, SignInForged)
    assert connection.finish_connecting(session, params=params, actor=MARGARET) == Connected(
        "Acme Association"
    )


def test_an_answer_without_state_is_refused() -> None:
    session = new_session()
    refused({"code": sign_in(session)["code"]}, session, SignInForged)


def test_an_answer_in_another_browser_is_refused() -> None:
    refused(sign_in(new_session()), new_session(), SignInUnknown)


def test_an_answer_works_once(constant_contact: SandboxServer) -> None:
    session = new_session()
    params = sign_in(session)
    connection.finish_connecting(session, params=params, actor=MARGARET)
    with pytest.raises(SignInUnknown):
        connection.finish_connecting(session, params=params, actor=MARGARET)


def test_a_sign_in_that_was_started_again_makes_the_first_answer_worthless() -> None:
    session = new_session()
    first = sign_in(session)
    sign_in(session)
    refused(first, session, SignInForged)


def test_a_sign_in_expires_after_ten_minutes() -> None:
    session = new_session()
    params = sign_in(session)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        refused(params, session, SignInExpired)


def test_a_code_that_is_used_up_is_refused() -> None:
    session = new_session()
    refused(sign_in(session) | {"code": "used"}, session, CodeRefused)


@pytest.mark.parametrize("shape", ["plain", "okta"])
def test_a_wrong_secret_names_the_settings_to_check(
    constant_contact: SandboxServer, settings: Settings, shape: str
) -> None:
    constant_contact.set(oauth_errors=shape)
    settings.CONSTANT_CONTACT_CLIENT_SECRET = "wrong"
    session = new_session()
    refused(sign_in(session), session, WrongApplication)


@pytest.mark.parametrize("path", ["/token", "/account/summary"])
def test_an_outage_in_the_middle_is_an_outage(constant_contact: SandboxServer, path: str) -> None:
    session = new_session()
    params = sign_in(session)
    constant_contact.faults.fail_next(9, status=503, body="html", path=path)
    refused(params, session, ConstantContactDown)


def test_a_lost_answer_to_the_code_is_an_outage(constant_contact: SandboxServer) -> None:
    session = new_session()
    params = sign_in(session)
    constant_contact.faults.drop_after_work(path="/token")
    refused(params, session, ConstantContactDown)


def test_missing_rights_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.constant_contact.oauth.SCOPES", ("contact_data", "account_read"))
    session = new_session()
    refused(sign_in(session), session, RightsMissing)


def test_reconnecting_the_same_account_carries_on(
    constant_contact: SandboxServer, told: list[tuple[str, str]]
) -> None:
    session = new_session()
    connection.finish_connecting(session, params=sign_in(session), actor=MARGARET)
    before = stored()
    connection.disconnect(actor=MARGARET)
    connection.finish_connecting(session, params=sign_in(session), actor=MARGARET)
    assert stored().account_id == before.account_id
    assert stored().token_generation > before.token_generation
    assert told == [("", before.account_id)] + 2 * [(before.account_id, before.account_id)]


class TestAnotherAccount:
    @pytest.fixture(autouse=True)
    def connected_to_acme(self, constant_contact: SandboxServer) -> None:
        session = new_session()
        connection.finish_connecting(session, params=sign_in(session), actor=MARGARET)

    def test_another_account_asks_first(self) -> None:
        before, session = vars(stored()), new_session()
        answer = connection.finish_connecting(session, params=sign_in(session, account=OTHER), actor=MARGARET)
        assert isinstance(answer, AnotherAccount)
        assert answer.old == "Acme Association"
        assert answer.new not in ("", "Acme Association")
        unchanged = {name: value for name, value in vars(stored()).items() if name != "_state"}
        assert unchanged == {name: value for name, value in before.items() if name != "_state"}

    def test_another_account_is_connected_when_it_is_confirmed(self, told: list[tuple[str, str]]) -> None:
        old, session = stored().account_id, new_session()
        answer = connection.finish_connecting(session, params=sign_in(session, account=OTHER), actor=MARGARET)
        assert isinstance(answer, AnotherAccount)
        assert connection.confirm_other_account(session, actor=MARGARET) == Connected(answer.new)
        assert stored().account_name == answer.new
        assert told == [(old, stored().account_id)]
        assert connection.client(Purpose.PERSON).get("/contact_lists")

    def test_another_account_is_confirmed_once(self) -> None:
        session = new_session()
        connection.finish_connecting(session, params=sign_in(session, account=OTHER), actor=MARGARET)
        connection.confirm_other_account(session, actor=MARGARET)
        with pytest.raises(SignInUnknown):
            connection.confirm_other_account(session, actor=MARGARET)

    def test_another_account_that_is_declined_is_forgotten(self) -> None:
        session = new_session()
        connection.finish_connecting(session, params=sign_in(session, account=OTHER), actor=MARGARET)
        connection.decline_other_account(session)
        with pytest.raises(SignInUnknown):
            connection.confirm_other_account(session, actor=MARGARET)
        assert stored().account_name == "Acme Association"

    def test_another_account_has_to_be_confirmed_in_time(self) -> None:
        session = new_session()
        connection.finish_connecting(session, params=sign_in(session, account=OTHER), actor=MARGARET)
        later = timezone.now() + timedelta(minutes=11)
        with time_machine.travel(later), pytest.raises(SignInExpired):
            connection.confirm_other_account(session, actor=MARGARET)

    def test_the_session_does_not_show_the_new_tokens(self) -> None:
        session = new_session()
        connection.finish_connecting(session, params=sign_in(session, account=OTHER), actor=MARGARET)
        assert "access_token" not in str(dict(session.items()))


def test_a_failed_attempt_leaves_a_working_connection_alone(constant_contact: SandboxServer) -> None:
    token = connected(constant_contact).access_token
    session = new_session()
    with pytest.raises(ConsentDenied):
        connection.finish_connecting(session, params=sign_in(session, answer="deny"), actor=MARGARET)
    assert (stored().state, stored().access_token) == (ConnectionState.CONNECTED, token)
