"""The stored access token, refreshed by one process at a time.

A rotating refresh token works once, so two refreshes in flight, or a new pair that is lost before it is
stored, end the connection until a person connects again. Hence: claim by conditional UPDATE, HTTP outside
any transaction, store durably where the generation is unchanged, and only then use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations.connection_errors import NotConnected, ReconnectNeeded, TokensUnreadable
from integrations.connection_events import announce
from integrations.constant_contact import oauth
from integrations.constant_contact.errors import (
    InvalidClient,
    InvalidGrant,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from integrations.encryption import DecryptionError
from integrations.models import ConnectionState, ConstantContactConnection
from novi_ams.audit.actor import CONSTANT_CONTACT

EARLY = timedelta(minutes=5)
CLAIM_SECONDS = 180
"""Longer than the longest refresh: four attempts of 30 seconds and the waits between them."""

WAIT_SECONDS = 60.0
POLL_SECONDS = 0.25
STORE_ATTEMPTS = 5


def application() -> oauth.Application:
    return oauth.Application(
        settings.CONSTANT_CONTACT_AUTH_URL,
        settings.CONSTANT_CONTACT_CLIENT_ID,
        settings.CONSTANT_CONTACT_CLIENT_SECRET,
    )


@dataclass(frozen=True)
class StoredTokens:
    """The client's `TokenSource`. Raises NotConnected or ReconnectNeeded when there is nothing to give."""

    sleep: Callable[[float], None] = time.sleep

    def token(self) -> str:
        """The stored access token, renewed when it has less than five minutes left."""
        stored = _connected()
        left = stored.expires_at - timezone.now() if stored.expires_at else timedelta()
        if left > EARLY:
            return stored.access_token
        if left <= timedelta():
            return self._renewed(stored)
        return stored.access_token if _others_claim(stored) else self._renewed_early(stored)

    def refreshed(self, *, after: str) -> str:
        """A newer token than the refused one: whatever is stored by now, else a renewed one."""
        stored = _connected()
        return stored.access_token if stored.access_token != after else self._renewed(stored)

    def _renewed_early(self, stored: ConstantContactConnection) -> str:
        """While the old token still works, trouble at the sign-in service is none."""
        try:
            return self._renewed(stored)
        except (Unavailable, OutcomeUnknown, Throttled):
            return stored.access_token

    def _renewed(self, seen: ConstantContactConnection) -> str:
        """Refresh, or wait for whoever is refreshing. Raises Unavailable when that takes too long."""
        holder, deadline = str(uuid4()), time.monotonic() + WAIT_SECONDS
        while not _claim(seen, holder):
            stored = _connected()
            if stored.token_generation != seen.token_generation:
                return stored.access_token
            if time.monotonic() > deadline:
                raise Unavailable("another process is refreshing the token")
            self.sleep(POLL_SECONDS)
        try:
            return self._refresh(seen, holder)
        finally:
            _row().filter(refresh_holder=holder).update(refresh_holder="", refresh_until=None)

    def _refresh(self, seen: ConstantContactConnection, holder: str) -> str:
        try:
            grant = self._ask_twice(seen, holder)
        except InvalidGrant as error:
            return _adopt_or_end(seen, error)
        except InvalidClient as error:
            _row().update(error=error.sentence)
            raise
        if not _store(seen, grant):
            # Somebody connected again or disconnected meanwhile; this pair belongs to nobody.
            return _connected().access_token
        return grant.access_token

    def _ask_twice(self, seen: ConstantContactConnection, holder: str) -> oauth.Grant:
        """A lost answer may have left the old refresh token valid (long-lived, or a grace period), so ask
        again.
        """
        try:
            return oauth.refresh(application(), seen.refresh_token, sleep=self.sleep)
        except OutcomeUnknown:
            if not _extend(seen, holder):
                raise
            return oauth.refresh(application(), seen.refresh_token, sleep=self.sleep)


def _row() -> QuerySet[ConstantContactConnection]:
    return ConstantContactConnection.objects.filter(pk=1)


def _same(seen: ConstantContactConnection) -> QuerySet[ConstantContactConnection]:
    """The row, as long as nobody stored, ended or replaced the grant that was seen."""
    return _row().filter(token_generation=seen.token_generation, state=ConnectionState.CONNECTED)


def _connected() -> ConstantContactConnection:
    stored = ConstantContactConnection.current()
    if stored.state == ConnectionState.RECONNECT_NEEDED:
        raise ReconnectNeeded
    if not stored.is_connected:
        raise NotConnected
    try:
        # Reading decrypts: a lost key shows here, and not in the middle of a refresh.
        _ = stored.access_token, stored.refresh_token
    except DecryptionError as error:
        raise TokensUnreadable(str(error)) from error
    return stored


def _others_claim(stored: ConstantContactConnection) -> bool:
    return bool(stored.refresh_holder and stored.refresh_until and stored.refresh_until > timezone.now())


def _claim(seen: ConstantContactConnection, holder: str) -> bool:
    free = Q(refresh_holder="") | Q(refresh_until__isnull=True) | Q(refresh_until__lt=timezone.now())
    with transaction.atomic(durable=True):
        claimed = _same(seen).filter(free)
        return bool(claimed.update(refresh_holder=holder, refresh_until=_claim_end()))


def _extend(seen: ConstantContactConnection, holder: str) -> bool:
    return bool(_same(seen).filter(refresh_holder=holder).update(refresh_until=_claim_end()))


def _claim_end() -> datetime:
    return timezone.now() + timedelta(seconds=CLAIM_SECONDS)


def _store(seen: ConstantContactConnection, grant: oauth.Grant) -> bool:
    """Store the new pair, trying hard: if it is lost here, the connection is lost."""
    for attempt in range(1, STORE_ATTEMPTS + 1):
        try:
            with transaction.atomic(durable=True):
                return bool(
                    _same(seen).update(
                        access_token=grant.access_token,
                        refresh_token=grant.refresh_token or seen.refresh_token,
                        expires_at=timezone.now() + timedelta(seconds=grant.expires_in),
                        token_generation=F("token_generation") + 1,
                        refresh_holder="",
                        refresh_until=None,
                        error="",
                        updated_at=timezone.now(),
                    )
                )
        except OperationalError:
            if attempt == STORE_ATTEMPTS:
                raise
            connection.close_if_unusable_or_obsolete()
            time.sleep(attempt)
    raise AssertionError("unreachable")


def _adopt_or_end(seen: ConstantContactConnection, error: InvalidGrant) -> str:
    """A newer pair in the database means that this one was retired properly; else the grant is dead."""
    if not end_grant(seen, reason=error.message or error.error_key):
        return _connected().access_token
    raise ReconnectNeeded


def end_grant(seen: ConstantContactConnection, *, reason: str) -> bool:
    """Mark the connection as in need of a person, unless its grant is a newer one by now."""
    with transaction.atomic():
        ended = _same(seen).update(
            state=ConnectionState.RECONNECT_NEEDED,
            access_token="",
            refresh_token="",
            error=ReconnectNeeded.sentence,
            token_generation=F("token_generation") + 1,
            updated_at=timezone.now(),
        )
        if ended:
            announce("Reconnect needed", actor=CONSTANT_CONTACT, detail=f"Constant Contact said: {reason}")
    return bool(ended)
