"""Custom fields: create, read, relabel, delete."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.choices import NameCase
from integrations.sandbox.contact_input import read_object
from integrations.sandbox.errors import conflict, invalid, json_response, not_found
from integrations.sandbox.paging import last_link, next_link, read_limit, read_page
from integrations.sandbox.store import Store, new_id

MAX_FIELDS = 100
LABEL_LENGTH = 50
NAME_LENGTH = 50
TYPES = (
    "string",
    "text_area",
    "number",
    "currency",
    "date",
    "datetime",
    "boolean",
    "single_select",
    "multi_select",
)


def find_field(store: Store, account: int, field_id: str) -> sqlite3.Row:
    sql = "SELECT * FROM custom_field WHERE account = ? AND custom_field_id = ?"
    row = store.one(sql, account, field_id.lower())
    if row is None:
        raise not_found("custom_field_id")
    return row


def field_resource(row: sqlite3.Row) -> dict[str, Any]:
    resource = {name: row[name] for name in ("custom_field_id", "label", "name", "type")}
    resource |= {name: json.loads(row[name]) for name in ("metadata", "choices") if row[name]}
    if row["version"] is not None:
        resource["version"] = row["version"]
    return resource | {"updated_at": row["updated_at"], "created_at": row["created_at"]}


def fields_of(store: Store, account: int) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM custom_field WHERE account = ? ORDER BY id", account)


def get_fields(store: Store, caller: Caller, request: Request) -> Response:
    page = read_page(request.args)
    limit = read_limit(page.asked, highest=100)
    rows = [row for row in fields_of(store, caller.account) if row["id"] > page.after]
    body = {"custom_fields": [field_resource(row) for row in rows[:limit]]}
    if len(rows) > limit:
        return json_response(body | next_link("contact_custom_fields", page, rows[limit - 1]["id"]))
    return json_response(body | last_link(store))


def get_field(store: Store, caller: Caller, request: Request, custom_field_id: str) -> Response:
    return json_response(field_resource(find_field(store, caller.account, custom_field_id)))


def derived_name(store: Store, label: str) -> str:
    name = "_".join(label.split(" "))[:NAME_LENGTH]
    return name.lower() if store.switches.field_name_case is NameCase.LOWERED else name


def _read_label(body: dict[str, Any]) -> str:
    label = body.get("label")
    if not isinstance(label, str) or not label.strip():
        raise invalid("label is missing")
    if len(label) > LABEL_LENGTH:
        raise invalid(f"label must not exceed {LABEL_LENGTH} characters")
    return label.strip()


def _refuse_taken_label(store: Store, account: int, label: str, *, except_row: int = 0) -> None:
    name = derived_name(store, label).lower()
    for row in fields_of(store, account):
        if row["id"] != except_row and (row["label"].lower() == label.lower() or row["name"].lower() == name):
            raise conflict("Custom field label already exists")


def post_field(store: Store, caller: Caller, request: Request) -> Response:
    body = read_object(request, json_only=True)
    label, kind = _read_label(body), body.get("type")
    if kind not in TYPES:
        raise invalid("type does not have a valid value")
    _refuse_taken_label(store, caller.account, label)
    if len(fields_of(store, caller.account)) >= MAX_FIELDS:
        raise invalid(f"An account cannot have more than {MAX_FIELDS} custom fields")
    extras = {name: body[name] for name in ("metadata", "choices", "version") if body.get(name)}
    field_id = insert_field(store, caller.account, label=label, kind=str(kind), extras=extras)
    return json_response(field_resource(find_field(store, caller.account, field_id)), 201)


def insert_field(
    store: Store, account: int, *, label: str, kind: str, extras: dict[str, Any] | None = None
) -> str:
    extras = extras or {}
    field_id, now = new_id(), store.stamp()
    dated = kind in ("date", "datetime")
    choices = [{"choice_id": n, **each} for n, each in enumerate(extras.get("choices") or [], start=1)]
    store.insert(
        "custom_field",
        {
            "account": account,
            "custom_field_id": field_id,
            "label": label,
            "name": derived_name(store, label),
            "type": kind,
            "version": extras.get("version", 1) if dated else None,
            "metadata": json.dumps(extras["metadata"]) if "metadata" in extras else None,
            "choices": json.dumps(choices) if choices else None,
            "created_at": now,
            "updated_at": now,
        },
    )
    return field_id


def put_field(store: Store, caller: Caller, request: Request, custom_field_id: str) -> Response:
    row = find_field(store, caller.account, custom_field_id)
    body = read_object(request)
    label = _read_label(body)
    _refuse_taken_label(store, caller.account, label, except_row=row["id"])
    changes: dict[str, Any] = {"label": label, "updated_at": store.stamp()}
    if store.switches.renaming_changes_name:
        changes["name"] = derived_name(store, label)
    if body.get("choices"):
        changes["choices"] = json.dumps(body["choices"])
    store.update("custom_field", row["id"], changes)
    return json_response(field_resource(find_field(store, caller.account, custom_field_id)))


def delete_field(store: Store, caller: Caller, request: Request, custom_field_id: str) -> Response:
    remove_fields(store, caller.account, [find_field(store, caller.account, custom_field_id)])
    return Response(status=204)


def remove_fields(store: Store, account: int, rows: Sequence[sqlite3.Row]) -> None:
    """Delete custom fields, and by default their values in every contact."""
    for row in rows:
        store.run("DELETE FROM custom_field WHERE id = ?", row["id"])
        if store.switches.deleting_field_removes_values:
            key = row["custom_field_id"]
            store.run(
                "UPDATE contact SET custom = json_remove(custom, ?)"
                " WHERE account = ? AND instr(custom, ?) > 0",
                f'$."{key}"',
                account,
                key,
            )
