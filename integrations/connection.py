"""Connecting to Constant Contact, testing, disconnecting, and the client for the connection that is
stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from integrations.connection_errors import (
    CodeRefused,
    ConnectingFailed,
    ConnectionChanged,
    ConsentDenied,
    ConstantContactDown,
    NotConfigured,
    NotConnected,
    NotUsable,
    ReconnectNeeded,
    RightsMissing,
    SignInExpired,
    SignInForged,
    SignInUnknown,
    WrongApplication,
    WrongSite,
)
from integrations.connection_events import announce, record_event
from integrations.constant_contact import account, oauth
from integrations.constant_contact.account import NEEDED_PRIVILEGES, Account
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.client import Client
from integrations.constant_contact.errors import (
    ConstantContactError,
    Forbidden,
    InvalidClient,
    InvalidGrant,
    OAuthError,
    QuotaExceeded,
)
from integrations.encryption import DecryptionError, decrypt, encrypt
from integrations.models import ConnectionState, ConstantContactConnection
from integrations.tokens import StoredTokens, application
from integrations.usage import UsageBudget
from novi_ams.audit.actor import Actor

SIGN_IN_MINUTES = 10
_SIGN_IN = "constant_contact_sign_in"
_OTHER_ACCOUNT = "constant_contact_other_account"


@dataclass(frozen=True)
class Connected:
    account_name: str


@dataclass(frozen=True)
class AnotherAccount:
    """The person signed in to another account than the one that was connected before; ask first."""

    old: str
    new: str


@dataclass(frozen=True)
class Validated:
    account_name: str
    at: datetime


@dataclass(frozen=True)
class NotValidated:
    """Why a test failed, and what to do about it."""

    reason: str
    cure: str


def callback_url() -> str:
    """Where Constant Contact sends people back to; it has to be registered with the application exactly
    so.
    """
    return settings.SITE_URL + reverse("integrations:callback")


def start_connecting(session: SessionBase, *, redirect_uri: str) -> str:
    """Begin a sign-in in this session and answer with the address to send the person to.

    A sign-in that was under way is given up. Raises NotConfigured without a client id.
    """
    if not settings.CONSTANT_CONTACT_CLIENT_ID:
        raise NotConfigured
    state, verifier = token_urlsafe(32), oauth.new_verifier()
    _put(session, _SIGN_IN, {"state": state, "verifier": verifier, "redirect_uri": redirect_uri})
    return oauth.authorization_url(application(), redirect_uri=redirect_uri, state=state, verifier=verifier)


def finish_connecting(
    session: SessionBase, *, params: Mapping[str, str], actor: Actor
) -> Connected | AnotherAccount:
    """Take the answer that Constant Contact sent the person back with, and store the connection.

    `params` is the callback's query. Another account than before is kept aside in the session, encrypted,
    until `confirm_other_account`. Raises a ConnectingFailed, and then nothing is stored.
    """
    sign_in = _taken_sign_in(session, params.get("state", ""))
    if "error" in params:
        raise _denied(params)
    grant = _exchanged(params.get("code", ""), sign_in)
    found = _account_of(grant)
    before = ConstantContactConnection.current()
    if before.account_id and before.account_id != found.account_id:
        _put(session, _OTHER_ACCOUNT, {"grant": vars(grant), "account": vars(found)})
        return AnotherAccount(old=before.account_name, new=found.name)
    return _store(grant, found, actor=actor)


def confirm_other_account(session: SessionBase, *, actor: Actor) -> Connected:
    """Connect the other account that was asked about. Raises SignInUnknown or SignInExpired."""
    kept = _take(session, _OTHER_ACCOUNT)
    return _store(oauth.Grant(**kept["grant"]), Account(**kept["account"]), actor=actor)


def decline_other_account(session: SessionBase) -> None:
    """Forget the other account and leave the connection as it was."""
    session.pop(_OTHER_ACCOUNT, None)


def test_connection(*, actor: Actor) -> Validated | NotValidated:
    """Ask Constant Contact whose account this is and what may be done there; costs two requests."""
    try:
        person = client(Purpose.PERSON)
        found = account.read(person)
        missing = NEEDED_PRIVILEGES - account.privileges(person)
    except (NotUsable, ConstantContactError) as error:
        outcome: Validated | NotValidated = _failure(error)
    else:
        outcome = _rights_failure(missing) if missing else _validated(found)
    detail = "Validated" if isinstance(outcome, Validated) else outcome.reason
    record_event("Tested", actor=actor, detail=detail)
    return outcome


def disconnect(*, actor: Actor) -> None:
    """Delete the tokens and stop; lists there stay, and so does the knowledge of whose account it was."""
    with transaction.atomic():
        changed = (
            _row()
            .exclude(state=ConnectionState.NOT_CONNECTED)
            .update(state=ConnectionState.NOT_CONNECTED, **_no_grant(), error="", updated_at=timezone.now())
        )
        if changed:
            announce("Disconnected", actor=actor)


def confirm_site(*, actor: Actor) -> None:
    """Bind the connection to this SITE_URL: what is here is the real thing, not a copy."""
    with transaction.atomic():
        if _row().exclude(site_url=settings.SITE_URL).update(site_url=settings.SITE_URL):
            announce("Confirmed for this site", actor=actor, detail=settings.SITE_URL)


def client(purpose: Purpose, *, guard: Callable[[], None] | None = None) -> Client:
    """The client for the stored connection; before each request it makes sure that it is still the same one.

    `guard` is called too, e.g. to hold a lease. Raises NotConnected, ReconnectNeeded or WrongSite, here and
    in every request, and ConnectionChanged in a request.
    """
    seen = _usable()

    def check() -> None:
        now = _usable()
        if (now.account_id, now.connected_at) != (seen.account_id, seen.connected_at):
            raise ConnectionChanged
        if guard:
            guard()

    return Client(
        settings.CONSTANT_CONTACT_API_URL,
        StoredTokens(),
        UsageBudget(seen.client_id),
        purpose=purpose,
        guard=check,
    )


def why_unusable() -> str:
    """Why no request can be sent, in a sentence that says what to do; blank when one can."""
    try:
        _usable()
    except NotUsable as error:
        return error.sentence
    return ""


def _usable() -> ConstantContactConnection:
    stored = ConstantContactConnection.current()
    if stored.state == ConnectionState.RECONNECT_NEEDED:
        raise ReconnectNeeded
    if not stored.is_connected:
        raise NotConnected
    if stored.site_url != settings.SITE_URL:
        raise WrongSite(
            f"The connection was made for {stored.site_url}, and this is {settings.SITE_URL}. "
            "If this is a copy, leave it be; if the site has moved, confirm it under Association Settings, "
            "Integrations."
        )
    return stored


def _row() -> Any:
    ConstantContactConnection.current()
    return ConstantContactConnection.objects.filter(pk=1)


def _no_grant() -> dict[str, Any]:
    return {
        "access_token": "",
        "refresh_token": "",
        "expires_at": None,
        "refresh_holder": "",
        "refresh_until": None,
        "token_generation": F("token_generation") + 1,
    }


def _put(session: SessionBase, key: str, values: dict[str, Any]) -> None:
    """Keep something aside for ten minutes, encrypted: sessions are plain rows in the database."""
    until = (timezone.now() + timedelta(minutes=SIGN_IN_MINUTES)).timestamp()
    session[key] = encrypt(json.dumps({**values, "until": until})).token


def _peek(session: SessionBase, key: str) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(decrypt(session[key]))
    except (KeyError, DecryptionError):
        raise SignInUnknown from None
    return kept


def _take(session: SessionBase, key: str) -> dict[str, Any]:
    """What was kept aside, gone for good before it is used. Raises SignInUnknown or SignInExpired."""
    kept = _peek(session, key)
    del session[key]
    session.save()
    if kept.pop("until") < timezone.now().timestamp():
        raise SignInExpired
    return kept


def _taken_sign_in(session: SessionBase, state: str) -> dict[str, Any]:
    # A wrong state leaves the sign-in alone: otherwise any page could end one by calling the callback.
    if not constant_time_compare(_peek(session, _SIGN_IN)["state"], state):
        raise SignInForged
    return _take(session, _SIGN_IN)


def _denied(params: Mapping[str, str]) -> ConnectingFailed:
    if params["error"] == "access_denied":
        return ConsentDenied()
    said = (params.get("error_description") or params["error"])[:200].rstrip(".")
    return ConnectingFailed(f"Constant Contact refused the sign-in: {said}. Start again, or ask its support.")


def _exchanged(code: str, sign_in: Mapping[str, Any]) -> oauth.Grant:
    try:
        grant = oauth.exchange_code(
            application(), code=code, verifier=sign_in["verifier"], redirect_uri=sign_in["redirect_uri"]
        )
    except InvalidGrant as error:
        raise CodeRefused from error
    except InvalidClient as error:
        raise WrongApplication from error
    except OAuthError as error:
        raise ConnectingFailed from error
    except ConstantContactError as error:
        raise ConstantContactDown from error
    if not grant.refresh_token:
        raise RightsMissing
    return grant


@dataclass(frozen=True)
class _NewTokens:
    """The tokens of a grant that is not stored yet; there is nothing to refresh them with."""

    grant: oauth.Grant

    def token(self) -> str:
        return self.grant.access_token

    def refreshed(self, *, after: str) -> str:
        return self.grant.access_token


def _account_of(grant: oauth.Grant) -> Account:
    budget = UsageBudget(settings.CONSTANT_CONTACT_CLIENT_ID)
    person = Client(settings.CONSTANT_CONTACT_API_URL, _NewTokens(grant), budget, purpose=Purpose.PERSON)
    try:
        found = account.read(person)
    except Forbidden as error:
        raise RightsMissing from error
    except QuotaExceeded as error:
        raise ConnectingFailed(error.sentence) from error
    except ConstantContactError as error:
        raise ConstantContactDown from error
    if not found.account_id:
        raise RightsMissing
    return found


def _store(grant: oauth.Grant, found: Account, *, actor: Actor) -> Connected:
    """Replace the grant in one transaction; a refresh of the old one under way finds its generation gone."""
    now = timezone.now()
    with transaction.atomic():
        previous = _row().select_for_update().get()
        _row().update(
            **_no_grant()
            | {
                "access_token": grant.access_token,
                "refresh_token": grant.refresh_token,
                "expires_at": now + timedelta(seconds=grant.expires_in),
            },
            state=ConnectionState.CONNECTED,
            account_id=found.account_id,
            account_name=found.name[:255],
            site_url=settings.SITE_URL,
            client_id=settings.CONSTANT_CONTACT_CLIENT_ID,
            scopes=grant.scope[:255],
            connected_by=actor.user_id,
            connected_by_name=actor.name[:255],
            connected_at=now,
            last_validated_at=now,
            error="",
            updated_at=now,
        )
        announce("Connected", actor=actor, detail=found.name, previous_account_id=previous.account_id)
    return Connected(found.name)


def _validated(found: Account) -> Validated:
    now = timezone.now()
    _row().update(account_name=found.name[:255], last_validated_at=now, error="")
    return Validated(found.name, now)


def _rights_failure(missing: frozenset[str]) -> NotValidated:
    names = ", ".join(sorted(missing))
    return NotValidated(
        reason=f"The person who connected lacks these rights in Constant Contact: {names}.",
        cure="Connect again as the account's owner or a manager.",
    )


def _failure(error: NotUsable | ConstantContactError) -> NotValidated:
    """The first sentence says why, the rest what to do."""
    reason, _, cure = error.sentence.partition(". ")
    return NotValidated(reason=reason.rstrip(".") + ".", cure=cure or "Try again in some minutes.")
