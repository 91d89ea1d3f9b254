"""A PUT replaces the whole contact, so it sends back what was read: but for what Constant Contact no longer takes."""

from __future__ import annotations

from typing import Any

from integrations.constant_contact import contacts, fields
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.errors import Invalid
from integrations.sync.session import SyncSession


def put_whole(session: SyncSession, contact_id: str, body: dict[str, Any]) -> RemoteContact:
    """PUT, without the values of others' fields that were deleted there: 1 request, 3 when that is first met.

    Raises what `contacts.update` raises.
    """
    body = _without_deleted_fields(session, body)
    try:
        return contacts.update(session.client, contact_id, body)
    except Invalid:
        if not _notice_deleted_fields(session, body):
            raise
    return put_whole(session, contact_id, body)


def _without_deleted_fields(session: SyncSession, body: dict[str, Any]) -> dict[str, Any]:
    entries = body.get("custom_fields", [])
    left = [each for each in entries if each["custom_field_id"] not in session.deleted_fields]
    return body if left == entries else {**body, "custom_fields": left}


def _notice_deleted_fields(session: SyncSession, body: dict[str, Any]) -> bool:
    """Whether the body sends back values of others' fields that were deleted there: such values may linger.

    1 request; none where every such field was there when the fields were last read.
    """
    named = {each["custom_field_id"] for each in body.get("custom_fields", [])}
    foreign = named - {one.remote_id for one in session.mapping.fields}
    if foreign <= session.fields_there:
        return False
    session.fields_there = {one.field_id for one in fields.read_all(session.observing)}
    session.deleted_fields |= foreign - session.fields_there
    return not foreign <= session.fields_there
