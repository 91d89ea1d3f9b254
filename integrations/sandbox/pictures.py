"""What the pages show, gathered from the store."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from integrations.sandbox import request_log, switches
from integrations.sandbox.accounts import accounts
from integrations.sandbox.activities import activity_resource
from integrations.sandbox.desk import Desk
from integrations.sandbox.fields import fields_of
from integrations.sandbox.lists import membership_counts
from integrations.sandbox.pacing import requests_today
from integrations.sandbox.request_log import LoggedRequest
from integrations.sandbox.store import Store
from integrations.sandbox.switches import Switches, Topic

PEOPLE_SHOWN = 8
REQUESTS_SHOWN = 12
ACTIVITIES_SHOWN = 5
MEMBERS_SHOWN = 50

# The switches on the front page: name, what it is set to when ticked, what it says.
_TROUBLES: tuple[tuple[str, object, str], ...] = (
    ("slow_seconds", 3.0, "Answer slowly (3 s)"),
    ("refuse_every", 10, "Refuse every 10th request"),
    ("down", True, "Be down"),
    ("quota_used_up", True, "Daily quota used up"),
    ("lose_answer_every", 1, "Lose the answer of writes"),
    ("leaving_moves_updated_at", True, "Leaving moves updated_at"),
)

_EDITABLE = ("first_name", "last_name", "job_title", "company_name")


class NothingToShow(Exception):
    """The thing a page is about does not exist."""


@dataclass(frozen=True, slots=True)
class Owner:
    email: str
    account: str


def _account(store: Store, number: int) -> dict[str, Any]:
    for row in accounts(store):
        if row["id"] == number:
            return dict(row)
    raise NothingToShow


def home(store: Store, chosen: str | None, q: str) -> dict[str, Any]:
    known = accounts(store)
    account = dict(next((row for row in known if str(row["id"]) == chosen), known[0]))
    lists = _lists(store, account["id"])
    sql = "SELECT count(*) FROM contact WHERE account = ? AND deleted_at IS NULL"
    return {
        "account": account,
        "accounts": [dict(row) for row in known],
        "lists": lists,
        "lists_count": len(lists),
        "people": _people(store, account["id"], q),
        "people_count": f"{store.number(sql, account['id']):,}",
        "q": q,
        "troubles": _troubles(store.switches),
        "switch_count": len(switches.names()),
        "requests": [_shown_request(each) for each in request_log.latest(store, REQUESTS_SHOWN)],
        "requests_today": f"{requests_today(store):,}",
        **_activities(store, account["id"]),
    }


def _lists(store: Store, account: int) -> list[dict[str, Any]]:
    sql = "SELECT * FROM contact_list WHERE account = ? AND deleted_at IS NULL ORDER BY id DESC"
    rows = store.all(sql, account)
    counts = membership_counts(store, [row["id"] for row in rows], which="all")
    return [
        {
            "list_id": row["list_id"],
            "name": row["name"],
            "members": f"{counts.get(row['id'], 0):,}",
            "short": f"{row['list_id'][:4]}…{row['list_id'][-2:]}",
        }
        for row in rows
    ]


def _people(store: Store, account: int, q: str) -> list[dict[str, Any]]:
    like = f"%{q.strip()}%"
    rows = store.all(
        "SELECT c.*, (SELECT count(*) FROM membership m WHERE m.contact = c.id) AS lists FROM contact c"
        " WHERE c.account = ? AND c.email IS NOT NULL AND (c.deleted_at IS NULL OR ? <> '%%')"
        " AND (? = '%%' OR c.email LIKE ? OR c.first_name || ' ' || c.last_name LIKE ?)"
        " ORDER BY max(c.updated_at, coalesce(c.email_updated_at, '')) DESC, c.id DESC LIMIT ?",
        account,
        like,
        like,
        like,
        like,
        PEOPLE_SHOWN,
    )
    return [_person(row) | {"lists": row["lists"], "verb": _verb(row)} for row in rows]


def _person(row: sqlite3.Row) -> dict[str, Any]:
    status = "deleted" if row["deleted_at"] is not None else row["permission"]
    return {
        "contact_id": row["contact_id"],
        "email": row["email"],
        "name": f"{row['first_name'] or ''} {row['last_name'] or ''}".strip(),
        "status": status,
        "tone": "bad" if status in ("unsubscribed", "deleted") else "",
    }


def _verb(row: sqlite3.Row) -> str:
    """What the front page offers to do with a person; nothing where a list has to be chosen first."""
    if row["permission"] == "unsubscribed":
        return "resubscribe"
    return "unsubscribe" if row["lists"] else ""


def _troubles(current: Switches) -> list[dict[str, Any]]:
    usual = Switches()
    return [
        {
            "name": name,
            "text": text,
            "checked": "true" if getattr(current, name) != getattr(usual, name) else "false",
            "next": getattr(usual, name) if getattr(current, name) != getattr(usual, name) else ticked,
        }
        for name, ticked, text in _TROUBLES
    ]


def _tone(status: int) -> str:
    return "good" if 200 <= status < 400 else "bad"


def _shown_request(entry: LoggedRequest) -> dict[str, Any]:
    path = entry.path.removeprefix("/v3").removeprefix("/oauth2/default/v1")
    return {
        "id": entry.id,
        "time": entry.time.strftime("%H:%M:%S"),
        "method": entry.method,
        "path": f"{path}?{entry.query}" if entry.query else path,
        "status": entry.status or "none",
        "tone": _tone(entry.status),
        "ms": round(entry.ms) or "<1",
    }


def _activities(store: Store, account: int) -> dict[str, Any]:
    sql = "SELECT * FROM activity WHERE account = ? ORDER BY id DESC LIMIT ?"
    now = store.seconds()
    shown = []
    for row in store.all(sql, account, ACTIVITIES_SHOWN):
        resource = activity_resource(row, now)
        bad = resource["state"] in ("failed", "timed_out", "cancelled")
        tone = "bad" if bad else "good" if resource["state"] == "completed" else ""
        shown.append(
            {
                "kind": row["kind"],
                "state": resource["state"],
                "tone": tone,
                "percent": resource["percent_done"],
            }
        )
    open_ones = store.number("SELECT count(*) FROM activity WHERE account = ? AND finished IS NULL", account)
    return {"activities": shown, "open_activities": open_ones}


def one_list(store: Store, list_id: str, after: int) -> dict[str, Any]:
    row = store.one("SELECT * FROM contact_list WHERE list_id = ?", list_id)
    if row is None:
        raise NothingToShow
    account = _account(store, row["account"])
    members = store.all(
        "SELECT c.* FROM membership m JOIN contact c ON c.id = m.contact"
        " WHERE m.list = ? AND m.contact > ? ORDER BY m.contact LIMIT ?",
        row["id"],
        after,
        MEMBERS_SHOWN + 1,
    )
    more = len(members) > MEMBERS_SHOWN
    count = store.number("SELECT count(*) FROM membership WHERE list = ?", row["id"])
    return {
        "list": dict(row),
        "account": account,
        "home": f"/?account={account['id']}",
        "members": [_person(each) for each in members[:MEMBERS_SHOWN]],
        "members_count": f"{count:,}",
        "next": f"/lists/{list_id}?after={members[MEMBERS_SHOWN - 1]['id']}" if more else "",
        "page_size": MEMBERS_SHOWN,
    }


def owner(store: Store, contact_id: str) -> Owner:
    row = store.one("SELECT * FROM contact WHERE contact_id = ? AND email IS NOT NULL", contact_id)
    if row is None:
        raise NothingToShow
    return Owner(row["email"], _account(store, row["account"])["name"])


def contact(store: Store, desk: Desk, contact_id: str) -> dict[str, Any]:
    found = owner(store, contact_id)
    details = desk.ask("contact", {"email": found.email, "account": found.account})
    account = next(dict(row) for row in accounts(store) if row["name"] == found.account)
    rows = _lists(store, account["id"])
    on = {each["name"] for each in rows if each["name"] in details["lists"]}
    times = ("opt_in_source", "opt_out_source", "opt_out_date", "create_source", "created_at", "updated_at")
    return {
        "contact": details,
        "account": account,
        "tone": "bad" if details["permission"] == "unsubscribed" else "quiet",
        "facts": [(name, details[name]) for name in times if details[name]],
        "on": [each for each in rows if each["name"] in on],
        "off": [each for each in rows if each["name"] not in on],
        "fields": _fields(store, account["id"], details),
    }


def _fields(store: Store, account: int, details: dict[str, Any]) -> list[dict[str, Any]]:
    core = [{"label": name, "name": name, "value": details[name] or ""} for name in _EDITABLE]
    labels = [row["label"] for row in fields_of(store, account)]
    return core + [
        {"label": label, "name": label, "value": details["custom"].get(label, "")} for label in labels
    ]


def request(store: Store, number: int) -> dict[str, Any]:
    row = store.one("SELECT * FROM request_log WHERE id = ?", number)
    if row is None:
        raise NothingToShow
    entry = request_log.logged(row)
    facts = [
        ("time", entry.time.strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("query", entry.query),
        ("took", f"{entry.ms:g} ms"),
        ("client id", entry.client_id),
        ("note", entry.note),
    ]
    return {
        "entry": entry,
        "status": entry.status or "no answer",
        "tone": _tone(entry.status),
        "facts": [(name, value) for name, value in facts if value],
        "bodies": [("Sent", _pretty(row["sent"])), ("Answered", _pretty(row["answered"]))],
    }


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def all_switches(store: Store) -> dict[str, Any]:
    shown = [_switch(name, store.switches) for name in switches.names()]
    return {
        "topics": [
            {"title": topic, "switches": [each for each in shown if each["topic"] is topic]}
            for topic in Topic
        ]
    }


def _switch(name: str, current: Switches) -> dict[str, Any]:
    about, kind = switches.about(name), switches.kind(name)
    options: list[str] = []
    if kind is bool:
        options = ["on", "off"]
    elif issubclass(kind, StrEnum):
        options = [each.value for each in kind]
    value, default = getattr(current, name), getattr(Switches(), name)
    return {
        "name": name,
        "topic": about.topic,
        "source": about.source,
        "meaning": about.meaning,
        "options": options,
        "step": "1" if kind is int else "any",
        "value": _written(value),
        "default": _written(default),
        "changed": value != default,
    }


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
