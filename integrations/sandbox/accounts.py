"""The Constant Contact accounts somebody can connect, and what a new one holds."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from integrations.sandbox.choices import Privileges
from integrations.sandbox.errors import json_response
from integrations.sandbox.memberships import join
from integrations.sandbox.store import Store, new_id

FIRST_LIST = "My Contacts"

_FIRST_PEOPLE = (
    ("nora.whitfield", "Nora", "Whitfield"),
    ("luis.ortega", "Luis", "Ortega"),
    ("priya.raman", "Priya", "Raman"),
)

_PRIVILEGES = (
    "account:read",
    "contacts:read",
    "contacts:write",
    "contacts:lists:read",
    "contacts:lists:write",
    "ui:campaign:metrics",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes an API request, as the access token says."""

    client_id: str
    account: int
    scopes: frozenset[str]


def open_account(store: Store, name: str) -> int:
    """A new account as Constant Contact opens it: one list, and here three people who are not ours."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    domain = "".join(filter(str.isalnum, name.lower())) + ".example.com"
    account = store.insert(
        "account", {"encoded_id": f"a07{digest[:11]}", "name": name, "email": f"office@{domain}"}
    )
    now = store.stamp()
    first_list = store.insert(
        "contact_list",
        {
            "account": account,
            "list_id": new_id(),
            "name": FIRST_LIST,
            "created_at": now,
            "updated_at": now,
        },
    )
    people = [
        _insert_person(store, account, f"{local}@{domain}", first, last)
        for local, first, last in _FIRST_PEOPLE
    ]
    join(store, lists=[first_list], contacts=people)
    return account


def _insert_person(store: Store, account: int, email: str, first: str, last: str) -> int:
    now = store.stamp()
    return store.insert(
        "contact",
        {
            "account": account,
            "contact_id": new_id(),
            "email": email,
            "email_key": email,
            "first_name": first,
            "last_name": last,
            "permission": "explicit",
            "opt_in_source": "Contact",
            "opt_in_date": now,
            "email_created_at": now,
            "email_updated_at": now,
            "create_source": "Contact",
            "update_source": "Contact",
            "created_at": now,
            "updated_at": now,
        },
    )


def accounts(store: Store) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM account ORDER BY id")


def account_named(store: Store, name: str | None) -> int:
    """The account of this name; the first one for None. Raises LookupError."""
    row = store.one("SELECT id FROM account WHERE ? IS NULL OR name = ? ORDER BY id LIMIT 1", name, name)
    if row is None:
        raise LookupError(f"There is no account named {name}")
    return int(row["id"])


def get_summary(store: Store, caller: Caller, request: Request) -> Response:
    row = store.one("SELECT * FROM account WHERE id = ?", caller.account)
    if row is None:
        raise LookupError("The account is gone")
    return json_response(
        {
            "encoded_account_id": row["encoded_id"],
            "organization_name": row["name"],
            "contact_email": row["email"],
            "first_name": "Robin",
            "last_name": "Hale",
            "country_code": "US",
            "state_code": "OH",
            "time_zone_id": "US/Eastern",
        }
    )


def privileges(store: Store) -> tuple[str, ...]:
    if store.switches.privileges is Privileges.READ_ONLY:
        return tuple(name for name in _PRIVILEGES if not name.endswith(":write"))
    return _PRIVILEGES


def get_privileges(store: Store, caller: Caller, request: Request) -> Response:
    return json_response(
        [
            {"privilege_id": 3000 + number, "privilege_name": name}
            for number, name in enumerate(privileges(store), start=1)
        ]
    )
