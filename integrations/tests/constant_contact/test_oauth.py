"""The two POSTs of OAuth and the address people are sent to."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from integrations.constant_contact import errors, oauth
from integrations.constant_contact.oauth import Application
from integrations.tests.constant_contact.builders import Waited

AUTH = "https://authz.constantcontact.com/oauth2/default/v1"
CALLBACK = "https://ams.example/integrations/constant-contact/callback/"
PUBLIC = Application(AUTH, "client-1")
CONFIDENTIAL = Application(AUTH, "client-1", "shh-client-secret")
TOKENS = {
    "token_type": "Bearer",
    "expires_in": 86_400,
    "access_token": "ey-access",
    "refresh_token": "r-secret",
    "scope": "contact_data account_read offline_access",
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def sent_form(wire: responses.RequestsMock) -> dict[str, str]:
    body = wire.calls[-1].request.body
    return {name: values[0] for name, values in parse_qs(str(body)).items()}


def refresh(application: Application = CONFIDENTIAL, **options: Any) -> oauth.Grant:
    return oauth.refresh(application, "r-secret", sleep=options.pop("sleep", Waited()), **options)


def exchange(application: Application = CONFIDENTIAL) -> oauth.Grant:
    return oauth.exchange_code(
        application, code="c-secret", verifier="v-secret", redirect_uri=CALLBACK, sleep=Waited()
    )


def test_people_are_sent_with_state_scopes_and_challenge() -> None:
    url = oauth.authorization_url(PUBLIC, redirect_uri=CALLBACK, state="s1", verifier="v-secret")
    assert url.startswith(f"{AUTH}/authorize?")
    assert parse_qs(urlsplit(url).query) == {
        "client_id": ["client-1"],
        "redirect_uri": [CALLBACK],
        "response_type": ["code"],
        "scope": ["contact_data account_read offline_access"],
        "state": ["s1"],
        "code_challenge": [oauth.challenge_of("v-secret")],
        "code_challenge_method": ["S256"],
    }


def test_the_challenge_is_that_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifiers_are_long_and_never_the_same() -> None:
    assert len(oauth.new_verifier()) == 64
    assert oauth.new_verifier() != oauth.new_verifier()


def test_a_code_is_traded_with_the_secret_in_the_header(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json=TOKENS)
    grant = exchange()
    assert (grant.access_token, grant.refresh_token, grant.expires_in) == ("ey-access", "r-secret", 86_400)
    assert sent_form(wire) == {
        "grant_type": "authorization_code",
        "code": "c-secret",
        "redirect_uri": CALLBACK,
        "code_verifier": "v-secret",
    }
    sent = wire.calls[0].request.headers
    assert sent["Authorization"] == "Basic " + b64encode(b"client-1:shh-client-secret").decode()
    assert sent["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent["Accept"] == "application/json"
    assert not sent["User-Agent"].startswith("python")


def test_a_public_application_names_itself_in_the_form(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json=TOKENS)
    exchange(PUBLIC)
    assert sent_form(wire)["client_id"] == "client-1"
    assert "Authorization" not in wire.calls[0].request.headers


def test_a_refresh_token_is_traded(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json=TOKENS)
    assert refresh().access_token == "ey-access"
    assert sent_form(wire) == {"grant_type": "refresh_token", "refresh_token": "r-secret"}


def test_an_answer_without_a_new_refresh_token_is_fine(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json={"access_token": "ey-access", "expires_in": 28_800})
    assert refresh().refresh_token == ""


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "The refresh token is invalid."},
            errors.InvalidGrant,
        ),
        (401, {"error": "invalid_grant"}, errors.InvalidGrant),
        (401, {"error": "invalid_client", "error_description": "no"}, errors.InvalidClient),
        (401, {"errorCode": "invalid_client", "errorSummary": "no", "errorCauses": []}, errors.InvalidClient),
        (400, {"error": "invalid_request"}, errors.OAuthError),
        (403, {}, errors.Unavailable),
        (503, {}, errors.Unavailable),
        (502, {}, errors.OutcomeUnknown),
    ],
)
def test_every_refusal_is_its_own_error(
    wire: responses.RequestsMock, status: int, body: dict[str, Any], kind: type[Exception]
) -> None:
    wire.post(f"{AUTH}/token", json=body, status=status)
    with pytest.raises(errors.ConstantContactError) as caught:
        refresh()
    assert type(caught.value) is kind


def test_a_page_in_front_of_the_service_does_not_end_a_grant(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", body="<html>Attention Required! | Cloudflare</html>", status=403)
    with pytest.raises(errors.Unavailable, match="Attention Required"):
        refresh()


@pytest.mark.parametrize("trouble", [requests.ReadTimeout(), requests.ConnectionError("Connection aborted.")])
def test_a_lost_answer_leaves_the_outcome_unknown_and_is_not_repeated(
    wire: responses.RequestsMock, trouble: Exception
) -> None:
    wire.post(f"{AUTH}/token", body=trouble)
    with pytest.raises(errors.OutcomeUnknown):
        refresh()
    assert len(wire.calls) == 1


def test_a_service_that_was_never_reached_is_unavailable(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", body=requests.ConnectTimeout())
    with pytest.raises(errors.Unavailable):
        refresh()


def test_an_answer_without_a_lifetime_is_good_for_an_hour(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json={"access_token": "ey-access", "refresh_token": "r-new"})
    assert refresh().expires_in == 3_600


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", '{"expires_in": 1}', '{"access_token": "ey-leaked", "expires_in": "soon"}']
)
def test_an_answer_without_tokens_has_an_unknown_outcome(wire: responses.RequestsMock, body: str) -> None:
    wire.post(f"{AUTH}/token", body=body)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        refresh()
    assert "ey-leaked" not in f"{caught.value!r} {caught.value}"


def test_too_many_token_requests_wait_at_least_a_second(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json={}, status=429)
    wire.post(f"{AUTH}/token", json=TOKENS)
    waited = Waited()
    assert refresh(sleep=waited).access_token == "ey-access"
    assert len(waited.seconds) == 1
    assert waited.seconds[0] >= 1


def test_too_many_token_requests_for_ever_are_raised(wire: responses.RequestsMock) -> None:
    wire.post(f"{AUTH}/token", json={}, status=429)
    waited = Waited()
    with pytest.raises(errors.Throttled):
        refresh(sleep=waited)
    assert len(waited.seconds) == 3


def test_nothing_shows_a_secret(wire: responses.RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wire.post(f"{AUTH}/token", json=TOKENS)
    shown = f"{exchange()!r} {CONFIDENTIAL!r} {caplog.text}"
    for secret in ("ey-access", "r-secret", "shh-client-secret", "c-secret", "v-secret"):
        assert secret not in shown
