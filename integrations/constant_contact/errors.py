"""What can go wrong with a call, as a small tree: the class says what to do next.

`str()` is for logs: method, path without query, status, the vendor's key and words, never a token.
`sentence` is for people.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class ConstantContactError(Exception):
    """A call that did not give what was asked for."""

    sentence = "Constant Contact did not do what was asked. Try again later."

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        error_key: str = "",
        method: str = "",
        path: str = "",
    ) -> None:
        self.message, self.status, self.error_key = message, status, error_key
        self.method, self.path = method, path
        super().__init__(message)

    def __str__(self) -> str:
        parts = (self.method, self.path, self.status, self.error_key, self.message)
        return " ".join(str(part) for part in parts if part) or type(self).__name__


class Unauthorized(ConstantContactError):
    """401, even with a token that was refreshed just now."""

    sentence = "Constant Contact no longer accepts the connection. Connect again."


class Forbidden(ConstantContactError):
    """403: scope, privilege, deactivated application or unknown path; the status does not tell which."""

    sentence = (
        "Constant Contact refused: the person who connected lacks a right there, or the application was "
        "deactivated. Connect with an account owner or manager."
    )


class NotFound(ConstantContactError):
    sentence = "It no longer exists in Constant Contact."


class Conflict(ConstantContactError):
    """409: it exists already, or somebody changes it at this moment.

    `contact_id` is the contact that has the email address, when the answer names it (deleted ones included).
    """

    sentence = "Constant Contact has this already."

    @property
    def contact_id(self) -> str | None:
        found = UUID.search(self.message)
        return found.group() if found else None


class Invalid(ConstantContactError):
    """400 and its kin: the same request will be refused again."""

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return f"Constant Contact refused the values: {self.message or 'it did not say why'}."


class Throttled(ConstantContactError):
    """Too many requests a second, for longer than one request waits."""

    sentence = "Constant Contact is being asked too often at the moment. It goes on by itself."


class QuotaExceeded(ConstantContactError):
    """The day's requests are used up; nothing helps before 00:00 UTC."""

    sentence = "Today's requests to Constant Contact are used up. It goes on by itself after midnight UTC."


class QueueFull(ConstantContactError):
    """1,000 bulk activities of the account are waiting."""

    sentence = "Constant Contact has too many jobs waiting. It goes on by itself when some are done."


class Unavailable(ConstantContactError):
    """No answer to a read, or a write that Constant Contact did not begin: safe to repeat later."""

    sentence = "Constant Contact cannot be reached at the moment. It goes on by itself."


class OutcomeUnknown(ConstantContactError):
    """A write was sent and no proper answer came: it may be done. Look before repeating it."""

    sentence = "Constant Contact did not answer, so the outcome is unknown. It is checked before going on."


class OAuthError(ConstantContactError):
    """The sign-in service refused; `error_key` is OAuth's error code."""

    sentence = "Constant Contact refused the sign-in. Start again with Connect to Constant Contact."


class InvalidGrant(OAuthError):
    """The code or refresh token is used up, expired or revoked: only a person can mend that."""

    sentence = "The permission to use Constant Contact has ended. Connect again."


class InvalidClient(OAuthError):
    """The client id or secret is wrong."""

    sentence = (
        "Constant Contact does not know this application: check CONSTANT_CONTACT_CLIENT_ID and "
        "CONSTANT_CONTACT_CLIENT_SECRET, then connect again."
    )


class OAuthDenied(OAuthError):
    """The person said no on the consent page."""

    sentence = "You did not allow access in Constant Contact, so nothing was connected."


@dataclass(frozen=True)
class Complaint:
    """What a body says went wrong; both blank when it says nothing."""

    key: str = ""
    message: str = ""


def complaint_in(body: bytes | str) -> Complaint:
    """Read any error body: object, array of objects, gateway message, Okta's or OAuth's shape, HTML or
    nothing.

    The service answers with arrays, the gateway with objects (SW APIErrorSchema, AuthorizationErrorSchema).
    """
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        data = json.loads(text)
    except ValueError:
        return Complaint(message=_words_of(text))
    entries = data if isinstance(data, list) else [data]
    complaints = [_complaint(entry) for entry in entries]
    return Complaint(
        key=next((each.key for each in complaints if each.key), ""),
        message="; ".join(each.message for each in complaints if each.message)[:500],
    )


def _complaint(entry: Any) -> Complaint:
    if not isinstance(entry, dict):
        return Complaint(message=str(entry or ""))
    key = entry.get("error_key") or entry.get("errorCode") or entry.get("error") or ""
    words = ("error_message", "error_description", "errorSummary", "message")
    return Complaint(str(key), str(next((entry[name] for name in words if entry.get(name)), "")))


def _words_of(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:200]


def error_for(status: int, body: bytes, *, method: str, path: str) -> ConstantContactError:
    """The error that an answer with this status means."""
    complaint = complaint_in(body)
    kind = _kind(status, complaint, writes=method != "GET")
    return kind(complaint.message, status=status, error_key=complaint.key, method=method, path=path)


def _kind(status: int, complaint: Complaint, *, writes: bool) -> type[ConstantContactError]:
    if status == 429:
        return _kind_of_429(complaint)
    # Any 5xx may come from a gateway with the work done behind it. So may a 408.
    if status >= 500 or status == 408:
        return OutcomeUnknown if writes else Unavailable
    if status < 400:
        return Unavailable
    return {401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 410: NotFound}.get(
        status, Invalid
    )


def _kind_of_429(complaint: Complaint) -> type[ConstantContactError]:
    """Three meanings, told apart by key, or by words where the gateway gives no key (G rate_limits)."""
    words = f"{complaint.key} {complaint.message}".lower()
    if complaint.key == "quota_exceeded" or "limit exceeded" in words:
        return QuotaExceeded
    if complaint.key != "throttled" and "queued" in words:
        return QueueFull
    return Throttled
