"""The bulk activities besides import and export: memberships, and deleting lists, fields and contacts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.activities import Kind, Result, activity_resource, begin, does
from integrations.sandbox.contact_input import read_object
from integrations.sandbox.contacts import active_lists, mark_deleted
from integrations.sandbox.errors import invalid, json_response
from integrations.sandbox.fields import fields_of, remove_fields
from integrations.sandbox.lists import mark_lists_deleted
from integrations.sandbox.memberships import MAX_LISTS, join_pairs, leave
from integrations.sandbox.store import Store

MOST_CONTACTS = 500
MOST_LISTS = 50
MOST_DELETED = 100

_SOURCES = (
    "contact_ids",
    "list_ids",
    "all_active_contacts",
    "segment_id",
    "tag_ids",
    "engagement_level",
    "new_subscriber",
)


def begun(store: Store, caller: Caller, kind: Kind, body: dict[str, Any], status: dict[str, int]) -> Response:
    activity = begin(store, caller.account, kind, body, status=status)
    return json_response(activity_resource(activity, activity["created"]), 201)


def ids(body: dict[str, Any], name: str, most: int) -> list[str]:
    """The ids under a name: at least one, at most `most`, else a 400."""
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise invalid(f"{name} must be an array of ids")
    if not 1 <= len(found) <= most:
        raise invalid(f"{name} must hold between 1 and {most} entries")
    return [each.lower() for each in found]


def _share_of(rows: Sequence[int], share: float) -> list[int]:
    return list(rows[: math.ceil(len(rows) * share)])


# Memberships


def post_add_memberships(store: Store, caller: Caller, request: Request) -> Response:
    return _post_memberships(store, caller, Kind.ADD_MEMBERSHIPS, read_object(request))


def post_remove_memberships(store: Store, caller: Caller, request: Request) -> Response:
    return _post_memberships(store, caller, Kind.REMOVE_MEMBERSHIPS, read_object(request))


def _post_memberships(store: Store, caller: Caller, kind: Kind, body: dict[str, Any]) -> Response:
    source = body.get("source")
    if not isinstance(source, dict) or len([name for name in _SOURCES if source.get(name)]) != 1:
        raise invalid("source must hold exactly one kind of contacts")
    if "contact_ids" in source:
        source["contact_ids"] = ids(source, "contact_ids", MOST_CONTACTS)
    elif "list_ids" in source:
        source["list_ids"] = ids(source, "list_ids", MOST_LISTS)
    elif not source.get("all_active_contacts"):
        raise invalid("source names a kind of contacts this stand-in does not have")
    lists = ids(body, "list_ids", MOST_LISTS)
    if body.get("exclude") and "contact_ids" in source:
        raise invalid("exclude cannot be combined with contact_ids")
    status = {"items_total_count": 0, "items_completed_count": 0, "list_count": len(lists)}
    return begun(store, caller, kind, body, status)


def _source_contacts(store: Store, account: int, body: dict[str, Any]) -> list[int]:
    source = body["source"]
    if "contact_ids" in source:
        found = contact_rows(store, account, source["contact_ids"])
    elif "list_ids" in source:
        found = list_people(store, account, source["list_ids"])
    else:
        sql = (
            "SELECT id FROM contact WHERE account = ? AND deleted_at IS NULL"
            " AND permission IN ('explicit', 'implicit')"
        )
        found = [row["id"] for row in store.all(sql, account)]
    excluded = contact_rows(store, account, (body.get("exclude") or {}).get("contact_ids") or [])
    return [row for row in found if row not in set(excluded)]


def contact_rows(store: Store, account: int, contact_ids: Sequence[str]) -> list[int]:
    """Row ids of contacts that exist; unknown and deleted ones are skipped."""
    marks = ", ".join("?" * len(contact_ids))
    sql = (
        "SELECT id FROM contact WHERE account = ? AND deleted_at IS NULL"  # noqa: S608
        f" AND contact_id IN ({marks}) ORDER BY id"
    )
    return [row["id"] for row in store.all(sql, account, *contact_ids)]


def list_people(store: Store, account: int, list_ids: Sequence[str]) -> list[int]:
    known = active_lists(store, account)
    rows = [known[each] for each in list_ids if each in known]
    marks = ", ".join("?" * len(rows))
    sql = f"SELECT DISTINCT contact FROM membership WHERE list IN ({marks}) ORDER BY contact"  # noqa: S608
    return [row["contact"] for row in store.all(sql, *rows)]


def _target_lists(store: Store, account: int, body: dict[str, Any]) -> list[int]:
    known = active_lists(store, account)
    return [known[each] for each in body["list_ids"] if each in known]


def _membership_result(contacts: Sequence[int], body: dict[str, Any]) -> Result:
    result = Result()
    result.status = {
        "items_total_count": len(contacts),
        "items_completed_count": len(contacts),
        "list_count": len(body["list_ids"]),
    }
    return result


def _touch(store: Store, contacts: Sequence[int]) -> None:
    now = store.stamp()
    store.run_many("UPDATE contact SET updated_at = ? WHERE id = ?", ((now, row) for row in contacts))


@does(Kind.ADD_MEMBERSHIPS)
def add_memberships(
    store: Store, account: int, body: dict[str, Any], share: float, activity_id: str
) -> Result:
    """Unsubscribed contacts are skipped, and lists beyond a contact's fiftieth."""
    contacts = _share_of(_source_contacts(store, account, body), share)
    lists = _target_lists(store, account, body)
    store.choose("joining", contacts)
    rows = store.all(
        "SELECT c.id, (SELECT count(*) FROM membership m WHERE m.contact = c.id) AS lists"
        " FROM joining j JOIN contact c ON c.id = j.id WHERE c.permission <> 'unsubscribed'"
    )
    join_pairs(
        store, ((each, row["id"]) for row in rows for each in lists[: max(0, MAX_LISTS - row["lists"])])
    )
    _touch(store, [row["id"] for row in rows])
    return _membership_result(contacts, body)


