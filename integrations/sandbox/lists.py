"""Contact lists: create, read, rename, delete."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.activities import Kind, activity_resource, begin
from integrations.sandbox.choices import Clash, Gone
from integrations.sandbox.contact_input import read_object
from integrations.sandbox.errors import ServiceRefused, conflict, invalid, json_response, not_found
from integrations.sandbox.memberships import empty, seen_memberships
from integrations.sandbox.paging import last_link, next_link, read_limit, read_page
from integrations.sandbox.store import Store, new_id

MAX_LISTS_OF_ACCOUNT = 1_000
NAME_LENGTH = 255
DESCRIPTION_LENGTH = 255
MOST_A_PAGE = 1_000

# Members who cannot be mailed do not count as active.
_NOT_ACTIVE = "('unsubscribed', 'temp_hold', 'pending_confirmation', 'not_set')"

_STATUSES = {"all": "1", "active": "deleted_at IS NULL", "deleted": "deleted_at IS NOT NULL"}


def find_list(store: Store, account: int, list_id: str) -> sqlite3.Row:
    sql = "SELECT * FROM contact_list WHERE account = ? AND list_id = ?"
    row = store.one(sql, account, list_id.lower())
    if row is None:
        raise not_found("list_id")
    return row


def list_named(store: Store, account: int, name: str) -> sqlite3.Row:
    """The list of this name or list_id that exists. Raises LookupError."""
    row = store.one(
        "SELECT * FROM contact_list WHERE account = ? AND deleted_at IS NULL AND ? IN (name, list_id)",
        account,
        name,
    )
    if row is None:
        raise LookupError(f"There is no list named {name}")
    return row


def list_resource(row: sqlite3.Row) -> dict[str, Any]:
    resource = {"list_id": row["list_id"], "name": row["name"]}
    if row["description"]:
        resource["description"] = row["description"]
    resource |= {
        "favorite": bool(row["favorite"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    if row["deleted_at"] is not None:
        resource["deleted_at"] = row["deleted_at"]
    return resource


def membership_counts(store: Store, lists: Sequence[int], *, which: str) -> dict[int, int]:
    """Members of each list as the service counts them: `all`, or only the `active` ones."""
    seen, values = seen_memberships(store, store.switches.count_lag_seconds)
    store.choose("counted", lists)
    rows = store.all(
        f"SELECT m.list, count(*) AS people FROM counted JOIN ({seen}) m ON m.list = counted.id"  # noqa: S608
        " GROUP BY m.list",
        *values,
    )
    counts = {row["list"]: int(row["people"]) for row in rows}
    return counts if which == "all" else _without_inactive(store, counts, seen, values)


def _without_inactive(
    store: Store, counts: dict[int, int], seen: str, values: tuple[float, ...]
) -> dict[int, int]:
    rows = store.all(
        f"SELECT m.list, count(*) AS people FROM contact c CROSS JOIN ({seen}) m ON m.contact = c.id"  # noqa: S608
        f" WHERE c.permission IN {_NOT_ACTIVE} GROUP BY m.list",
        *values,
    )
    inactive = {row["list"]: int(row["people"]) for row in rows}
    return {row: people - inactive.get(row, 0) for row, people in counts.items()}


def _read_count(asked: dict[str, str]) -> str | None:
    which = asked.get("include_membership_count")
    if which not in (None, "all", "active"):
        raise invalid("include_membership_count does not have a valid value")
    return which


def _shown(store: Store, rows: Sequence[sqlite3.Row], which: str | None) -> list[dict[str, Any]]:
    counts = membership_counts(store, [row["id"] for row in rows], which=which) if which else {}
    return [
        list_resource(row) | ({"membership_count": counts.get(row["id"], 0)} if which else {}) for row in rows
    ]


def get_lists(store: Store, caller: Caller, request: Request) -> Response:
    page = read_page(request.args)
    asked = page.asked
    limit, which = read_limit(asked, highest=MOST_A_PAGE), _read_count(asked)
    where, values = _conditions(store, caller.account, asked)
    rows = store.all(
        f"SELECT * FROM contact_list WHERE {where} AND id > ? ORDER BY id LIMIT ?",  # noqa: S608
        *values,
        page.after,
        limit + 1,
    )
    body: dict[str, Any] = {"lists": _shown(store, rows[:limit], which)}
    if asked.get("include_count") == "true":
        body["lists_count"] = store.number(f"SELECT count(*) FROM contact_list WHERE {where}", *values)  # noqa: S608
    if len(rows) > limit:
        return json_response(body | next_link("contact_lists", page, rows[limit - 1]["id"]))
    return json_response(body | last_link(store))


def _conditions(store: Store, account: int, asked: dict[str, str]) -> tuple[str, list[Any]]:
    unless_asked = "all" if store.switches.deleted_lists_are_listed else "active"
    statuses = asked.get("status", unless_asked).split(",")
    if any(each not in _STATUSES for each in statuses):
        raise invalid("status does not have a valid value")
    where = " OR ".join(_STATUSES[each] for each in statuses)
    if "name" in asked:
        return f"account = ? AND ({where}) AND name = ?", [account, asked["name"]]
    return f"account = ? AND ({where})", [account]


def get_list(store: Store, caller: Caller, request: Request, list_id: str) -> Response:
    row = find_list(store, caller.account, list_id)
    if row["deleted_at"] is not None and store.switches.deleted_list is Gone.NOT_FOUND:
        raise not_found("list_id")
    return json_response(_shown(store, [row], _read_count(request.args))[0])


def _read_input(request: Request) -> dict[str, Any]:
    body = read_object(request)
    name, description = body.get("name"), body.get("description") or ""
    if not isinstance(name, str) or not name.strip():
        raise invalid("name is missing")
    if len(name) > NAME_LENGTH:
        raise invalid(f"name must not exceed {NAME_LENGTH} characters")
    if not isinstance(description, str) or len(description) > DESCRIPTION_LENGTH:
        raise invalid(f"description must not exceed {DESCRIPTION_LENGTH} characters")
    return {"name": name, "description": description, "favorite": bool(body.get("favorite", False))}


def name_is_taken(store: Store, account: int, name: str, *, except_row: int = 0) -> bool:
    rows = store.all(
        "SELECT name FROM contact_list WHERE account = ? AND id <> ? AND (deleted_at IS NULL OR ?)",
        account,
        except_row,
        store.switches.deleted_list_names_reserved,
    )
    if store.switches.list_names_ignore_case:
        return any(row["name"].lower() == name.lower() for row in rows)
    return any(row["name"] == name for row in rows)


def post_list(store: Store, caller: Caller, request: Request) -> Response:
    given = _read_input(request)
    if name_is_taken(store, caller.account, given["name"]):
        raise conflict("List name already exists")
    sql = "SELECT count(*) FROM contact_list WHERE account = ? AND deleted_at IS NULL"
    if store.number(sql, caller.account) >= MAX_LISTS_OF_ACCOUNT:
        raise invalid(f"An account cannot have more than {MAX_LISTS_OF_ACCOUNT:,} lists")
    row = find_list(store, caller.account, insert_list(store, caller.account, **given))
    return json_response(list_resource(row), 201)


def insert_list(
    store: Store, account: int, *, name: str, description: str = "", favorite: bool = False
) -> str:
    """A new list; its list_id. Whether the name is free is the caller's to know."""
    list_id, now = new_id(), store.stamp()
    store.insert(
        "contact_list",
        {
            "account": account,
            "list_id": list_id,
            "name": name,
            "description": description,
            "favorite": favorite,
            "created_at": now,
            "updated_at": now,
        },
    )
    return list_id


