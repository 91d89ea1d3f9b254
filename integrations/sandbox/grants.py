"""Permissions somebody gave an application: codes, refresh tokens, access tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.accounts import Caller
from integrations.sandbox.choices import RedirectCheck, Refresh
from integrations.sandbox.store import Store

SCOPES = frozenset(
    {"contact_data", "campaign_data", "account_read", "account_update", "offline_access", "billing_data"}
)
DEFAULT_CLIENT = ("sandbox-client", "sandbox-secret")
UNUSED_REFRESH_SECONDS = 180 * 24 * 3600


class GrantRefused(Exception):
    """A token request that fails, with OAuth's word for why."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


# Applications


def register_client(store: Store, client_id: str, secret: str, redirect_uris: list[str]) -> None:
    """Add an application, or change its secret and redirect URIs."""
    store.run(
        "INSERT INTO client (client_id, secret, redirect_uris) VALUES (?, ?, ?)"
        " ON CONFLICT (client_id) DO UPDATE SET secret = excluded.secret,"
        " redirect_uris = excluded.redirect_uris",
        client_id,
        secret,
        json.dumps(redirect_uris),
    )


def find_client(store: Store, client_id: str) -> sqlite3.Row | None:
    return store.one("SELECT * FROM client WHERE client_id = ?", client_id)


def accept_redirect(store: Store, client: sqlite3.Row, redirect_uri: str) -> bool:
    """Whether the application may be called back there; its first callback is remembered as registered."""
    check = store.switches.redirect_uris
    parts = urlsplit(redirect_uri)
    if check is RedirectCheck.MISMATCH or parts.scheme not in ("http", "https") or parts.fragment:
        return False
    registered: list[str] = json.loads(client["redirect_uris"])
    if not registered:
        register_client(store, client["client_id"], client["secret"], [redirect_uri])
        return True
    if redirect_uri in registered:
        return True
    if check is RedirectCheck.EXACT:
        return False
    hosts = {urlsplit(each).hostname for each in registered} | {"localhost", "127.0.0.1"}
    return parts.hostname in hosts


# Codes


def issue_code(
    store: Store, *, client_id: str, account: int, redirect_uri: str, scope: str, challenge: str | None
) -> str:
    code = secrets.token_urlsafe(24)
    store.insert(
        "code",
        {
            "code": code,
            "client_id": client_id,
            "account": account,
            "redirect_uri": redirect_uri,
            "scope": scope,
            "challenge": challenge,
            "expires": store.seconds() + store.switches.code_seconds,
        },
    )
    return code


def redeem_code(
    store: Store, *, client_id: str, code: str, redirect_uri: str, verifier: str | None, public: bool
) -> dict[str, Any]:
    """Exchange a code for tokens. A code works once, for the client and redirect URI it was made for."""
    row = store.one("SELECT * FROM code WHERE code = ? AND client_id = ?", code, client_id)
    store.run("DELETE FROM code WHERE code = ?", code)
    if row is None or row["expires"] <= store.seconds():
        raise GrantRefused("invalid_grant", "The authorization code is invalid or has expired.")
    if row["redirect_uri"] != redirect_uri:
        raise GrantRefused("invalid_grant", "The redirect_uri does not match the authorization request.")
    if row["challenge"] is None and public:
        raise GrantRefused("invalid_client", "Client authentication failed.")
    if row["challenge"] is not None and _challenge(verifier or "") != row["challenge"]:
        raise GrantRefused("invalid_grant", "PKCE verification failed.")
    return new_grant(store, client_id=client_id, account=row["account"], scope=row["scope"], public=public)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


# Tokens


def new_grant(
    store: Store, *, client_id: str, account: int, scope: str, public: bool = False
) -> dict[str, Any]:
    """A fresh grant and its first token response."""
    if store.switches.second_authorization_kills_first:
        store.run("UPDATE permit SET revoked = 1 WHERE client_id = ? AND account = ?", client_id, account)
    values = {"client_id": client_id, "account": account, "scope": scope, "public": public}
    permit = store.insert("permit", values)
    refresh = _new_refresh_token(store, permit) if "offline_access" in scope.split() else None
    return _token_response(store, permit, scope, refresh)


def _new_refresh_token(store: Store, permit: int) -> str:
    token = secrets.token_urlsafe(32)
    store.insert("refresh_token", {"token": token, "permit": permit, "used": store.seconds()})
    return token


def _token_response(store: Store, permit: int, scope: str, refresh: str | None) -> dict[str, Any]:
    lasts = store.switches.access_token_seconds
    expires = store.seconds() + lasts
    token = _access_token(permit, expires)
    store.insert("access_token", {"token": token, "permit": permit, "expires": expires})
    response = {"token_type": "Bearer", "expires_in": lasts, "access_token": token, "scope": scope}
    return response | ({"refresh_token": refresh} if refresh else {})


def _access_token(permit: int, expires: float) -> str:
    """As long as the real ones (some 1,000 characters), and in their three parts."""
    header = base64.urlsafe_b64encode(b'{"kid":"sandbox","alg":"RS256"}').decode().rstrip("=")
    claims = json.dumps({"jti": secrets.token_hex(220), "permit": permit, "exp": int(expires)})
    body = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")
    return f"{header}.{body}.{secrets.token_urlsafe(256)}"


def refresh(store: Store, *, client_id: str, token: str, public: bool) -> dict[str, Any]:
    """New tokens for a refresh token; with rotation the old one is dead from here on."""
    now = store.seconds()
    row = store.one(
        "SELECT r.*, p.scope, p.public FROM refresh_token r JOIN permit p ON p.id = r.permit"
        " WHERE r.token = ? AND p.client_id = ? AND p.revoked = 0",
        token,
        client_id,
    )
    if row is None or _is_dead(store, row, now):
        raise GrantRefused("invalid_grant", "The refresh token is invalid or expired.")
    if public and not row["public"]:
        raise GrantRefused("invalid_client", "Client authentication failed.")
    if store.switches.refresh_kills_access_tokens:
        store.run("DELETE FROM access_token WHERE permit = ?", row["permit"])
    store.run("UPDATE refresh_token SET used = ? WHERE token = ?", now, token)
    if store.switches.refresh_tokens is Refresh.LONG_LIVED:
        return _token_response(store, row["permit"], row["scope"], token)
    store.run("UPDATE refresh_token SET retired = coalesce(retired, ?) WHERE permit = ?", now, row["permit"])
    return _token_response(store, row["permit"], row["scope"], _new_refresh_token(store, row["permit"]))


def _is_dead(store: Store, row: sqlite3.Row, now: float) -> bool:
    if now - row["used"] > UNUSED_REFRESH_SECONDS:
        return True
    grace = store.switches.rotation_grace_seconds
    return row["retired"] is not None and now - row["retired"] >= grace


def caller_of(store: Store, token: str) -> Caller | None:
    """Whose token this is; None for one that is unknown, expired or revoked."""
    row = store.one(
        "SELECT p.client_id, p.account, p.scope FROM access_token t JOIN permit p ON p.id = t.permit"
        " WHERE t.token = ? AND t.expires > ? AND p.revoked = 0",
        token,
        store.seconds(),
    )
    return Caller(row["client_id"], row["account"], frozenset(row["scope"].split())) if row else None


def revoke_grants(store: Store, account: int) -> None:
    """What happens when somebody removes the application from the account."""
    store.run("UPDATE permit SET revoked = 1 WHERE account = ?", account)
