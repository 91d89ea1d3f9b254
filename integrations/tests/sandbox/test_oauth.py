"""Signing in: what an application sees of the OAuth host."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.conftest import HandClock

CALLBACK = "http://localhost:8000/callback"
SECRET = ("sandbox-client", "sandbox-secret")
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-of-43-characters"


def asked(**changes: str) -> dict[str, str]:
    return {
        "client_id": "sandbox-client",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "contact_data account_read offline_access",
        "state": "s-1",
    } | changes


def authorize(sandbox: SandboxServer, answer: str = "allow", **changes: str) -> requests.Response:
    """What happens when somebody presses a button on the consent page."""
    return requests.post(
        f"{sandbox.auth_url}/authorize",
        data=asked(**{name: value for name, value in changes.items() if name != "account"})
        | {"answer": answer, "account": changes.get("account", "1")},
        allow_redirects=False,
    )


def returned(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(CALLBACK)
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()
    }


def token(
    sandbox: SandboxServer, auth: tuple[str, str] | None = SECRET, /, **values: str
) -> requests.Response:
    return requests.post(f"{sandbox.auth_url}/token", data=values, auth=auth)


def redeem(sandbox: SandboxServer, code: str, **values: str) -> requests.Response:
    return token(sandbox, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **values)


def connect(sandbox: SandboxServer, **changes: str) -> dict[str, Any]:
    answer = redeem(sandbox, returned(authorize(sandbox, **changes))["code"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refresh(sandbox: SandboxServer, refresh_token: str) -> requests.Response:
    return token(sandbox, grant_type="refresh_token", refresh_token=refresh_token)


def works(sandbox: SandboxServer, access_token: str) -> bool:
    headers = {"Authorization": f"Bearer {access_token}"}
    return requests.get(f"{sandbox.api_url}/contact_lists", headers=headers).status_code == 200


def test_the_consent_page_names_the_application_the_accounts_and_the_scopes(sandbox: SandboxServer) -> None:
    page = requests.get(f"{sandbox.auth_url}/authorize", params=asked())
    assert page.status_code == 200
    for shown in (
        "sandbox-client",
        "localhost:8000",
        "Acme Association",
        "Beacon Trade Council",
        "contact_data",
    ):
        assert shown in page.text
    assert "form-action 'self' http://localhost:8000;" in page.headers["Content-Security-Policy"]


def test_allowing_returns_a_code_and_the_same_state(sandbox: SandboxServer) -> None:
    assert returned(authorize(sandbox)).keys() == {"code", "state"}
    assert returned(authorize(sandbox, state="other"))["state"] == "other"


def test_denying_returns_access_denied_and_the_state(sandbox: SandboxServer) -> None:
    answer = returned(authorize(sandbox, answer="deny"))
    assert answer.keys() == {"error", "error_description", "state"}
    assert (answer["error"], answer["state"]) == ("access_denied", "s-1")


def test_an_unknown_client_gets_a_page_and_no_redirect(sandbox: SandboxServer) -> None:
    answer = authorize(sandbox, client_id="nobody")
    assert answer.status_code == 400
    assert "nobody" in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"state": ""}, "invalid_request"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_sent_back_with_its_error(
    sandbox: SandboxServer, changes: dict[str, str], error: str
) -> None:
    assert returned(authorize(sandbox, **changes))["error"] == error


def test_another_host_than_the_first_is_refused(sandbox: SandboxServer) -> None:
    assert authorize(sandbox, redirect_uri="https://ours.example.org/callback").status_code == 302
    assert authorize(sandbox, redirect_uri="https://evil.example.com/callback").status_code == 400
    assert authorize(sandbox, redirect_uri="http://127.0.0.1:9999/other").status_code == 302


def test_with_exact_redirect_uris_only_registered_ones_work(sandbox: SandboxServer) -> None:
    sandbox.register_client("ours", "secret", [CALLBACK])
    sandbox.set(redirect_uris="exact")
    assert authorize(sandbox, client_id="ours").status_code == 302
    assert authorize(sandbox, client_id="ours", redirect_uri=f"{CALLBACK}/").status_code == 400


def test_with_mismatch_no_redirect_uri_works(sandbox: SandboxServer) -> None:
    sandbox.set(redirect_uris="mismatch")
    assert authorize(sandbox).status_code == 400


def test_a_code_becomes_tokens(sandbox: SandboxServer) -> None:
    answer = connect(sandbox)
    assert answer.keys() == {"token_type", "expires_in", "access_token", "scope", "refresh_token"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 86_400)
    assert answer["scope"] == "contact_data account_read offline_access"
    assert 1_000 <= len(answer["access_token"]) <= 1_200
    assert answer["access_token"].count(".") == 2
    assert works(sandbox, answer["access_token"])


def test_parameters_may_be_in_the_query(sandbox: SandboxServer) -> None:
    code = returned(authorize(sandbox))["code"]
    values = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert requests.post(f"{sandbox.auth_url}/token", params=values, auth=SECRET).status_code == 200


def test_without_offline_access_there_is_no_refresh_token(sandbox: SandboxServer) -> None:
    assert "refresh_token" not in connect(sandbox, scope="contact_data")


def test_a_code_works_once(sandbox: SandboxServer) -> None:
    code = returned(authorize(sandbox))["code"]
    assert redeem(sandbox, code).status_code == 200
    again = redeem(sandbox, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_code_works_for_five_minutes(sandbox: SandboxServer, clock: HandClock) -> None:
    code = returned(authorize(sandbox))["code"]
    clock.move(seconds=300)
    assert redeem(sandbox, code).json()["error"] == "invalid_grant"


def test_a_code_is_for_its_redirect_uri(sandbox: SandboxServer) -> None:
    code = returned(authorize(sandbox))["code"]
    values = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{CALLBACK}2"}
    assert token(sandbox, **values).json()["error"] == "invalid_grant"


def test_a_wrong_secret_is_401(sandbox: SandboxServer) -> None:
    answer = token(sandbox, ("sandbox-client", "wrong"), grant_type="refresh_token", refresh_token="x")
    assert answer.status_code == 401
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.json()["error"] == "invalid_client"


def test_errors_may_have_the_shape_of_okta(sandbox: SandboxServer) -> None:
    sandbox.set(oauth_errors="okta")
    answer = token(sandbox, ("sandbox-client", "wrong"), grant_type="refresh_token", refresh_token="x")
    assert answer.status_code == 401
    assert answer.json().keys() == {"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"}


def challenge() -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def pkce_code(sandbox: SandboxServer) -> str:
    answer = authorize(sandbox, code_challenge=challenge(), code_challenge_method="S256")
    return returned(answer)["code"]


def test_pkce_needs_no_secret(sandbox: SandboxServer) -> None:
    values = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": "sandbox-client"}
    answer = token(sandbox, None, code=pkce_code(sandbox), code_verifier=VERIFIER, **values)
    assert answer.status_code == 200
    again = token(
        sandbox,
        None,
        grant_type="refresh_token",
        refresh_token=answer.json()["refresh_token"],
        client_id="sandbox-client",
    )
    assert again.status_code == 200


def test_pkce_needs_the_right_verifier(sandbox: SandboxServer) -> None:
    assert redeem(sandbox, pkce_code(sandbox), code_verifier="wrong").json()["error"] == "invalid_grant"
    assert redeem(sandbox, pkce_code(sandbox)).json()["error"] == "invalid_grant"
    assert redeem(sandbox, pkce_code(sandbox), code_verifier=VERIFIER).status_code == 200


def test_without_pkce_a_secret_is_needed(sandbox: SandboxServer) -> None:
    values = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": "sandbox-client"}
    answer = token(sandbox, None, code=returned(authorize(sandbox))["code"], **values)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_rotation_gives_a_new_refresh_token_and_kills_the_old_at_once(sandbox: SandboxServer) -> None:
    first = connect(sandbox)["refresh_token"]
    second = refresh(sandbox, first).json()["refresh_token"]
    assert second != first
    dead = refresh(sandbox, first)
    assert dead.status_code == 400
    assert dead.json() == {
        "error": "invalid_grant",
        "error_description": "The refresh token is invalid or expired.",
    }
    assert refresh(sandbox, second).status_code == 200


def test_long_lived_refresh_tokens_stay_the_same(sandbox: SandboxServer) -> None:
    sandbox.set(refresh_tokens="long_lived")
    first = connect(sandbox)["refresh_token"]
    assert [refresh(sandbox, first).json()["refresh_token"] for _ in range(2)] == [first, first]


def test_a_rotated_token_works_within_its_grace(sandbox: SandboxServer, clock: HandClock) -> None:
    sandbox.set(rotation_grace_seconds=30)
    first = connect(sandbox)["refresh_token"]
    refresh(sandbox, first)
    clock.move(seconds=20)
    assert refresh(sandbox, first).status_code == 200
    clock.move(seconds=20)
    assert refresh(sandbox, first).status_code == 400


@pytest.mark.parametrize("kind", ["rotating", "long_lived"])
def test_a_refresh_token_dies_after_180_days_without_use(
    sandbox: SandboxServer, clock: HandClock, kind: str
) -> None:
    sandbox.set(refresh_tokens=kind)
    first = connect(sandbox)["refresh_token"]
    clock.move(days=179)
    second = refresh(sandbox, first).json()["refresh_token"]
    clock.move(days=181)
    assert refresh(sandbox, second).json()["error"] == "invalid_grant"


def test_an_access_token_lasts_a_day(sandbox: SandboxServer, clock: HandClock) -> None:
    access = connect(sandbox)["access_token"]
    clock.move(seconds=86_399)
    assert works(sandbox, access)
    clock.move(seconds=1)
    assert not works(sandbox, access)


@pytest.mark.parametrize("kills", [False, True])
def test_old_access_tokens_after_a_refresh(sandbox: SandboxServer, kills: bool) -> None:
    sandbox.set(refresh_kills_access_tokens=kills)
    first = connect(sandbox)
    refresh(sandbox, first["refresh_token"])
    assert works(sandbox, first["access_token"]) is not kills


@pytest.mark.parametrize("kills", [False, True])
def test_a_second_authorization(sandbox: SandboxServer, kills: bool) -> None:
    sandbox.set(second_authorization_kills_first=kills)
    first = connect(sandbox)
    other = connect(sandbox, account="2")
    connect(sandbox)
    assert works(sandbox, first["access_token"]) is not kills
    assert works(sandbox, other["access_token"])


def test_revoking_the_grant_kills_all_its_tokens(sandbox: SandboxServer) -> None:
    tokens = connect(sandbox)
    sandbox.people.revoke_grant()
    assert not works(sandbox, tokens["access_token"])
    assert refresh(sandbox, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_another_account_may_be_chosen(sandbox: SandboxServer) -> None:
    answers = [
        requests.get(
            f"{sandbox.api_url}/account/summary",
            headers={"Authorization": f"Bearer {connect(sandbox, account=account)['access_token']}"},
        ).json()
        for account in ("1", "2")
    ]
    assert [each["organization_name"] for each in answers] == ["Acme Association", "Beacon Trade Council"]
    assert answers[0]["encoded_account_id"] != answers[1]["encoded_account_id"]


def test_more_than_one_token_request_a_second_is_429(sandbox: SandboxServer, clock: HandClock) -> None:
    sandbox.set(token_requests_per_second=1)
    first = connect(sandbox)["refresh_token"]
    assert refresh(sandbox, first).status_code == 429
    clock.move(seconds=1)
    assert refresh(sandbox, first).status_code == 200


def test_a_rotation_may_get_lost_on_the_way(sandbox: SandboxServer) -> None:
    first = connect(sandbox)["refresh_token"]
    sandbox.faults.drop_after_work(path="/token")
    with pytest.raises(requests.ConnectionError):
        refresh(sandbox, first)
    assert refresh(sandbox, first).json()["error"] == "invalid_grant"


def test_a_dropped_refresh_changes_nothing(sandbox: SandboxServer) -> None:
    first = connect(sandbox)["refresh_token"]
    sandbox.faults.drop_before_work(path="/token")
    with pytest.raises(requests.ConnectionError):
        refresh(sandbox, first)
    assert refresh(sandbox, first).status_code == 200


def test_urllib_is_turned_away_before_oauth(sandbox: SandboxServer) -> None:
    headers = {"User-Agent": "Python-urllib/3.11"}
    answer = requests.post(f"{sandbox.auth_url}/token", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (403, "text/html")


def test_no_secret_of_signing_in_is_logged(sandbox: SandboxServer) -> None:
    tokens = connect(sandbox)
    refresh(sandbox, tokens["refresh_token"])
    page = requests.get(f"{sandbox.url}/requests/{sandbox.requests()[-1].id}").text
    assert tokens["refresh_token"] not in page
    assert all(not entry.query for entry in sandbox.requests())
