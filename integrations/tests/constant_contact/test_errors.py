"""Bodies of every layer, and the error each status means."""

from __future__ import annotations

import json

import pytest

from integrations.constant_contact import errors
from integrations.constant_contact.errors import Complaint, complaint_in, error_for
from integrations.tests.constant_contact.builders import ID

QUEUED = "Too many requests. You exceeded 1,000 queued activities for this user account."


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            '{"error_key":"unauthorized","error_message":"Unauthorized"}',
            Complaint("unauthorized", "Unauthorized"),
        ),
        ('[{"error_key":"k","error_message":"one"},{"error_message":"two"}]', Complaint("k", "one; two")),
        ('{"message":"Forbidden"}', Complaint("", "Forbidden")),
        (
            '{"errorCode":"invalid_client","errorSummary":"No.","errorCauses":[]}',
            Complaint("invalid_client", "No."),
        ),
        ('{"error":"invalid_grant","error_description":"Dead."}', Complaint("invalid_grant", "Dead.")),
        ("<html><h1>502 Bad  Gateway</h1></html>", Complaint("", "502 Bad Gateway")),
        ("", Complaint()),
        ("null", Complaint()),
        ("[]", Complaint()),
        ('["words"]', Complaint("", "words")),
        ("42", Complaint("", "42")),
    ],
)
def test_every_body_is_understood(body: str, complaint: Complaint) -> None:
    assert complaint_in(body) == complaint


def test_bytes_that_are_no_text_are_no_trouble() -> None:
    assert complaint_in(b"\xff\xfe\x00").key == ""


@pytest.mark.parametrize(
    ("status", "method", "kind"),
    [
        (400, "POST", errors.Invalid),
        (401, "GET", errors.Unauthorized),
        (403, "GET", errors.Forbidden),
        (404, "GET", errors.NotFound),
        (409, "POST", errors.Conflict),
        (410, "GET", errors.NotFound),
        (413, "POST", errors.Invalid),
        (415, "POST", errors.Invalid),
        (302, "GET", errors.Unavailable),
        (500, "GET", errors.Unavailable),
        (503, "GET", errors.Unavailable),
        (503, "POST", errors.OutcomeUnknown),
        (408, "POST", errors.OutcomeUnknown),
        (408, "GET", errors.Unavailable),
        (500, "POST", errors.OutcomeUnknown),
        (502, "PUT", errors.OutcomeUnknown),
        (504, "DELETE", errors.OutcomeUnknown),
    ],
)
def test_the_status_decides(status: int, method: str, kind: type[Exception]) -> None:
    assert type(error_for(status, b"", method=method, path="/contacts")) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error_key": "throttled", "error_message": "Too Many Requests"}, errors.Throttled),
        ({"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}, errors.QuotaExceeded),
        ({"message": "Limit Exceeded"}, errors.QuotaExceeded),
        ({"message": "Too Many Requests"}, errors.Throttled),
        ([{"error_key": "contacts.api.too_many_requests", "error_message": QUEUED}], errors.QueueFull),
        ({"error_key": "", "error_message": QUEUED}, errors.QueueFull),
        ({}, errors.Throttled),
    ],
)
def test_429_has_three_meanings(body: object, kind: type[Exception]) -> None:
    assert type(error_for(429, json.dumps(body).encode(), method="POST", path="/activities")) is kind


@pytest.mark.parametrize(
    "message",
    [
        f"Email already exists for contact {ID}",
        f"Validation failed: Email already exists for contact {ID}.",
    ],
)
def test_a_conflict_names_the_contact(message: str) -> None:
    assert errors.Conflict(message).contact_id == ID


def test_a_conflict_may_name_nobody() -> None:
    assert errors.Conflict("Validation failed: EmailAddress is not unique").contact_id is None


def test_an_error_tells_the_log_what_happened_and_people_what_to_do() -> None:
    body = b'[{"error_key":"contacts.api.validation.error","error_message":"Email address is invalid"}]'
    error = error_for(400, body, method="POST", path="/contacts")
    assert str(error) == "POST /contacts 400 contacts.api.validation.error Email address is invalid"
    assert error.sentence == "Constant Contact refused the values: Email address is invalid."


def test_an_error_without_words_is_still_named() -> None:
    assert str(errors.Unavailable()) == "Unavailable"
