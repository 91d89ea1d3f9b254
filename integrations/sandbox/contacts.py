"""The endpoints of one contact: create, read, change, delete."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.choices import ConflictMessage, Gone, OmittedEmail, OmittedPermission, Refusal
from integrations.sandbox.contact_input import ContactInput, email_key, read_contact, read_object
from integrations.sandbox.contact_resource import SUBRESOURCES, resources
from integrations.sandbox.errors import conflict, invalid, json_response, not_found
from integrations.sandbox.memberships import MAX_LISTS, join, leave, leave_all
from integrations.sandbox.store import Store, new_id

_CONFLICT_WORDING = {
    ConflictMessage.PLAIN: "Email already exists for contact {}",
    ConflictMessage.PREFIXED: "Validation failed: Email already exists for contact {}",
    ConflictMessage.FULL_STOP: "Validation failed: Email already exists for contact {}.",
    ConflictMessage.WITHOUT_ID: "Validation failed: EmailAddress is not unique",
}


def find_contact(store: Store, account: int, contact_id: str) -> sqlite3.Row:
    row = store.one("SELECT * FROM contact WHERE account = ? AND contact_id = ?", account, contact_id.lower())
    if row is None:
        raise not_found("contact_id")
    return row


def contact_by_email(store: Store, account: int, email: str) -> sqlite3.Row | None:
    return store.one("SELECT * FROM contact WHERE account = ? AND email_key = ?", account, email_key(email))


def read_include(request_value: str) -> frozenset[str]:
    """The subresources named in `include`. Raises a 400 for others."""
    names = frozenset(name.strip() for name in request_value.split(",") if name.strip())
    if not names <= SUBRESOURCES:
        raise invalid("include does not have a valid value")
    return names


def _answer(store: Store, row_id: int, status: int, include: frozenset[str] = SUBRESOURCES) -> Response:
    rows = store.all("SELECT * FROM contact WHERE id = ?", row_id)
    return json_response(resources(store, rows, include=include)[0], status)


def get_contact(store: Store, caller: Caller, request: Request, contact_id: str) -> Response:
    row = find_contact(store, caller.account, contact_id)
    if row["deleted_at"] is not None and store.switches.deleted_contact is Gone.NOT_FOUND:
        raise not_found("contact_id")
    return _answer(store, row["id"], 200, read_include(request.args.get("include", "")))


def post_contact(store: Store, caller: Caller, request: Request) -> Response:
    body = read_object(request, json_only=True)
    given = read_contact(store, caller.account, body, source="create_source")
    if not (given.email or given.core["first_name"] or given.core["last_name"] or body.get("sms_channel")):
        raise invalid("first_name, last_name or email_address is missing")
    _refuse_taken_email(store, caller.account, given.email, except_row=0)
    _refuse_flagged(store, caller.account, given.email)
    lists = _wanted_lists(store, caller.account, given, unsubscribed=given.permission == "unsubscribed")
    row_id = _insert(store, caller.account, given, source=body["create_source"])
    join(store, lists=lists or [], contacts=[row_id])
    return _answer(store, row_id, 201)


def _insert(store: Store, account: int, given: ContactInput, *, source: str) -> int:
    now = store.stamp()
    permission = given.permission or ("explicit" if source == "Contact" else "implicit")
    values = {
        "account": account,
        "contact_id": new_id(),
        **given.core,
        **_email_columns(given.email, now, created=True),
        "permission": permission,
        "opt_in_source": source,
        "opt_in_date": now,
        "create_source": source,
        "update_source": source,
        "created_at": now,
        "updated_at": now,
        **_subresources(given, now),
    }
    if permission == "unsubscribed":
        values |= opt_out(now, source=source, reason=given.opt_out_reason)
    return store.insert("contact", values)


def _email_columns(email: str | None, now: str, *, created: bool) -> dict[str, Any]:
    if email is None:
        return {}
    times = {"email_updated_at": now} | ({"email_created_at": now} if created else {})
    return {"email": email, "email_key": email_key(email), **times}


def _subresources(given: ContactInput, now: str) -> dict[str, str]:
    parts = {
        "custom": given.custom,
        "phones": _identified(given.phones, "phone_number_id", now),
        "addresses": _identified(given.addresses, "street_address_id", now),
        "taggings": given.taggings,
        "notes": _identified(given.notes, "note_id", now),
    }
    return {name: json.dumps(part) for name, part in parts.items() if part is not None}


def _identified(entries: list[dict[str, Any]] | None, key: str, now: str) -> list[dict[str, Any]] | None:
    if entries is None:
        return None
    return [{key: new_id(), "created_at": now, "updated_at": now} | entry for entry in entries]


def opt_out(now: str, *, source: str, reason: str | None = None) -> dict[str, Any]:
    """The columns that change when somebody unsubscribes."""
    return {
        "permission": "unsubscribed",
        "opt_out_source": source,
        "opt_out_date": now,
        "opt_out_reason": reason,
        "email_updated_at": now,
    }


def opt_in(now: str, *, source: str, permission: str = "explicit") -> dict[str, Any]:
    """The columns that change when somebody may be mailed (again)."""
    return {
        "permission": permission,
        "opt_in_source": source,
        "opt_in_date": now,
        "opt_out_source": None,
        "opt_out_date": None,
        "opt_out_reason": None,
        "email_updated_at": now,
    }


def _refuse_taken_email(store: Store, account: int, email: str | None, *, except_row: int) -> None:
    owner = contact_by_email(store, account, email) if email else None
    if owner is not None and owner["id"] != except_row:
        wording = _CONFLICT_WORDING[store.switches.email_conflict]
        raise conflict(wording.format(owner["contact_id"]))


def is_flagged(store: Store, account: int, email: str) -> bool:
    sql = "SELECT count(*) FROM flagged WHERE account = ? AND email_key = ? AND until > ?"
    return store.number(sql, account, email_key(email), store.seconds()) > 0


def _refuse_flagged(store: Store, account: int, email: str | None) -> None:
    if email and is_flagged(store, account, email):
        raise invalid("Email address is invalid")


def active_lists(store: Store, account: int) -> dict[str, int]:
    """Row ids of the lists that exist, by list_id."""
    rows = store.all("SELECT id, list_id FROM contact_list WHERE account = ? AND deleted_at IS NULL", account)
    return {row["list_id"]: row["id"] for row in rows}


def _wanted_lists(store: Store, account: int, given: ContactInput, *, unsubscribed: bool) -> list[int] | None:
    """Row ids of the lists asked for; None if the body says nothing about lists."""
    if given.list_ids is None:
        return None
    known = active_lists(store, account)
    if any(list_id not in known for list_id in given.list_ids):
        raise invalid("list_memberships holds a list_id that does not exist")
    if unsubscribed and given.list_ids:
        if store.switches.lists_on_unsubscribed is Refusal.REFUSED:
            raise invalid("list_memberships cannot be set for an unsubscribed contact")
        return []
    wanted = list(dict.fromkeys(known[list_id] for list_id in given.list_ids))
    if len(wanted) > MAX_LISTS and store.switches.fifty_first_list is Refusal.REFUSED:
        raise invalid(f"list_memberships must not hold more than {MAX_LISTS} entries")
    return wanted[:MAX_LISTS]


def put_contact(store: Store, caller: Caller, request: Request, contact_id: str) -> Response:
    row = find_contact(store, caller.account, contact_id)
    body = read_object(request)
    given = read_contact(store, caller.account, body, source="update_source")
    if row["deleted_at"] is not None and body["update_source"] != "Account":
        raise invalid("update_source must be Account to restore a deleted contact")
    _refuse_taken_email(store, caller.account, given.email, except_row=row["id"])
    changes = _changes(store, row, given, source=body["update_source"])
    unsubscribed = changes.get("permission", row["permission"]) == "unsubscribed"
    lists = _wanted_lists(store, caller.account, given, unsubscribed=unsubscribed)
    store.update("contact", row["id"], changes)
    if unsubscribed and row["permission"] != "unsubscribed":
        leave_all(store, [row["id"]])
    if lists is not None:
        _replace_lists(store, row["id"], lists)
    return _answer(store, row["id"], 200)


def _changes(store: Store, row: sqlite3.Row, given: ContactInput, *, source: str) -> dict[str, Any]:
    now = store.stamp()
    changes = {
        **given.core,
        **_email_change(store, row, given, now),
        **_subresources(given, now),
        "update_source": source,
        "updated_at": now,
        "deleted_at": None,
    }
    return changes | _permission_change(store, row, given, source=source, now=now)


def _email_change(store: Store, row: sqlite3.Row, given: ContactInput, now: str) -> dict[str, Any]:
    if given.email is not None:
        return _email_columns(given.email, now, created=False) if given.email != row["email"] else {}
    if store.switches.put_without_email is OmittedEmail.REFUSED and row["email"] is not None:
        raise invalid("email_address is missing")
    if store.switches.put_without_email is OmittedEmail.CLEARED:
        return {"email": None, "email_key": None}
    return {}


def _permission_change(
    store: Store, row: sqlite3.Row, given: ContactInput, *, source: str, now: str
) -> dict[str, Any]:
    wanted = given.permission
    if wanted is None:
        if given.email is None or store.switches.put_without_permission is OmittedPermission.KEPT:
            return {}
        wanted = "implicit"
    if wanted == row["permission"]:
        return {}
    if wanted == "unsubscribed":
        return opt_out(now, source=source, reason=given.opt_out_reason)
    if row["permission"] == "unsubscribed" and not store.switches.put_may_resubscribe:
        raise invalid("permission_to_send cannot be changed for an unsubscribed contact")
    return opt_in(now, source=source, permission=wanted)


def _replace_lists(store: Store, contact: int, wanted: list[int]) -> None:
    current = [row["list"] for row in store.all("SELECT list FROM membership WHERE contact = ?", contact)]
    leave(store, lists=[each for each in current if each not in wanted], contacts=[contact])
    join(store, lists=wanted, contacts=[contact])


def delete_contact(store: Store, caller: Caller, request: Request, contact_id: str) -> Response:
    row = find_contact(store, caller.account, contact_id)
    if row["deleted_at"] is not None:
        raise not_found("contact_id")
    mark_deleted(store, [row["id"]])
    return Response(status=204)


def mark_deleted(store: Store, contacts: list[int]) -> None:
    """Delete as Constant Contact does: off every list and out of sight, but the email stays taken."""
    leave_all(store, contacts)
    now = store.stamp()
    changes: dict[str, Any] = {"deleted_at": now}
    if store.switches.deleting_moves_updated_at:
        changes["updated_at"] = now
    if store.switches.deleting_clears_values:
        changes["custom"] = "{}"
    for contact in contacts:
        store.update("contact", contact, changes)


def get_counts(store: Store, caller: Caller, request: Request) -> Response:
    rows = store.all(
        "SELECT permission, count(*) AS people FROM contact"
        " WHERE account = ? AND deleted_at IS NULL GROUP BY permission",
        caller.account,
    )
    found = {row["permission"]: row["people"] for row in rows}
    counts = {name: found.get(name, 0) for name in ("explicit", "implicit", "unsubscribed")}
    return json_response(
        {"total": sum(found.values()), **counts, "pending": found.get("pending_confirmation", 0)}
    )