def put_list(store: Store, caller: Caller, request: Request, list_id: str) -> Response:
    row = find_list(store, caller.account, list_id)
    if row["deleted_at"] is not None:
        raise not_found("list_id")
    given = _read_input(request)
    if name_is_taken(store, caller.account, given["name"], except_row=row["id"]):
        raise _rename_clash(store)
    store.update("contact_list", row["id"], given | {"updated_at": store.stamp()})
    return json_response(list_resource(find_list(store, caller.account, list_id)))


def _rename_clash(store: Store) -> ServiceRefused:
    message = "List name already exists"
    return conflict(message) if store.switches.list_rename_clash is Clash.CONFLICT else invalid(message)


def delete_list(store: Store, caller: Caller, request: Request, list_id: str) -> Response:
    row = find_list(store, caller.account, list_id)
    if row["deleted_at"] is not None:
        raise not_found("list_id")
    activity = begin(store, caller.account, Kind.LIST_DELETE, {"list_ids": [row["list_id"]]})
    location = f"/v3/activities/{activity['activity_id']}"
    return json_response(activity_resource(activity, activity["created"]), 202, {"Location": location})


def mark_lists_deleted(store: Store, lists: Sequence[int]) -> None:
    """Delete lists and their memberships; the contacts stay."""
    empty(store, lists)
    for row in lists:
        store.update("contact_list", row, {"deleted_at": store.stamp()})
