"""The two endpoints that bring people back: a sync must never call them, and tests prove that it does not."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.bulk import MOST_LISTS, ids
from integrations.sandbox.contact_input import email_key, is_email, read_object
from integrations.sandbox.contacts import active_lists, contact_by_email, find_contact, is_flagged, opt_in
from integrations.sandbox.errors import invalid, json_response, not_found
from integrations.sandbox.memberships import join
from integrations.sandbox.store import Store, new_id

_TEXTS = ("first_name", "last_name", "job_title", "company_name", "anniversary")
EMAIL_LENGTH = 50


def post_sign_up(store: Store, caller: Caller, request: Request) -> Response:
    """Create or update by email; makes the permission explicit even for the unsubscribed."""
    body = read_object(request)
    email = body.get("email_address")
    if not isinstance(email, str) or not is_email(email) or len(email) > EMAIL_LENGTH:
        raise invalid("Email address is invalid")
    if is_flagged(store, caller.account, email):
        raise invalid("Email address is invalid")
    lists = _lists(store, caller.account, ids(body, "list_memberships", MOST_LISTS))
    row = contact_by_email(store, caller.account, email)
    row_id = row["id"] if row else _create(store, caller.account, email)
    _update(store, row_id, body)
    join(store, lists=lists, contacts=[row_id])
    found = store.one("SELECT contact_id FROM contact WHERE id = ?", row_id)
    answer = {"contact_id": found["contact_id"] if found else "", "action": "updated" if row else "created"}
    return json_response(answer, 200 if row else 201)


def _lists(store: Store, account: int, list_ids: list[str]) -> list[int]:
    known = active_lists(store, account)
    if any(each not in known for each in list_ids):
        raise invalid("list_memberships holds a list_id that does not exist")
    return [known[each] for each in list_ids]


def _create(store: Store, account: int, email: str) -> int:
    now = store.stamp()
    return store.insert(
        "contact",
        {
            "account": account,
            "contact_id": new_id(),
            "email": email,
            "email_key": email_key(email),
            "permission": "explicit",
            "email_created_at": now,
            "create_source": "Contact",
            "update_source": "Contact",
            "created_at": now,
            "updated_at": now,
        },
    )


def _update(store: Store, row_id: int, body: dict[str, Any]) -> None:
    now = store.stamp()
    row = store.one("SELECT custom FROM contact WHERE id = ?", row_id)
    custom = json.loads(row["custom"]) if row else {}
    for entry in body.get("custom_fields") or []:
        custom[entry.get("custom_field_id")] = entry.get("value", "")
    changes = {name: body[name] for name in _TEXTS if body.get(name)}
    changes |= opt_in(now, source="Contact")
    changes |= {"custom": json.dumps(custom), "updated_at": now, "update_source": "Contact"}
    store.update("contact", row_id, changes | {"deleted_at": None})


def put_resubscribe(store: Store, caller: Caller, request: Request, contact_id: str) -> Response:
    """Ask an unsubscribed contact once whether they want to come back."""
    row = find_contact(store, caller.account, contact_id)
    lists = _lists(store, caller.account, ids(read_object(request), "list_ids", MOST_LISTS))
    _refuse_second_time(row)
    now = store.stamp()
    changes = {"permission": "pending_confirmation", "confirm_status": "pending", "resubscribe_sent": 1}
    store.update("contact", row["id"], changes | {"email_updated_at": now, "updated_at": now})
    join(store, lists=lists, contacts=[row["id"]])
    return json_response({"contact_id": row["contact_id"]})


def _refuse_second_time(row: sqlite3.Row) -> None:
    if row["deleted_at"] is not None:
        raise not_found("contact_id")
    if row["permission"] != "unsubscribed" or row["resubscribe_sent"]:
        raise invalid("A resubscribe email can be sent once to an unsubscribed contact")
