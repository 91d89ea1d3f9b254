"""Questions about tokens and the gateway, answered with one ordinary refresh and two requests that are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings

from integrations.constant_contact import oauth
from integrations.constant_contact.client import Client, new_session
from integrations.constant_contact.errors import OAuthError, Unauthorized
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import Laboratory
from integrations.experiments.unanswered import CannotTell
from integrations.sandbox.choices import LastPage, Missing, OAuthErrors, Refresh
from integrations.tokens import application

PROBE = "/contact_lists"


def refresh_tokens(lab: Laboratory) -> Finding:
    """Compare the refresh token before and after a refresh."""
    if lab.refreshed.is_new_refresh_token:
        return Finding("A refresh brings a new refresh token.", Refresh.ROTATING)
    return Finding("A refresh leaves the refresh token as it is.", Refresh.LONG_LIVED)


def access_token_seconds(lab: Laboratory) -> Finding:
    """Read how long a refreshed access token is said to work."""
    seconds = round(lab.refreshed.lifetime)
    return Finding(f"{seconds:,} seconds.", seconds)


@dataclass(frozen=True)
class _OneToken:
    """A token source that has nothing newer."""

    value: str

    def token(self) -> str:
        return self.value

    def refreshed(self, *, after: str) -> str:
        return self.value


def refresh_kills_access_tokens(lab: Laboratory) -> Finding:
    """Read with the access token from before a refresh."""
    old = Client(
        settings.CONSTANT_CONTACT_API_URL,
        _OneToken(lab.refreshed.old_access_token),
        lab.budget,
        purpose=lab.client.purpose,
        guard=lab.tally.count,
    )
    try:
        old.get(PROBE, {"limit": 1})
    except Unauthorized:
        return Finding("The access token from before ended with the refresh.", value=True)
    return Finding("The access token from before still works.", value=False)


def oauth_errors(lab: Laboratory) -> Finding:
    """Send a refresh token that never was."""
    bodies: list[bytes] = []

    def keep(response: requests.Response, *args: Any, **kwargs: Any) -> None:
        bodies.append(response.content)

    session = new_session()
    session.hooks["response"].append(keep)
    try:
        oauth.refresh(application(), f"{lab.token}-never-was", session=session, sleep=lab.sleep)
    except OAuthError as error:
        return Finding(f"{error.status} {error.error_key}: {error.message}", _shape(bodies[-1]))
    raise CannotTell("A refresh token that never was, was taken.")


def _shape(body: bytes) -> OAuthErrors | None:
    try:
        keys = set(json.loads(body))
    except (ValueError, TypeError):
        return None
    if "errorCode" in keys:
        return OAuthErrors.OKTA
    return OAuthErrors.PLAIN if "error" in keys else None


def missing_authorization(lab: Laboratory) -> Finding:
    """GET without an Authorization header."""
    lab.budget.take(lab.client.purpose)
    lab.tally.count()
    response = new_session().get(
        settings.CONSTANT_CONTACT_API_URL + PROBE, timeout=30, allow_redirects=False, auth=_nobody
    )
    values = {403: Missing.FORBIDDEN, 401: Missing.UNAUTHORIZED}
    return Finding(f"{response.status_code}.", values.get(response.status_code))


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a .netrc out."""
    return request


def last_page_links(lab: Laboratory) -> Finding:
    """GET a page that is the last."""
    data = lab.client.get(PROBE, {"limit": 500})
    if data.get("_links", {}) is None:
        return Finding("_links is null.", LastPage.NULL)
    if "_links" not in data:
        return Finding("There is no _links.", LastPage.ABSENT)
    if (data["_links"].get("next") or {}).get("href"):
        raise CannotTell("The account has more than 500 lists, so the page was not the last.")
    return Finding("_links is there, without a next page.")
