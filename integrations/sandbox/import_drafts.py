"""The contacts an import touches, held in memory until all rows are read and then written at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from integrations.sandbox.choices import Deleted, RowProblem
from integrations.sandbox.contact_input import MAX_VALUES, email_key
from integrations.sandbox.contact_resource import CORE
from integrations.sandbox.import_rows import RowRefused, RowValues
from integrations.sandbox.memberships import MAX_LISTS, join_pairs
from integrations.sandbox.store import Store, new_id

_WRITTEN = (*CORE, "update_source", "updated_at", "deleted_at", "custom", "phones", "addresses")
_INSERTED = (
    "account",
    "contact_id",
    "email",
    "email_key",
    "permission",
    "opt_in_source",
    "opt_in_date",
    "email_created_at",
    "email_updated_at",
    "create_source",
    "created_at",
    *_WRITTEN,
)


class Draft:
    """One contact as it will be: its columns, its values unpacked, and the lists it will join."""

    def __init__(self, columns: dict[str, Any], *, row: int | None) -> None:
        self.row = row
        self.columns = columns
        self.custom: dict[str, Any] = json.loads(columns["custom"])
        self.lists: set[int] = set()
        self.joins: list[int] = []
        self.changed = row is None

    def set_values(self, values: RowValues) -> None:
        before = {**{name: self.columns[name] for name in CORE}, "custom": dict(self.custom)}
        self.columns |= values.core
        for field_id, value in values.custom.items():
            if value is None:
                self.custom.pop(field_id, None)
            else:
                self.custom[field_id] = value
        self._set_phones(values.phones)
        self._set_addresses(values.addresses)
        after = {**{name: self.columns[name] for name in CORE}, "custom": self.custom}
        self.changed |= before != after or bool(values.phones or values.addresses)

    def _set_phones(self, phones: dict[str, str]) -> None:
        if phones:
            kept = [each for each in json.loads(self.columns["phones"]) if each.get("kind") not in phones]
            added = [
                {"phone_number_id": new_id(), "phone_number": number, "kind": kind}
                for kind, number in phones.items()
            ]
            self.columns["phones"] = json.dumps(kept + added)

    def _set_addresses(self, addresses: dict[str, dict[str, str]]) -> None:
        if addresses:
            current = json.loads(self.columns["addresses"])
            kept = [each for each in current if each.get("kind") not in addresses]
            added = [
                {"street_address_id": new_id(), "kind": kind, **parts} for kind, parts in addresses.items()
            ]
            self.columns["addresses"] = json.dumps(kept + added)


class Drafts:
    def __init__(self, store: Store, account: int, *, lists: list[int]) -> None:
        self.store, self.account, self.lists = store, account, lists
        self.now = store.stamp()
        self.by_key: dict[str, Draft] = {}
        self.touched: dict[str, Draft] = {}

    def load(self, emails: Iterable[Any]) -> None:
        """Fetch the contacts these addresses belong to."""
        keys = {email_key(email) for email in emails if isinstance(email, str)}
        sql = "SELECT c.* FROM json_each(?) k CROSS JOIN contact c ON c.account = ? AND c.email_key = k.value"
        for row in self.store.all(sql, json.dumps(sorted(keys)), self.account):
            self.by_key[row["email_key"]] = Draft(dict(row), row=row["id"])
        self._load_lists()

    def _load_lists(self) -> None:
        drafts = {draft.row: draft for draft in self.by_key.values()}
        self.store.choose("imported", (row for row in drafts if row is not None))
        sql = "SELECT m.contact, m.list FROM imported i CROSS JOIN membership m ON m.contact = i.id"
        found: dict[int, set[int]] = defaultdict(set)
        for row in self.store.all(sql):
            found[row["contact"]].add(row["list"])
        for contact, lists in found.items():
            drafts[contact].lists = lists

    def apply(self, values: RowValues) -> bool:
        """Work one row in; False if the contact could not be put on the lists. Raises RowRefused."""
        key = email_key(values.email)
        draft = self.by_key.get(key) or self._new(values.email, key)
        if draft.columns["deleted_at"] is not None and not self._revives():
            return True
        unsubscribed = draft.columns["permission"] == "unsubscribed"
        joins = [] if unsubscribed else self._joins(draft)
        if len(draft.custom.keys() | values.custom.keys()) > MAX_VALUES:
            raise RowRefused(f"More than {MAX_VALUES} custom fields")
        self.by_key[key] = self.touched[key] = draft
        draft.set_values(values)
        if draft.columns["deleted_at"] is not None:
            draft.columns["deleted_at"], draft.changed = None, True
        draft.changed |= bool(joins)
        draft.lists.update(joins)
        draft.joins += joins
        return not unsubscribed

    def _revives(self) -> bool:
        wanted = self.store.switches.import_of_deleted
        if wanted is Deleted.ROW_ERROR:
            raise RowRefused("Contact was deleted")
        return wanted is Deleted.REVIVED

    def _joins(self, draft: Draft) -> list[int]:
        joins = [each for each in self.lists if each not in draft.lists]
        if len(draft.lists) + len(joins) <= MAX_LISTS:
            return joins
        if self.store.switches.import_fifty_first_list is RowProblem.ROW_ERROR:
            raise RowRefused(f"More than {MAX_LISTS} lists")
        return joins[: max(0, MAX_LISTS - len(draft.lists))]

    def _new(self, email: str, key: str) -> Draft:
        columns: dict[str, Any] = dict.fromkeys(CORE)
        columns |= {
            "account": self.account,
            "contact_id": new_id(),
            "email": email,
            "email_key": key,
            "permission": "implicit",
            "opt_in_source": "Account",
            "opt_in_date": self.now,
            "email_created_at": self.now,
            "email_updated_at": self.now,
            "create_source": "Account",
            "created_at": self.now,
            "deleted_at": None,
            "custom": "{}",
            "phones": "[]",
            "addresses": "[]",
        }
        return Draft(columns, row=None)

    def save(self) -> None:
        """Write every touched contact and its new memberships."""
        moves_all = self.store.switches.import_moves_unchanged
        drafts = [draft for draft in self.touched.values() if draft.changed or moves_all]
        for draft in drafts:
            draft.columns |= {
                "update_source": "Account",
                "updated_at": self.now,
                "custom": json.dumps(draft.custom, ensure_ascii=False),
            }
        self._insert([draft for draft in drafts if draft.row is None])
        self._update([draft for draft in drafts if draft.row is not None])
        join_pairs(
            self.store,
            ((each, draft.row) for draft in drafts for each in draft.joins if draft.row is not None),
        )

    def _insert(self, drafts: list[Draft]) -> None:
        first = self.store.number("SELECT max(id) FROM contact") + 1
        for row, draft in enumerate(drafts, start=first):
            draft.row = row
        columns, marks = ", ".join(_INSERTED), ", ".join("?" * len(_INSERTED))
        self.store.run_many(
            f"INSERT INTO contact (id, {columns}) VALUES (?, {marks})",  # noqa: S608
            ((draft.row, *(draft.columns[name] for name in _INSERTED)) for draft in drafts),
        )

    def _update(self, drafts: list[Draft]) -> None:
        columns = ", ".join(f"{name} = ?" for name in _WRITTEN)
        self.store.run_many(
            f"UPDATE contact SET {columns} WHERE id = ?",  # noqa: S608
            ((*(draft.columns[name] for name in _WRITTEN), draft.row) for draft in drafts),
        )
