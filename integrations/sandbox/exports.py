"""contact_exports: contacts as a CSV file, in a few requests for any number of people."""

from __future__ import annotations

import csv
import io
import json
import math
import sqlite3
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.activities import Kind, Result, does
from integrations.sandbox.bulk import MOST_CONTACTS, MOST_LISTS, begun, contact_rows, ids, list_people
from integrations.sandbox.contact_input import PERMISSIONS, read_object
from integrations.sandbox.errors import invalid, not_found
from integrations.sandbox.fields import fields_of
from integrations.sandbox.memberships import lists_of
from integrations.sandbox.store import Store

_COLUMNS = {
    "email_address": ("Email address", "email"),
    "email_permission": ("Email permission status", "permission"),
    "first_name": ("First name", "first_name"),
    "last_name": ("Last name", "last_name"),
    "job_title": ("Job title", "job_title"),
    "company_name": ("Company", "company_name"),
    "email_optin_source": ("Opt-in source", "opt_in_source"),
    "email_optin_date": ("Opt-in date", "opt_in_date"),
    "email_optout_source": ("Opt-out source", "opt_out_source"),
    "email_optout_date": ("Opt-out date", "opt_out_date"),
    "email_optout_reason": ("Opt-out reason", "opt_out_reason"),
    "created_at": ("Created At", "created_at"),
    "updated_at": ("Updated At", "updated_at"),
}
_OTHERS = ("custom_fields", "list_memberships", "contact_id")


def post_export(store: Store, caller: Caller, request: Request) -> Response:
    body = read_object(request)
    if "contact_ids" in body and "list_ids" in body:
        raise invalid("contact_ids and list_ids cannot be combined")
    for name, most in (("contact_ids", MOST_CONTACTS), ("list_ids", MOST_LISTS)):
        if name in body:
            body[name] = ids(body, name, most)
    if not set(body.get("fields") or []) <= {*_COLUMNS, *_OTHERS}:
        raise invalid("fields does not have a valid value")
    if body.get("status") not in (None, "all", "active", "deleted", *PERMISSIONS):
        raise invalid("status does not have a valid value")
    return begun(store, caller, Kind.EXPORT, body, {"items_total_count": 0, "items_completed_count": 0})


@does(Kind.EXPORT)
def export(store: Store, account: int, body: dict[str, Any], share: float, activity_id: str) -> Result:
    rows = _chosen(store, account, body)
    rows = rows[: math.ceil(len(rows) * share)]
    text = _csv(store, account, rows, body.get("fields") or [*_COLUMNS, *_OTHERS])
    store.run("INSERT OR REPLACE INTO export_file VALUES (?, ?, ?)", activity_id, account, text)
    result = Result()
    result.status = {"items_total_count": len(rows), "items_completed_count": len(rows)}
    return result


def _chosen(store: Store, account: int, body: dict[str, Any]) -> list[sqlite3.Row]:
    status = body.get("status", "all")
    if "contact_ids" in body or "list_ids" in body:
        by_id = contact_rows(store, account, body.get("contact_ids") or [])
        store.choose("exported", by_id + list_people(store, account, body.get("list_ids") or []))
        rows = store.all("SELECT c.* FROM exported e JOIN contact c ON c.id = e.id ORDER BY c.id")
    else:
        rows = store.all("SELECT * FROM contact WHERE account = ? ORDER BY id", account)
    return [row for row in rows if _has_status(row, status)]


def _has_status(row: sqlite3.Row, status: str) -> bool:
    if row["deleted_at"] is not None:
        return status == "deleted"
    if status == "active":
        return row["permission"] in ("explicit", "implicit")
    return status in ("all", row["permission"])


def _csv(store: Store, account: int, rows: list[sqlite3.Row], wanted: list[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    columns = [(heading, name) for key, (heading, name) in _COLUMNS.items() if key in wanted]
    fields = fields_of(store, account) if "custom_fields" in wanted else []
    names = {row["list_id"]: row["name"] for row in store.all("SELECT list_id, name FROM contact_list")}
    memberships = lists_of(store, [row["id"] for row in rows]) if "list_memberships" in wanted else {}
    headings = [heading for heading, _ in columns] + [field["label"] for field in fields]
    headings += ["Email Lists"] if "list_memberships" in wanted else []
    writer.writerow(headings + (["Contact ID"] if "contact_id" in wanted else []))
    for row in rows:
        values = json.loads(row["custom"])
        cells = [row[name] or "" for _, name in columns]
        cells += [values.get(field["custom_field_id"], "") for field in fields]
        if "list_memberships" in wanted:
            cells.append(", ".join(names[each] for each in memberships.get(row["id"], [])))
        writer.writerow(cells + ([row["contact_id"]] if "contact_id" in wanted else []))
    return out.getvalue()


def get_export(store: Store, caller: Caller, request: Request, file_export_id: str) -> Response:
    sql = "SELECT csv FROM export_file WHERE account = ? AND activity_id = ?"
    row = store.one(sql, caller.account, file_export_id.lower())
    if row is None:
        raise not_found("file_export_id")
    return Response(row["csv"], content_type="text/csv; charset=utf-8")
