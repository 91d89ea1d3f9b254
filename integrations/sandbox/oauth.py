"""Signing in: the consent page and the token endpoint."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox import grants
from integrations.sandbox.accounts import accounts
from integrations.sandbox.choices import OAuthErrors
from integrations.sandbox.errors import html_response, json_response
from integrations.sandbox.grants import SCOPES, GrantRefused
from integrations.sandbox.rendering import page
from integrations.sandbox.store import Store, new_id

_CARRIED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


_MEANINGS = {
    "contact_data": "read and change contacts, lists and custom fields",
    "campaign_data": "read and change campaigns",
    "account_read": "read the account’s name and address",
    "account_update": "change the account’s name and address",
    "billing_data": "read billing data",
    "offline_access": "do so while nobody is signed in",
}


class _Unanswerable(Exception):
    """An authorization request that cannot be sent back to anybody."""


class _Denied(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


def authorize(store: Store, request: Request) -> Response:
    """GET shows the consent page, POST is the answer given on it."""
    asked = {name: request.values.get(name, "") for name in _CARRIED}
    try:
        _check_client(store, asked)
    except _Unanswerable as problem:
        return page("oauth_error.html", {"problem": str(problem)}, status=400)
    try:
        _check_request(asked)
        if request.method == "POST":
            return _answer_consent(store, asked, request)
    except _Denied as denied:
        return _back(asked, error=denied.error, error_description=denied.description)
    return _consent_page(store, asked)


def _check_client(store: Store, asked: dict[str, str]) -> None:
    client = grants.find_client(store, asked["client_id"])
    if client is None:
        raise _Unanswerable(f"No application has the client id “{asked['client_id']}”.")
    if not grants.accept_redirect(store, client, asked["redirect_uri"]):
        raise _Unanswerable(f"“{asked['redirect_uri']}” is not a redirect URI of this application.")


def _check_request(asked: dict[str, str]) -> None:
    if asked["response_type"] != "code":
        raise _Denied("unsupported_response_type", "The response type must be code.")
    if not asked["state"]:
        raise _Denied("invalid_request", "The authentication request has no state.")
    scopes = set(asked["scope"].split())
    if not scopes or not scopes <= SCOPES:
        raise _Denied("invalid_scope", "One or more scopes are not configured for this application.")
    if asked["code_challenge"] and asked["code_challenge_method"] != "S256":
        raise _Denied("invalid_request", "The code challenge method must be S256.")


def _consent_page(store: Store, asked: dict[str, str]) -> Response:
    values = {
        "client_id": asked["client_id"],
        "scopes": [{"name": name, "meaning": _MEANINGS[name]} for name in asked["scope"].split()],
        "accounts": [dict(row) for row in accounts(store)],
        "carried": asked,
        "host": urlsplit(asked["redirect_uri"]).netloc,
    }
    response = page("consent.html", values)
    # A form's redirect counts as its target, so the page must name where the answer goes.
    parts = urlsplit(asked["redirect_uri"])
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(
        "form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}"
    )
    return response


def _answer_consent(store: Store, asked: dict[str, str], request: Request) -> Response:
    if request.form.get("answer") != "allow":
        raise _Denied("access_denied", "The resource owner denied the request.")
    known = {row["id"] for row in accounts(store)}
    account = int(request.form.get("account", "0") or 0)
    code = grants.issue_code(
        store,
        client_id=asked["client_id"],
        account=account if account in known else min(known),
        redirect_uri=asked["redirect_uri"],
        scope=asked["scope"],
        challenge=asked["code_challenge"] or None,
    )
    return _back(asked, code=code)


def _back(asked: dict[str, str], **answer: str) -> Response:
    if asked["state"]:
        answer["state"] = asked["state"]
    joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    return redirect(f"{asked['redirect_uri']}{joint}{urlencode(answer)}", 302, Response)


def token(store: Store, request: Request) -> Response:
    """Parameters come in the query or a form body; the client in Basic auth, or by id alone with PKCE."""
    client_id, public = "", False
    try:
        client_id, public = _authenticate(store, request)
        return json_response(_grant(store, request, client_id, public=public))
    except GrantRefused as refused:
        return _refusal(store, refused)


def client_id_of(request: Request) -> str:
    """The client a token request says it comes from, believed or not."""
    return _basic(request)[0] or request.values.get("client_id", "")


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _authenticate(store: Store, request: Request) -> tuple[str, bool]:
    """The client id, and whether it came without a secret."""
    name, secret = _basic(request)
    public = not name
    client = grants.find_client(store, name or request.values.get("client_id", ""))
    if client is None or (not public and secret != client["secret"]):
        raise GrantRefused(
            "invalid_client", "The client secret supplied for a confidential client is invalid."
        )
    return str(client["client_id"]), public


def _grant(store: Store, request: Request, client_id: str, *, public: bool) -> dict[str, Any]:
    values = request.values
    if values.get("grant_type") == "authorization_code":
        return grants.redeem_code(
            store,
            client_id=client_id,
            code=values.get("code", ""),
            redirect_uri=values.get("redirect_uri", ""),
            verifier=values.get("code_verifier"),
            public=public,
        )
    if values.get("grant_type") == "refresh_token":
        return grants.refresh(
            store, client_id=client_id, token=values.get("refresh_token", ""), public=public
        )
    raise GrantRefused("unsupported_grant_type", "The grant type is not supported.")


def _refusal(store: Store, refused: GrantRefused) -> Response:
    status = 401 if refused.error == "invalid_client" else 400
    if store.switches.oauth_errors is OAuthErrors.OKTA:
        body: dict[str, Any] = {
            "errorCode": refused.error,
            "errorSummary": refused.description,
            "errorLink": refused.error,
            "errorId": new_id(),
            "errorCauses": [],
        }
        return json_response(body, status)
    return json_response({"error": refused.error, "error_description": refused.description}, status)


def refuse_urllib(request: Request) -> Response | None:
    """The 403 that a firewall in front of the real host gives Python's default User-Agent."""
    if request.headers.get("User-Agent", "").startswith("Python-urllib"):
        return html_response("403 Forbidden", 403)
    return None
