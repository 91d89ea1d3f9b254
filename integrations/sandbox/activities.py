"""Bulk activities: queued by a request, worked off by the clock, looked at by polling."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.choices import Applied, Outcome, QueueFull
from integrations.sandbox.errors import (
    GatewayRefused,
    Refused,
    ServiceRefused,
    invalid,
    json_response,
    not_found,
)
from integrations.sandbox.paging import last_link, next_link, read_limit, read_page
from integrations.sandbox.store import Store, new_id, stamp

MAX_QUEUED = 1_000
KEPT_SECONDS = 10 * 24 * 3600
NEVER = 1e15
QUEUE_FULL = "You exceeded 1,000 queued activities for this user account."

STATES = ("processing", "completed", "cancelled", "failed", "timed_out")


class Kind(StrEnum):
    IMPORT = "contacts_json_import"
    ADD_MEMBERSHIPS = "add_list_memberships"
    REMOVE_MEMBERSHIPS = "remove_list_memberships"
    LIST_DELETE = "list_delete"
    FIELDS_DELETE = "custom_fields_delete"
    CONTACT_DELETE = "contact_delete"
    EXPORT = "contact_exports"


class Result:
    """What an activity did: its counts and messages."""

    def __init__(self) -> None:
        self.status: dict[str, int] = {}
        self.errors: list[str] = []


# (store, account, payload, share of the work to do from 0 to 1, activity_id) → counts and messages
Work = Callable[[Store, int, dict[str, Any], float, str], Result]

_WORK: dict[Kind, Work] = {}


def does(kind: Kind) -> Callable[[Work], Work]:
    """Register the function that does an activity's work."""

    def register(work: Work) -> Work:
        _WORK[kind] = work
        return work

    return register


def begin(
    store: Store,
    account: int,
    kind: Kind,
    payload: dict[str, Any],
    *,
    status: dict[str, int] | None = None,
) -> sqlite3.Row:
    """Queue an activity; a 429 when 1,000 are queued already."""
    if (
        store.number("SELECT count(*) FROM activity WHERE account = ? AND finished IS NULL", account)
        >= MAX_QUEUED
    ):
        raise _queue_full(store)
    outcome = _take_outcome(store)
    now = store.seconds()
    starts = max(now, _queue_end(store, account)) if store.switches.serial_activities else now
    lasts = NEVER if outcome is Outcome.STUCK else store.switches.activity_seconds
    row_id = store.insert(
        "activity",
        {
            "account": account,
            "activity_id": new_id(),
            "kind": kind,
            "state": "initialized",
            "outcome": outcome,
            "payload": json.dumps(payload, ensure_ascii=False),
            "status": json.dumps(status or {}),
            "created": now,
            "starts": starts,
            "ends": min(NEVER, starts + lasts),
        },
    )
    row = store.one("SELECT * FROM activity WHERE id = ?", row_id)
    assert row is not None  # noqa: S101
    return row


def _queue_full(store: Store) -> Refused:
    if store.switches.queue_full is QueueFull.OBJECT:
        return GatewayRefused(429, {"error_key": "too_many_requests", "error_message": QUEUE_FULL})
    return ServiceRefused(429, "contacts.api.too_many_requests", QUEUE_FULL)


def _queue_end(store: Store, account: int) -> float:
    sql = "SELECT max(ends) AS last FROM activity WHERE account = ? AND finished IS NULL"
    row = store.one(sql, account)
    return float(row["last"] or 0) if row else 0.0


def plan_outcomes(store: Store, outcome: Outcome, n: int) -> None:
    """The next n activities end like this, whatever the switch says."""
    planned = json.loads(store.setting("outcomes") or "[]")
    store.remember("outcomes", json.dumps(planned + [outcome] * n))


def forget_outcomes(store: Store) -> None:
    """What was planned for the next activities is not to happen any more."""
    store.remember("outcomes", "[]")


def _take_outcome(store: Store) -> Outcome:
    planned = json.loads(store.setting("outcomes") or "[]")
    if not planned:
        return store.switches.activity_outcome
    store.remember("outcomes", json.dumps(planned[1:]))
    return Outcome(planned[0])


