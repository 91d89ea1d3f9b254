"""The token is refreshed once, stored before it is used, and lost never while the grant lives."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from pytest_django import Settings

from integrations import connection, tokens
from integrations.connection_errors import NotConnected, ReconnectNeeded, TokensUnreadable
from integrations.constant_contact import oauth
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.client import new_session
from integrations.constant_contact.errors import InvalidClient, OutcomeUnknown, Unavailable
from integrations.constant_contact.limits import LIMITS
from integrations.models import ConstantContactConnection
from integrations.sandbox.server import SandboxServer
from integrations.tests.connections import MARGARET, audited, connected, in_minutes, stored, token_requests
from integrations.tests.constant_contact.builders import Waited
from integrations.tests.threads import at_once
from integrations.tokens import StoredTokens

pytestmark = pytest.mark.django_db


def works(sandbox: SandboxServer, token: str) -> bool:
    """Whether Constant Contact accepts the token."""
    url, headers = f"{sandbox.api_url}/contact_lists", {"Authorization": f"Bearer {token}"}
    return new_session().get(url, headers=headers, timeout=5).status_code == 200


def row() -> Any:
    return ConstantContactConnection.objects.filter(pk=1)


def test_a_token_with_time_left_is_used_as_it_is(constant_contact: SandboxServer) -> None:
    token = connected(constant_contact, expires_at=in_minutes(6)).access_token
    assert StoredTokens().token() == token
    assert token_requests(constant_contact) == 0


@pytest.mark.parametrize("minutes", [4, -60])
def test_a_token_is_renewed_five_minutes_early(constant_contact: SandboxServer, minutes: float) -> None:
    before = connected(constant_contact, expires_at=in_minutes(minutes))
    token = StoredTokens().token()
    after = stored()
    assert works(constant_contact, token)
    assert token == after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    assert after.token_generation == before.token_generation + 1
    assert (after.refresh_holder, after.refresh_until) == ("", None)
    assert after.expires_at is not None
    assert after.expires_at > in_minutes(23 * 60)


def test_a_long_lived_refresh_token_stays(constant_contact: SandboxServer) -> None:
    constant_contact.set(refresh_tokens="long_lived")
    before = connected(constant_contact, expires_at=in_minutes(-1))
    StoredTokens().token()
    assert stored().refresh_token == before.refresh_token


def test_the_new_pair_is_stored_before_it_is_used(constant_contact: SandboxServer) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    assert StoredTokens().token() == stored().access_token


def test_a_refused_token_is_renewed(constant_contact: SandboxServer) -> None:
    before = connected(constant_contact, access_token="refused")
    assert works(constant_contact, StoredTokens().refreshed(after="refused"))
    assert stored().token_generation == before.token_generation + 1


def test_a_refused_token_that_was_renewed_by_somebody_else_is_not_renewed_again(
    constant_contact: SandboxServer,
) -> None:
    newer = connected(constant_contact).access_token
    assert StoredTokens().refreshed(after="older") == newer
    assert token_requests(constant_contact) == 0


def test_a_request_that_is_refused_renews_and_succeeds(constant_contact: SandboxServer) -> None:
    connected(constant_contact, access_token="refused")
    assert connection.client(Purpose.SYNC).get("/contact_lists")
    assert token_requests(constant_contact) == 1


def test_a_dead_grant_needs_a_person(constant_contact: SandboxServer) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    constant_contact.people.revoke_grant()
    with pytest.raises(ReconnectNeeded):
        StoredTokens().token()
    after = stored()
    assert (after.state, after.access_token, after.refresh_token) == ("reconnect_needed", "", "")
    assert after.error == ReconnectNeeded.sentence
    (entry,) = audited()
    assert entry[:2] == ("Constant Contact", "Reconnect needed")
    with pytest.raises(ReconnectNeeded):
        StoredTokens().token()
    assert token_requests(constant_contact) == 1


def test_a_newer_pair_in_the_database_is_adopted_when_the_old_one_is_dead(
    constant_contact: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    constant_contact.people.revoke_grant()
    meanwhile(monkeypatch, lambda: row().update(access_token="newer", token_generation=7))
    assert StoredTokens().token() == "newer"
    assert stored().is_connected
    assert audited() == []


def test_a_pair_of_a_grant_that_was_replaced_meanwhile_is_not_stored(
    constant_contact: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    meanwhile(monkeypatch, lambda: row().update(access_token="newer", token_generation=7))
    assert StoredTokens().token() == "newer"


def test_disconnecting_during_a_refresh_stays_disconnected(
    constant_contact: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    meanwhile(monkeypatch, lambda: connection.disconnect(actor=MARGARET))
    with pytest.raises(NotConnected):
        StoredTokens().token()
    assert (stored().state, stored().access_token) == ("not_connected", "")


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens while the refresh is on its way."""
    refresh = oauth.refresh

    def refreshed_late(*args: Any, **kwargs: Any) -> oauth.Grant:
        happens()
        return refresh(*args, **kwargs)

    monkeypatch.setattr(oauth, "refresh", refreshed_late)


