"""Everything that can be asked of a sandbox besides the API, by name: in this process or over HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from integrations.sandbox import accounts, grants, people, request_log
from integrations.sandbox.activities import (
    activity_resource,
    advance,
    finish_all,
    forget_outcomes,
    plan_outcomes,
)
from integrations.sandbox.choices import Outcome
from integrations.sandbox.contact_resource import CORE
from integrations.sandbox.contacts import contact_by_email
from integrations.sandbox.faults import Body, Fault, Faults, Trouble
from integrations.sandbox.fields import field_resource, fields_of
from integrations.sandbox.gateway import Gateway
from integrations.sandbox.lists import list_named, list_resource, membership_counts
from integrations.sandbox.memberships import lists_of
from integrations.sandbox.pacing import requests_today
from integrations.sandbox.store import Store
from integrations.sandbox.switches import Switches, as_json

DEFAULT_SCOPES = ("contact_data", "account_read", "offline_access")
SECOND_ACCOUNT = "Beacon Trade Council"

PEOPLE: dict[str, Callable[..., str]] = {
    action.__name__: action
    for action in (
        people.unsubscribe,
        people.resubscribe,
        people.leave_list,
        people.join_list,
        people.confirm,
        people.set_permission,
        people.hold,
        people.add_contact,
        people.edit_contact,
        people.delete_contact,
        people.create_list,
        people.rename_list,
        people.delete_list,
        people.create_field,
        people.delete_field,
        people.flag_address,
        people.revoke_grant,
        people.someone_joins,
        people.someone_opts_out,
    )
}


class Desk:
    """One sandbox, asked by name; every answer can be written as JSON."""

    def __init__(self, store: Store, gateway: Gateway, faults: Faults, *, account_name: str) -> None:
        self.store, self.gateway, self.faults = store, gateway, faults
        self._account_name = account_name
        self._asks: dict[str, Callable[..., Any]] = {
            "set": self._set,
            "switches": lambda: as_json(self.store.switches),
            "start_over": self._start_over,
            "issue_token": self._issue_token,
            "register_client": self._register_client,
            "contact": self._contact,
            "contacts": self._contacts,
            "lists": self._lists,
            "members": self._members,
            "fields": self._fields,
            "activities": self._activities,
            "finish_activities": lambda: finish_all(self.store),
            "plan_outcomes": lambda outcome, n: plan_outcomes(self.store, Outcome(outcome), n),
            "requests": self._requests,
            "clear_requests": self._clear_requests,
            "requests_today": lambda client_id=None: requests_today(self.store, client_id),
            "shift_clock": self._shift_clock,
            "order": self._order,
            "clear_faults": self._clear_faults,
            "pending_faults": self.faults.pending,
            "state": self._state,
        }
        with store.unit():
            self._open()

    def ask(self, name: str, arguments: dict[str, Any]) -> Any:
        """Raises LookupError for what does not exist, TypeError or ValueError for wrong arguments."""
        if name == "finish_late_work":
            # Each request is a unit of its own, undone where it is refused.
            self.gateway.late_work.finish()
            return None
        with self.store.unit():
            advance(self.store)
            area, _, verb = name.partition("/")
            if area == "people" and verb in PEOPLE:
                account = accounts.account_named(self.store, arguments.pop("account", None))
                return PEOPLE[verb](self.store, account, **arguments)
            if name not in self._asks:
                raise LookupError(f"Nothing here is called {name}")
            return self._asks[name](**arguments)

    def refresh(self) -> None:
        """Let activities that are due finish."""
        with self.store.unit():
            advance(self.store)

    # A fresh state

    def _open(self) -> None:
        if not accounts.accounts(self.store):
            accounts.open_account(self.store, self._account_name)
            accounts.open_account(self.store, SECOND_ACCOUNT)
            grants.register_client(self.store, *grants.DEFAULT_CLIENT, [])

    def _start_over(self) -> None:
        self.store.forget_everything()
        self.store.use_switches(Switches())
        self.faults.clear()
        self.gateway.late_work.forget()
        self.gateway.buckets.clear()
        self._open()

    # Behavior

    def _set(self, **changes: object) -> dict[str, Any]:
        self.store.set_switches(changes)
        self.gateway.buckets.clear()
        return as_json(self.store.switches)

    def _shift_clock(self, seconds: float) -> None:
        self.store.shift_clock(seconds)

    def _order(self, trouble: str, n: int = 1, body: str = Body.EMPTY, **details: Any) -> None:
        self.faults.order(Fault(Trouble(trouble), n, body=Body(body), **details))

    def _clear_faults(self) -> None:
        """What is on order for the next requests and for the next activities."""
        self.faults.clear()
        forget_outcomes(self.store)

    # Signing in without a browser

    def _register_client(self, client_id: str, secret: str, redirect_uris: list[str]) -> None:
        grants.register_client(self.store, client_id, secret, redirect_uris)

    def _issue_token(
        self,
        scopes: list[str] | None = None,
        client_id: str = grants.DEFAULT_CLIENT[0],
        account: str | None = None,
    ) -> dict[str, Any]:
        return grants.new_grant(
            self.store,
            client_id=client_id,
            account=accounts.account_named(self.store, account),
            scope=" ".join(scopes if scopes is not None else DEFAULT_SCOPES),
        )

    # Looking

    def _contact(self, email: str, account: str | None = None) -> dict[str, Any] | None:
        account_id = accounts.account_named(self.store, account)
        row = contact_by_email(self.store, account_id, email)
        return None if row is None else self._about(account_id, row)

    def _contacts(self, account: str | None = None) -> list[dict[str, Any]]:
        account_id = accounts.account_named(self.store, account)
        rows = self.store.all("SELECT * FROM contact WHERE account = ? ORDER BY id", account_id)
        return [self._about(account_id, row) for row in rows]

    def _about(self, account_id: int, row: sqlite3.Row) -> dict[str, Any]:
        labels = {field["custom_field_id"]: field["label"] for field in fields_of(self.store, account_id)}
        names = {each["list_id"]: each["name"] for each in self.store.all("SELECT * FROM contact_list")}
        return {
            "contact_id": row["contact_id"],
            "email": row["email"],
            **{name: row[name] for name in CORE},
            "permission": row["permission"],
            "opt_in_source": row["opt_in_source"],
            "opt_out_source": row["opt_out_source"],
            "opt_out_date": row["opt_out_date"],
            "create_source": row["create_source"],
            "update_source": row["update_source"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "deleted": row["deleted_at"] is not None,
            "deleted_at": row["deleted_at"],
            "custom": {labels.get(key, key): value for key, value in json.loads(row["custom"]).items()},
            "lists": sorted(names[each] for each in lists_of(self.store, [row["id"]]).get(row["id"], [])),
            "phones": json.loads(row["phones"]),
            "addresses": json.loads(row["addresses"]),
            "taggings": json.loads(row["taggings"]),
            "notes": json.loads(row["notes"]),
        }

    def _lists(self, account: str | None = None) -> list[dict[str, Any]]:
        account_id = accounts.account_named(self.store, account)
        sql = "SELECT * FROM contact_list WHERE account = ? AND deleted_at IS NULL ORDER BY id"
        rows = self.store.all(sql, account_id)
        counts = membership_counts(self.store, [row["id"] for row in rows], which="all")
        return [list_resource(row) | {"membership_count": counts.get(row["id"], 0)} for row in rows]

    def _members(self, list_name: str, account: str | None = None) -> list[str]:
        row = list_named(self.store, accounts.account_named(self.store, account), list_name)
        sql = "SELECT c.email FROM membership m JOIN contact c ON c.id = m.contact WHERE m.list = ?"
        return sorted(each["email"] for each in self.store.all(sql, row["id"]))

    def _fields(self, account: str | None = None) -> list[dict[str, Any]]:
        rows = fields_of(self.store, accounts.account_named(self.store, account))
        return [field_resource(row) for row in rows]

    def _activities(self, account: str | None = None) -> list[dict[str, Any]]:
        account_id = accounts.account_named(self.store, account)
        rows = self.store.all("SELECT * FROM activity WHERE account = ? ORDER BY id", account_id)
        now = self.store.seconds()
        return [{"kind": row["kind"]} | activity_resource(row, now) for row in rows]

    def _requests(self, since: str | None = None) -> list[dict[str, Any]]:
        moment = datetime.fromisoformat(since) if since else None
        return [entry.as_json() for entry in request_log.requests_since(self.store, moment)]

    def _clear_requests(self) -> None:
        request_log.clear(self.store)

    def _state(self) -> dict[str, Any]:
        return {
            "accounts": [row["name"] for row in accounts.accounts(self.store)],
            "lists": self._lists(),
            "fields": self._fields(),
            "contacts": self.store.number("SELECT count(*) FROM contact WHERE deleted_at IS NULL"),
            "memberships": self.store.number("SELECT count(*) FROM membership"),
            "activities": self._activities()[-20:],
            "requests_today": requests_today(self.store),
            "requests_logged": self.store.number("SELECT count(*) FROM request_log"),
            "pending_faults": self.faults.pending(),
            "switches": as_json(self.store.switches),
        }
