"""OAuth 2 with an authorization code and PKCE: the two POSTs and the address people are sent to.

Sources: G server_flow and pkce_flow. There is no discovery document and no way to revoke a grant.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

import requests

from integrations.constant_contact.client import never_sent, new_session
from integrations.constant_contact.errors import (
    Complaint,
    ConstantContactError,
    InvalidClient,
    InvalidGrant,
    OAuthError,
    OutcomeUnknown,
    Throttled,
    Unavailable,
    complaint_in,
)
from integrations.constant_contact.limits import LIMITS

SCOPES = ("contact_data", "account_read", "offline_access")
_TOKEN_PATH = "/token"  # noqa: S105 - an address
_THROTTLED_ATTEMPTS = 4


@dataclass(frozen=True)
class Application:
    """A registered application; without a secret it is a public one, which PKCE alone protects."""

    auth_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)

    @property
    def auth(self) -> tuple[str, str] | None:
        return (self.client_id, self.client_secret) if self.client_secret else None


@dataclass(frozen=True)
class Grant:
    """Tokens. `refresh_token` is blank when none came (no offline_access, or the old one stays). Seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    scope: str


def new_verifier() -> str:
    """A PKCE code verifier of 64 characters."""
    return token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """The S256 code challenge (RFC 7636)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorization_url(application: Application, *, redirect_uri: str, state: str, verifier: str) -> str:
    """Where to send the person who connects; `redirect_uri` must be registered exactly so."""
    query = {
        "client_id": application.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{application.auth_url}/authorize?{urlencode(query)}"


def exchange_code(
    application: Application,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Grant:
    """Trade the code, good once and for 5 minutes, for tokens.

    Raises InvalidGrant, InvalidClient, OAuthError, Throttled, Unavailable, and OutcomeUnknown, after which
    the code is spent.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    return _grant(application, form, session or new_session(), sleep)


def refresh(
    application: Application,
    refresh_token: str,
    *,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Grant:
    """Trade the refresh token for a new pair; a rotating one is dead from then on.

    Never call it twice at once. Raises as `exchange_code`; after OutcomeUnknown the new pair may be lost.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _grant(application, form, session or new_session(), sleep)


def _grant(
    application: Application, form: dict[str, str], session: requests.Session, sleep: Callable[[float], None]
) -> Grant:
    for attempt in range(1, _THROTTLED_ATTEMPTS + 1):
        try:
            return _ask(application, form, session)
        except Throttled:
            if attempt == _THROTTLED_ATTEMPTS:
                raise
            sleep(LIMITS.token_seconds * (attempt + 0.1))
    raise AssertionError("unreachable")


def _ask(application: Application, form: Mapping[str, str], session: requests.Session) -> Grant:
    body = dict(form) if application.auth else {**form, "client_id": application.client_id}
    try:
        response = session.post(
            application.auth_url + _TOKEN_PATH,
            data=body,
            auth=application.auth or _no_netrc,
            timeout=(LIMITS.connect_seconds, LIMITS.token_read_seconds),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        kind = Unavailable if never_sent(error) else OutcomeUnknown
        raise kind(type(error).__name__, method="POST", path=_TOKEN_PATH) from None
    if response.status_code != 200:
        raise _refusal(response)
    return _parsed(response)


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _parsed(response: requests.Response) -> Grant:
    try:
        data = json.loads(response.content)
        return Grant(
            access_token=data["access_token"],
            refresh_token=data.get("refresh_token") or "",
            expires_in=int(data.get("expires_in") or LIMITS.token_lifetime_seconds),
            scope=data.get("scope") or "",
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # `from None`: the original could quote the body, and with it the tokens.
        raise OutcomeUnknown(
            "the answer holds no tokens", status=200, method="POST", path=_TOKEN_PATH
        ) from None


def _refusal(response: requests.Response) -> ConstantContactError:
    complaint = complaint_in(response.content)
    kind = _kind(response.status_code, complaint)
    return kind(
        complaint.message,
        status=response.status_code,
        error_key=complaint.key,
        method="POST",
        path=_TOKEN_PATH,
    )


def _kind(status: int, complaint: Complaint) -> type[ConstantContactError]:
    """OAuth's own codes decide; anything without one came from a proxy in front and passes."""
    named: dict[str, type[ConstantContactError]] = {
        "invalid_grant": InvalidGrant,
        "invalid_client": InvalidClient,
        "unauthorized_client": InvalidClient,
    }
    if status == 429:
        return Throttled
    if complaint.key in named:
        return named[complaint.key]
    if status >= 500 and status != 503:
        return OutcomeUnknown
    return OAuthError if status in (400, 401) else Unavailable
