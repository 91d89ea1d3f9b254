"""What people do inside Constant Contact: subscribers in their profile, staff on its screens."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Sequence
from typing import Any

from integrations.sandbox import grants, lists
from integrations.sandbox.contact_input import email_key
from integrations.sandbox.contact_resource import CORE
from integrations.sandbox.contacts import contact_by_email, mark_deleted, opt_in, opt_out
from integrations.sandbox.fields import fields_of, insert_field, remove_fields
from integrations.sandbox.memberships import join, leave, leave_all
from integrations.sandbox.store import Store, new_id

FLAGGED_SECONDS = 48 * 3600

_FIRST = ("Ada", "Ben", "Carla", "Dev", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Keiko", "Lena")
_LAST = ("Abbott", "Baker", "Chavez", "Dunn", "Ellis", "Fuentes", "Goode", "Hart", "Ito", "Jensen", "Kaur")


def _contact(store: Store, account: int, email: str) -> sqlite3.Row:
    row = contact_by_email(store, account, email)
    if row is None:
        raise LookupError(f"There is no contact {email}")
    return row


# Subscribers


def unsubscribe(store: Store, account: int, *, email: str, source: str = "Contact", reason: str = "") -> str:
    """Opt out of everything: off every list, dated, and never moved by us again."""
    row, now = _contact(store, account, email), store.stamp()
    changes = opt_out(now, source=source, reason=reason or None)
    if store.switches.unsubscribing_moves_updated_at:
        changes["updated_at"] = now
    store.update("contact", row["id"], changes)
    leave_all(store, [row["id"]])
    return f"{row['email']} unsubscribed"


def resubscribe(store: Store, account: int, *, email: str) -> str:
    """Opt in again, by their own act; on no list yet."""
    row, now = _contact(store, account, email), store.stamp()
    changes = opt_in(now, source="Contact") | {"updated_at": now, "update_source": "Contact"}
    store.update("contact", row["id"], changes)
    return f"{row['email']} subscribed again"


def leave_list(store: Store, account: int, *, email: str, list_name: str) -> str:
    """Untick one list in the profile; stay subscribed."""
    row, target = _contact(store, account, email), lists.list_named(store, account, list_name)
    leave(store, lists=[target["id"]], contacts=[row["id"]])
    if store.switches.leaving_moves_updated_at:
        changes = {"updated_at": store.stamp(), "update_source": "Contact"}
        store.update("contact", row["id"], changes)
    return f"{row['email']} left {target['name']}"


def join_list(store: Store, account: int, *, email: str, list_name: str) -> str:
    row, target = _contact(store, account, email), lists.list_named(store, account, list_name)
    join(store, lists=[target["id"]], contacts=[row["id"]])
    store.update("contact", row["id"], {"updated_at": store.stamp()})
    return f"{row['email']} joined {target['name']}"


def confirm(store: Store, account: int, *, email: str) -> str:
    """Click the link in a confirmation mail."""
    row, now = _contact(store, account, email), store.stamp()
    changes = opt_in(now, source="Contact") | {"confirm_status": "confirmed", "updated_at": now}
    store.update("contact", row["id"], changes)
    return f"{row['email']} confirmed"


def set_permission(store: Store, account: int, *, email: str, permission: str) -> str:
    row, now = _contact(store, account, email), store.stamp()
    store.update("contact", row["id"], {"permission": permission, "email_updated_at": now})
    return f"{row['email']} is now {permission}"


def hold(store: Store, account: int, *, email: str) -> str:
    """What bounces do: the contact stays on its lists but is not mailed for a while."""
    return set_permission(store, account, email=email, permission="temp_hold")


# Staff


def add_contact(
    store: Store,
    account: int,
    *,
    email: str,
    lists: Sequence[str] = (),
    permission: str = "explicit",
    **values: Any,
) -> str:
    """Add a contact by hand; `values` are core properties, or custom fields by label. Raises ValueError."""
    if contact_by_email(store, account, email) is not None:
        raise ValueError(f"There is a contact {email} already")
    now = store.stamp()
    row = store.insert(
        "contact",
        {
            "account": account,
            "contact_id": new_id(),
            "email": email.strip(),
            "email_key": email_key(email),
            "permission": permission,
            "opt_in_source": "Account",
            "opt_in_date": now,
            "email_created_at": now,
            "email_updated_at": now,
            "create_source": "Account",
            "update_source": "Account",
            "created_at": now,
            "updated_at": now,
        },
    )
    if permission == "unsubscribed":
        store.update("contact", row, opt_out(now, source="Contact"))
    _set_values(store, account, row, values)
    for name in lists:
        join_list(store, account, email=email, list_name=name)
    return f"{email} was added"


def edit_contact(store: Store, account: int, *, email: str, **values: Any) -> str:
    """Change core properties, the address (`new_email`), or custom fields by label; None clears."""
    row, now = _contact(store, account, email), store.stamp()
    new_email = values.pop("new_email", None)
    if new_email is not None:
        changes = {"email": new_email, "email_key": email_key(new_email), "email_updated_at": now}
        store.update("contact", row["id"], changes)
    _set_values(store, account, row["id"], values)
    store.update("contact", row["id"], {"updated_at": now, "update_source": "Account"})
    return f"{row['email']} was edited"


def _set_values(store: Store, account: int, row: int, values: dict[str, Any]) -> None:
    core = {name: value for name, value in values.items() if name in CORE}
    if core:
        store.update("contact", row, core)
    ids = {field["label"]: field["custom_field_id"] for field in fields_of(store, account)}
    unknown = sorted(set(values) - set(core) - set(ids))
    if unknown:
        raise LookupError(f"There is no custom field labeled {', '.join(unknown)}")
    found = store.one("SELECT custom FROM contact WHERE id = ?", row)
    custom = json.loads(found["custom"]) if found else {}
    custom |= {ids[name]: value for name, value in values.items() if name not in core}
    kept = {key: value for key, value in custom.items() if value not in (None, "")}
    store.update("contact", row, {"custom": json.dumps(kept)})


def delete_contact(store: Store, account: int, *, email: str) -> str:
    mark_deleted(store, [_contact(store, account, email)["id"]])
    return f"{email} was deleted"


def create_list(store: Store, account: int, *, name: str) -> str:
    """Raises ValueError for a name that is taken; answers with the list_id."""
    if not name.strip() or lists.name_is_taken(store, account, name):
        raise ValueError(f"The list name “{name}” is empty or taken")
    return lists.insert_list(store, account, name=name)


def rename_list(store: Store, account: int, *, list_name: str, new_name: str) -> str:
    row = lists.list_named(store, account, list_name)
    if not new_name.strip() or lists.name_is_taken(store, account, new_name, except_row=row["id"]):
        raise ValueError(f"The list name “{new_name}” is empty or taken")
    store.update("contact_list", row["id"], {"name": new_name, "updated_at": store.stamp()})
    return f"{row['name']} is now called {new_name}"


def delete_list(store: Store, account: int, *, list_name: str) -> str:
    row = lists.list_named(store, account, list_name)
    lists.mark_lists_deleted(store, [row["id"]])
    return f"The list {row['name']} was deleted"


def create_field(store: Store, account: int, *, label: str, type: str = "string") -> str:
    """Answers with the custom_field_id."""
    return insert_field(store, account, label=label, kind=type)


def delete_field(store: Store, account: int, *, label: str) -> str:
    found = [row for row in fields_of(store, account) if row["label"] == label]
    if not found:
        raise LookupError(f"There is no custom field labeled {label}")
    remove_fields(store, account, found)
    return f"The custom field {label} was deleted"


def flag_address(store: Store, account: int, *, email: str, seconds: float = FLAGGED_SECONDS) -> str:
    """Constant Contact refuses the address for a while (48 hours by default)."""
    until = store.seconds() + seconds
    store.run("INSERT OR REPLACE INTO flagged VALUES (?, ?, ?)", account, email_key(email), until)
    return f"{email} is refused for {seconds / 3600:g} hours"


def revoke_grant(store: Store, account: int) -> str:
    grants.revoke_grants(store, account)
    return "The application was removed from the account"


# Chance


def someone_joins(store: Store, account: int) -> str:
    """A person nobody knows signs up for one of the lists."""
    names = [row["name"] for row in store.all(_OPEN_LISTS, account)]
    if not names:
        raise LookupError("There is no list to join")
    first, last = random.choice(_FIRST), random.choice(_LAST)  # noqa: S311
    number = store.number("SELECT count(*) FROM contact") + 1
    email = f"{first}.{last}{number}@example.net".lower()
    name = random.choice(names)  # noqa: S311
    add_contact(store, account, email=email, lists=[name], first_name=first, last_name=last)
    return f"{email} joined {name}"


def someone_opts_out(store: Store, account: int) -> str:
    """Someone who is on a list unsubscribes."""
    row = store.one(
        "SELECT c.email FROM contact c WHERE c.account = ? AND c.deleted_at IS NULL AND c.email IS NOT NULL"
        " AND c.permission <> 'unsubscribed' AND EXISTS (SELECT 1 FROM membership m WHERE m.contact = c.id)"
        " ORDER BY random() LIMIT 1",
        account,
    )
    if row is None:
        raise LookupError("Nobody is on a list")
    return unsubscribe(store, account, email=row["email"])


_OPEN_LISTS = "SELECT name FROM contact_list WHERE account = ? AND deleted_at IS NULL"