def advance(store: Store) -> None:
    """Finish what is due, in the order it was due, and forget what finished ten days ago."""
    now = store.seconds()
    for row in store.all(
        "SELECT * FROM activity WHERE finished IS NULL AND ends <= ? ORDER BY ends, id", now
    ):
        with store.unit():
            _finish(store, row)
    store.run("DELETE FROM activity WHERE finished < ?", now - KEPT_SECONDS)


def finish_all(store: Store) -> None:
    """End every activity now, the stuck ones too (those complete)."""
    store.run(
        "UPDATE activity SET outcome = ? WHERE finished IS NULL AND outcome = ?",
        Outcome.COMPLETED,
        Outcome.STUCK,
    )
    now = store.seconds()
    store.run("UPDATE activity SET starts = min(starts, ?), ends = ? WHERE finished IS NULL", now, now)
    advance(store)


def _finish(store: Store, row: sqlite3.Row) -> None:
    outcome = Outcome(row["outcome"])
    share = 1.0 if outcome is Outcome.COMPLETED else _SHARES[store.switches.unfinished_work]
    result = Result()
    if share:
        work = _WORK[Kind(row["kind"])]
        result = work(store, row["account"], json.loads(row["payload"]), share, row["activity_id"])
    if outcome is not Outcome.COMPLETED:
        result.errors = [f"The activity {outcome.replace('_', ' ')}."]
    store.update(
        "activity",
        row["id"],
        {
            "state": outcome,
            "finished": row["ends"],
            "payload": "{}",
            "status": json.dumps(json.loads(row["status"]) | result.status),
            "errors": json.dumps(result.errors),
        },
    )


_SHARES = {Applied.NOTHING: 0.0, Applied.HALF: 0.5, Applied.ALL: 1.0}


def activity_resource(row: sqlite3.Row, now: float) -> dict[str, Any]:
    state = _state(row, now)
    resource: dict[str, Any] = {"activity_id": row["activity_id"], "state": state}
    if state != "initialized":
        resource["started_at"] = _moment(row["starts"])
    if row["finished"] is not None:
        resource["completed_at"] = _moment(row["finished"])
    resource["created_at"] = _moment(row["created"])
    resource["updated_at"] = _moment(row["finished"] or row["created"])
    resource["percent_done"] = _percent(row, state, now)
    resource["activity_errors"] = json.loads(row["errors"])
    resource["status"] = json.loads(row["status"])
    resource["_links"] = {"self": {"href": f"/v3/activities/{row['activity_id']}"}}
    if row["kind"] == Kind.EXPORT and state == "completed":
        resource["_links"]["results"] = {"href": f"/v3/contact_exports/{row['activity_id']}"}
    return resource


def _state(row: sqlite3.Row, now: float) -> str:
    if row["finished"] is not None or now <= row["starts"] + min(0.2, (row["ends"] - row["starts"]) / 10):
        return str(row["state"])
    return "processing"


def _percent(row: sqlite3.Row, state: str, now: float) -> int:
    if state == "completed":
        return 100
    if state == "initialized":
        return 1
    lasts = row["ends"] - row["starts"]
    return max(1, min(99, int(100 * (now - row["starts"]) / lasts))) if lasts else 1


def _moment(seconds: float) -> str:
    return stamp(datetime.fromtimestamp(seconds, UTC))


def get_activities(store: Store, caller: Caller, request: Request) -> Response:
    """Newest first."""
    page = read_page(request.args)
    limit, state = read_limit(page.asked, highest=500), page.asked.get("state")
    if state not in (None, *STATES):
        raise invalid("state does not have a valid value")
    sql = "SELECT * FROM activity WHERE account = ? AND id < ? ORDER BY id DESC"
    rows = store.all(sql, caller.account, page.after or NEVER)
    now = store.seconds()
    found = [row for row in rows if state is None or _state(row, now) == state]
    if not store.switches.list_deletions_are_listed:
        found = [row for row in found if row["kind"] != "list_delete"]
    body = {"activities": [activity_resource(row, now) for row in found[:limit]]}
    if len(found) > limit:
        return json_response(body | next_link("activities", page, found[limit - 1]["id"]))
    return json_response(body | last_link(store))


def get_activity(store: Store, caller: Caller, request: Request, activity_id: str) -> Response:
    sql = "SELECT * FROM activity WHERE account = ? AND activity_id = ?"
    row = store.one(sql, caller.account, activity_id.lower())
    if row is None:
        raise not_found("activity_id")
    return json_response(activity_resource(row, store.seconds()))