@does(Kind.REMOVE_MEMBERSHIPS)
def remove_memberships(
    store: Store, account: int, body: dict[str, Any], share: float, activity_id: str
) -> Result:
    contacts = _share_of(_source_contacts(store, account, body), share)
    leave(store, lists=_target_lists(store, account, body), contacts=contacts)
    _touch(store, contacts)
    return _membership_result(contacts, body)


# Deleting


def post_list_delete(store: Store, caller: Caller, request: Request) -> Response:
    body = {"list_ids": ids(read_object(request), "list_ids", MOST_DELETED)}
    return begun(store, caller, Kind.LIST_DELETE, body, {"list_count": len(body["list_ids"])})


@does(Kind.LIST_DELETE)
def delete_lists(store: Store, account: int, body: dict[str, Any], share: float, activity_id: str) -> Result:
    lists = _share_of(_target_lists(store, account, body), share)
    mark_lists_deleted(store, lists)
    result = Result()
    result.status = {"list_count": len(lists)}
    return result


def post_fields_delete(store: Store, caller: Caller, request: Request) -> Response:
    body = {"custom_field_ids": ids(read_object(request), "custom_field_ids", MOST_DELETED)}
    return begun(store, caller, Kind.FIELDS_DELETE, body, {})


@does(Kind.FIELDS_DELETE)
def delete_fields(store: Store, account: int, body: dict[str, Any], share: float, activity_id: str) -> Result:
    found = [row for row in fields_of(store, account) if row["custom_field_id"] in body["custom_field_ids"]]
    remove_fields(store, account, found[: math.ceil(len(found) * share)])
    return Result()


def post_contact_delete(store: Store, caller: Caller, request: Request) -> Response:
    body = read_object(request)
    if ("contact_ids" in body) == ("list_ids" in body):
        raise invalid("Either contact_ids or list_ids must be given")
    name, most = ("contact_ids", MOST_CONTACTS) if "contact_ids" in body else ("list_ids", MOST_LISTS)
    status = {"items_total_count": 0, "items_completed_count": 0}
    return begun(store, caller, Kind.CONTACT_DELETE, {name: ids(body, name, most)}, status)


@does(Kind.CONTACT_DELETE)
def delete_contacts(
    store: Store, account: int, body: dict[str, Any], share: float, activity_id: str
) -> Result:
    if "contact_ids" in body:
        found = contact_rows(store, account, body["contact_ids"])
    else:
        found = list_people(store, account, body["list_ids"])
    contacts = _share_of(found, share)
    mark_deleted(store, contacts)
    result = Result()
    result.status = {"items_total_count": len(found), "items_completed_count": len(contacts)}
    return result
