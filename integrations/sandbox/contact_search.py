"""GET /contacts: its filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.accounts import Caller
from integrations.sandbox.contact_input import email_key
from integrations.sandbox.contact_resource import resources
from integrations.sandbox.contacts import read_include
from integrations.sandbox.errors import invalid, json_response
from integrations.sandbox.memberships import seen_memberships
from integrations.sandbox.paging import last_link, next_link, read_limit, read_page
from integrations.sandbox.store import Store, stamp

MAX_LISTS_ASKED = 25
MAX_TAGS_ASKED = 50

_STATUSES = {
    "all": "1",
    "deleted": "c.deleted_at IS NOT NULL",
    "active": "c.deleted_at IS NULL AND c.permission IN ('explicit', 'implicit')",
    "not_set": "c.deleted_at IS NULL AND c.permission = 'not_set'",
    "pending_confirmation": "c.deleted_at IS NULL AND c.permission = 'pending_confirmation'",
    "temp_hold": "c.deleted_at IS NULL AND c.permission = 'temp_hold'",
    "unsubscribed": "c.deleted_at IS NULL AND c.permission = 'unsubscribed'",
}

_TIMES = {
    "updated_after": "c.updated_at > ?",
    "updated_before": "c.updated_at < ?",
    "created_after": "c.created_at > ?",
    "created_before": "c.created_at < ?",
    "optout_after": "c.opt_out_date > ?",
    "optout_before": "c.opt_out_date < ?",
}

_KNOWN = {*_TIMES, "status", "email", "lists", "tags", "include", "include_count", "limit", "cursor"}


def read_moment(name: str, text: str) -> str:
    """An ISO 8601 date or time as a stamp; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise invalid(f"{name} is not an ISO-8601 date") from error
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _account_condition(asked: dict[str, str]) -> str:
    """Pages come in row order; only a question for few people is worth an index and a sort (SQLite's `+`)."""
    return "c.account = ?" if {"email", *_TIMES} & asked.keys() else "+c.account = ?"


class _Question:
    def __init__(self, store: Store, account: int, asked: dict[str, str]) -> None:
        self.source = "contact c"
        self.conditions, self.values = [_account_condition(asked)], list[Any]([account])
        self.row = "c.id"
        self._status(asked)
        self._times(asked)
        self._lag(store)
        self._lists(store, account, asked)
        self._tags(asked)
        if "email" in asked:
            self._where("c.email_key = ?", email_key(asked["email"]))

    def _where(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def _status(self, asked: dict[str, str]) -> None:
        statuses = _split(asked.get("status", ""))
        if any(each not in _STATUSES for each in statuses):
            raise invalid("status does not have a valid value")
        wanted = " OR ".join(f"({_STATUSES[each]})" for each in statuses)
        self._where(f"({wanted})" if wanted else "c.deleted_at IS NULL")

    def _times(self, asked: dict[str, str]) -> None:
        for name, condition in _TIMES.items():
            if name in asked:
                self._where(condition, read_moment(name, asked[name]))

    def _lag(self, store: Store) -> None:
        if lag := store.switches.search_lag_seconds:
            self._where("c.updated_at <= ?", stamp(store.now() - timedelta(seconds=lag)))

    def _lists(self, store: Store, account: int, asked: dict[str, str]) -> None:
        if "lists" not in asked:
            return
        list_ids = _split(asked["lists"])
        if not 1 <= len(list_ids) <= MAX_LISTS_ASKED:
            raise invalid(f"lists must name between 1 and {MAX_LISTS_ASKED} list_ids")
        marks = ", ".join("?" * len(list_ids))
        sql = f"SELECT id FROM contact_list WHERE account = ? AND list_id IN ({marks})"  # noqa: S608
        rows = [row["id"] for row in store.all(sql, account, *list_ids)]
        lag = store.switches.read_lag_seconds
        if len(rows) == 1 and lag <= 0:
            self.source, self.row = "membership m JOIN contact c ON c.id = m.contact", "m.contact"
            self._where("m.list = ?", rows[0])
            return
        seen, values = seen_memberships(store, lag)
        marks = ", ".join("?" * len(rows))
        self._where(
            f"c.id IN (SELECT contact FROM ({seen}) WHERE list IN ({marks}))",  # noqa: S608
            *values,
            *rows,
        )

    def _tags(self, asked: dict[str, str]) -> None:
        tags = _split(asked.get("tags", ""))
        if len(tags) > MAX_TAGS_ASKED:
            raise invalid(f"tags must not name more than {MAX_TAGS_ASKED} tag_ids")
        if tags:
            marks = ", ".join("?" * len(tags))
            tagged = f"SELECT 1 FROM json_each(c.taggings) WHERE value IN ({marks})"  # noqa: S608
            self._where(f"EXISTS ({tagged})", *tags)

    def rows(self, *, after: int, limit: int) -> tuple[str, list[Any]]:
        where = " AND ".join([*self.conditions, f"{self.row} > ?"])
        sql = f"SELECT c.* FROM {self.source} WHERE {where} ORDER BY {self.row} LIMIT ?"  # noqa: S608
        return sql, [*self.values, after, limit]

    def count(self) -> tuple[str, list[Any]]:
        where = " AND ".join(self.conditions)
        return f"SELECT count(*) FROM {self.source} WHERE {where}", self.values  # noqa: S608


def get_contacts(store: Store, caller: Caller, request: Request) -> Response:
    page = read_page(request.args)
    unknown = sorted(set(page.asked) - _KNOWN)
    if unknown:
        raise invalid(f"{unknown[0]} is not a valid query parameter")
    limit = read_limit(page.asked, highest=500)
    include = read_include(page.asked.get("include", ""))
    question = _Question(store, caller.account, page.asked)
    sql, values = question.rows(after=page.after, limit=limit + 1)
    rows = store.all(sql, *values)
    body: dict[str, Any] = {"contacts": resources(store, rows[:limit], include=include)}
    if page.asked.get("include_count") == "true":
        sql, values = question.count()
        body["contacts_count"] = store.number(sql, *values)
    if len(rows) > limit:
        body |= next_link("contacts", page, rows[limit - 1]["id"])
    else:
        body |= last_link(store)
    return json_response(body)
