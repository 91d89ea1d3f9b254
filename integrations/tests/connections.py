"""Connected, one way or another, to a sandbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from integrations import connection
from integrations.models import ConnectionState, ConstantContactConnection
from integrations.sandbox.server import SandboxServer
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import AuditEntry

MARGARET = Actor("Margaret Olsen")
CALLBACK = "http://localhost:8000/integrations/constant-contact/callback/"
ACME, OTHER = "1", "2"


def new_session() -> SessionStore:
    session = SessionStore()
    session.create()
    return session


def sign_in(session: SessionStore, *, answer: str = "allow", account: str = ACME) -> dict[str, str]:
    """Start connecting and answer the consent page: the query Constant Contact comes back with."""
    url = connection.start_connecting(session, redirect_uri=CALLBACK)
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    form |= {"answer": answer, "account": account}
    came_back = requests.post(url, data=form, allow_redirects=False, timeout=5).headers["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(came_back).query).items()}


def connected(sandbox: SandboxServer, **values: object) -> ConstantContactConnection:
    """A stored connection to the sandbox's first account, without the journey through a browser."""
    tokens = sandbox.issue_token()
    defaults: dict[str, object] = {
        "state": ConnectionState.CONNECTED,
        "account_id": "a07",
        "account_name": "Acme Association",
        "site_url": settings.SITE_URL,
        "client_id": settings.CONSTANT_CONTACT_CLIENT_ID,
        "access_token": tokens["access_token"],
        "refresh_token": tokens["refresh_token"],
        "expires_at": in_minutes(60 * 24),
        "connected_at": timezone.now(),
    }
    return ConstantContactConnection.objects.update_or_create(pk=1, defaults=defaults | values)[0]


def in_minutes(minutes: float) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def stored() -> ConstantContactConnection:
    return ConstantContactConnection.objects.get()


def audited() -> list[tuple[str, str, str]]:
    """What the audit log says, oldest first: who, what, detail."""
    entries = AuditEntry.objects.filter(component="connection").order_by("id")
    return list(entries.values_list("actor_name", "action", "after"))


def token_requests(sandbox: SandboxServer) -> int:
    return sum(each.path.endswith("/token") for each in sandbox.requests())