def test_a_lost_answer_is_asked_for_again_with_the_old_refresh_token(constant_contact: SandboxServer) -> None:
    constant_contact.set(rotation_grace_seconds=60)
    connected(constant_contact, expires_at=in_minutes(-1))
    constant_contact.faults.drop_after_work(path="/token")
    assert works(constant_contact, StoredTokens().token())
    assert token_requests(constant_contact) == 2


def test_a_lost_answer_without_grace_needs_a_person(constant_contact: SandboxServer) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    constant_contact.faults.drop_after_work(path="/token")
    with pytest.raises(ReconnectNeeded):
        StoredTokens().token()


def test_answers_that_are_lost_twice_end_nothing(constant_contact: SandboxServer) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    constant_contact.faults.drop_before_work(2, path="/token")
    with pytest.raises(OutcomeUnknown):
        StoredTokens().token()
    assert (stored().state, stored().refresh_holder) == ("connected", "")
    assert works(constant_contact, StoredTokens().token())


def test_an_outage_ends_nothing(constant_contact: SandboxServer) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    constant_contact.faults.fail_next(status=503, body="html", path="/token")
    with pytest.raises(Unavailable):
        StoredTokens().token()
    assert works(constant_contact, StoredTokens().token())


def test_an_outage_while_the_old_token_still_works_is_no_trouble(constant_contact: SandboxServer) -> None:
    token = connected(constant_contact, expires_at=in_minutes(2)).access_token
    constant_contact.faults.fail_next(status=503, path="/token")
    assert StoredTokens().token() == token


def test_a_wrong_secret_ends_nothing_and_is_told(constant_contact: SandboxServer, settings: Settings) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    settings.CONSTANT_CONTACT_CLIENT_SECRET = "wrong"
    with pytest.raises(InvalidClient):
        StoredTokens().token()
    assert stored().is_connected
    assert "CONSTANT_CONTACT_CLIENT_SECRET" in stored().error


def test_while_somebody_refreshes_early_the_old_token_is_used(constant_contact: SandboxServer) -> None:
    before = connected(
        constant_contact, expires_at=in_minutes(3), refresh_holder="other", refresh_until=in_minutes(1)
    )
    assert StoredTokens().token() == before.access_token
    assert token_requests(constant_contact) == 0


def test_an_expired_token_waits_for_whoever_is_refreshing(constant_contact: SandboxServer) -> None:
    connected(
        constant_contact, expires_at=in_minutes(-1), refresh_holder="other", refresh_until=in_minutes(1)
    )

    def somebody_is_done(_: float) -> None:
        row().update(access_token="theirs", token_generation=1, refresh_holder="")

    assert StoredTokens(somebody_is_done).token() == "theirs"
    assert token_requests(constant_contact) == 0


