"""How a contact looks in an answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from integrations.sandbox.choices import DateValues
from integrations.sandbox.memberships import lists_of
from integrations.sandbox.store import Store

SUBRESOURCES = frozenset(
    {"custom_fields", "list_memberships", "phone_numbers", "street_addresses", "taggings", "notes"}
)

CORE = (
    "first_name",
    "last_name",
    "job_title",
    "company_name",
    "birthday_month",
    "birthday_day",
    "anniversary",
)

_EMAIL_PROPERTIES = (
    ("address", "email"),
    ("permission_to_send", "permission"),
    ("created_at", "email_created_at"),
    ("updated_at", "email_updated_at"),
    ("opt_in_source", "opt_in_source"),
    ("opt_in_date", "opt_in_date"),
    ("opt_out_source", "opt_out_source"),
    ("opt_out_date", "opt_out_date"),
    ("opt_out_reason", "opt_out_reason"),
    ("confirm_status", "confirm_status"),
)

_COLUMNS = {
    "phone_numbers": "phones",
    "street_addresses": "addresses",
    "taggings": "taggings",
    "notes": "notes",
}

DATE_FORMATS = ("%m/%d/%Y", "%Y-%m-%d", "%m-%d-%Y", "%Y/%m/%d")


def resources(store: Store, rows: Sequence[sqlite3.Row], *, include: frozenset[str]) -> list[dict[str, Any]]:
    """Contacts as the API writes them; what is not set is left out, subresources come only if asked for."""
    memberships = lists_of(store, [row["id"] for row in rows]) if "list_memberships" in include else {}
    dates = _date_fields(store) if "custom_fields" in include else frozenset()
    found = []
    for row in rows:
        resource = _core(row)
        if "custom_fields" in include:
            resource["custom_fields"] = _custom_fields(store, row, dates)
        if "list_memberships" in include:
            resource["list_memberships"] = memberships.get(row["id"], [])
        for name, column in _COLUMNS.items():
            if name in include:
                resource[name] = json.loads(row[column])
        found.append(resource)
    return found


def _core(row: sqlite3.Row) -> dict[str, Any]:
    resource: dict[str, Any] = {"contact_id": row["contact_id"]}
    if row["email"] is not None:
        resource["email_address"] = {
            name: row[column] for name, column in _EMAIL_PROPERTIES if row[column] is not None
        }
    resource |= {name: row[name] for name in CORE if row[name] is not None}
    resource |= {name: row[name] for name in ("update_source", "create_source", "created_at", "updated_at")}
    if row["deleted_at"] is not None:
        resource["deleted_at"] = row["deleted_at"]
    return resource


def _custom_fields(store: Store, row: sqlite3.Row, dates: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"custom_field_id": each, "choice_ids": value}
        if isinstance(value, list)
        else {"custom_field_id": each, "value": _as_date(store, value) if each in dates else value}
        for each, value in json.loads(row["custom"]).items()
    ]


def _date_fields(store: Store) -> frozenset[str]:
    if store.switches.date_values is DateValues.AS_SENT:
        return frozenset()
    rows = store.all("SELECT custom_field_id FROM custom_field WHERE type IN ('date', 'datetime')")
    return frozenset(row["custom_field_id"] for row in rows)


def _as_date(store: Store, value: str) -> str:
    day = parse_date(value)
    if day is None:
        return value
    return day.strftime("%Y-%m-%d" if store.switches.date_values is DateValues.ISO else "%m/%d/%Y")


def parse_date(text: str) -> datetime | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007
        except ValueError:
            continue
    return None