def test_the_wait_for_somebody_else_is_bounded(
    constant_contact: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(
        constant_contact, expires_at=in_minutes(-1), refresh_holder="other", refresh_until=in_minutes(1)
    )
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 0.05)
    with pytest.raises(Unavailable, match="another process"):
        StoredTokens(Waited()).token()
    assert token_requests(constant_contact) == 0


def test_a_claim_that_ran_out_is_taken_over(constant_contact: SandboxServer) -> None:
    connected(
        constant_contact, expires_at=in_minutes(-1), refresh_holder="dead", refresh_until=in_minutes(-1)
    )
    assert works(constant_contact, StoredTokens().token())


@pytest.mark.django_db(transaction=True)
def test_the_new_pair_survives_a_database_that_is_away_for_a_moment(
    constant_contact: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(constant_contact, expires_at=in_minutes(-1))
    same, trouble = tokens._same, Trouble(2)
    monkeypatch.setattr(tokens, "_same", lambda seen: trouble(lambda: same(seen)))
    meanwhile(monkeypatch, trouble.begin)
    monkeypatch.setattr("integrations.tokens.time.sleep", lambda _: None)
    assert works(constant_contact, StoredTokens().token())


@dataclass
class Trouble:
    """Fails so many times once it has begun."""

    times: int
    begun: bool = False

    def begin(self) -> None:
        self.begun = True

    def __call__(self, work: Callable[[], Any]) -> Any:
        if self.begun and self.times:
            self.times -= 1
            raise OperationalError("server closed the connection")
        return work()


def test_without_a_connection_there_is_no_token() -> None:
    with pytest.raises(NotConnected):
        StoredTokens().token()


def test_a_lost_key_says_so(constant_contact: SandboxServer, settings: Settings) -> None:
    connected(constant_contact)
    settings.FIELD_ENCRYPTION_KEYS = ["2WZiMLXdvqlNCIdpICPAgfYyLqYLdJ9XfVLPzvRN7oE="]
    with pytest.raises(TokensUnreadable, match="FIELD_ENCRYPTION_KEYS"):
        StoredTokens().token()


def test_refreshing_shows_no_token(constant_contact: SandboxServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = connected(constant_contact, expires_at=in_minutes(-1))
    source = StoredTokens()
    token = source.token()
    shown = f"{caplog.text} {source!r} {audited()}"
    for secret in (token, before.refresh_token, stored().refresh_token):
        assert secret not in shown


@pytest.mark.django_db(transaction=True)
class TestProcesses:
    def test_two_who_need_a_token_at_once_refresh_once(self, constant_contact: SandboxServer) -> None:
        connected(constant_contact, expires_at=in_minutes(-1))
        constant_contact.faults.slow(0.3, path="/token")
        got = at_once(4, StoredTokens().token)
        assert set(got) == {stored().access_token}
        assert works(constant_contact, got[0])
        assert token_requests(constant_contact) == 1
        assert stored().is_connected

    def test_two_whose_token_was_refused_at_once_refresh_once(self, constant_contact: SandboxServer) -> None:
        connected(constant_contact, access_token="refused")
        constant_contact.faults.slow(0.3, path="/token")
        answers = at_once(2, lambda: connection.client(Purpose.SYNC).get("/contact_lists"))
        assert all(answers)
        assert token_requests(constant_contact) == 1

    def test_no_token_is_refreshed_while_a_transaction_is_open(self, constant_contact: SandboxServer) -> None:
        connected(constant_contact, expires_at=in_minutes(-1))
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            StoredTokens().token()
        assert token_requests(constant_contact) == 0


def test_a_claim_outlasts_the_longest_refresh() -> None:
    limits = LIMITS
    longest = 4 * (limits.connect_seconds + limits.token_read_seconds) + 3 * 3.1 * limits.token_seconds
    assert timedelta(seconds=tokens.CLAIM_SECONDS) > timedelta(seconds=longest)
