"""Contacts, one or a page at a time.

Neither `sign_up_form` nor `resubscribe` is offered: both put people back on lists that they left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from integrations.constant_contact.client import Client
from integrations.constant_contact.errors import NotFound
from integrations.constant_contact.limits import LIMITS
from integrations.constant_contact.times import format_time, parse_time

CORE = (
    "first_name",
    "last_name",
    "job_title",
    "company_name",
    "birthday_month",
    "birthday_day",
    "anniversary",
)
"""What a PUT sets to null when it is left out (SW putContact)."""

FIELD_ENTRY = ("custom_field_id", "value", "choice_ids")
"""SW ContactCustomField."""


class Permission(StrEnum):
    """SW EmailAddress.permission_to_send; UNKNOWN for contacts without an email address and for values of
    later.
    """

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    NOT_SET = "not_set"
    PENDING_CONFIRMATION = "pending_confirmation"
    TEMP_HOLD = "temp_hold"
    UNSUBSCRIBED = "unsubscribed"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> Permission:
        return cls.UNKNOWN


class Status(StrEnum):
    """SW getContacts.status."""

    ALL = "all"
    ACTIVE = "active"
    DELETED = "deleted"
    NOT_SET = "not_set"
    PENDING_CONFIRMATION = "pending_confirmation"
    TEMP_HOLD = "temp_hold"
    UNSUBSCRIBED = "unsubscribed"


class Include(StrEnum):
    """The parts of a contact that come only when they are asked for (SW getContacts.include)."""

    CUSTOM_FIELDS = "custom_fields"
    LIST_MEMBERSHIPS = "list_memberships"


EVERYTHING = frozenset(Include)


@dataclass(frozen=True)
class Contact:
    """A contact as read. `custom_fields` (field id → value) and `list_ids` mean something only when
    `included`.

    Fields of choices have no plain value: they are in `raw` alone. `email` is blank for contacts known by
    SMS only.
    """

    contact_id: str
    email: str
    permission: Permission
    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    company_name: str = ""
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    list_ids: frozenset[str] = frozenset()
    included: frozenset[Include] = frozenset()
    opt_out_source: str = ""
    opt_out_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def unsubscribed(self) -> bool:
        return self.permission is Permission.UNSUBSCRIBED

    @property
    def opted_out_by_contact(self) -> bool:
        """The person opted out, so that only the person can undo it (SW EmailAddress.opt_out_source)."""
        return self.unsubscribed and self.opt_out_source != "Account"

    @property
    def has_sms(self) -> bool:
        """Consents to text messages hang on it, which no PUT here sends back."""
        return bool(self.raw.get("sms_channel"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any], include: Collection[Include] = ()) -> Self:
        """SW ContactResource; `include` is what was asked for, since an empty part may be left out."""
        email = data.get("email_address") or {}
        texts = ("first_name", "last_name", "job_title", "company_name")
        return cls(
            contact_id=data["contact_id"],
            email=email.get("address") or "",
            permission=Permission(email.get("permission_to_send") or "unknown"),
            **{name: data.get(name) or "" for name in texts},
            custom_fields=_values(data.get("custom_fields") or []),
            list_ids=frozenset(data.get("list_memberships") or []),
            included=frozenset(each for each in Include if each in include or each in data),
            opt_out_source=email.get("opt_out_source") or "",
            opt_out_at=parse_time(email.get("opt_out_date")),
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
            deleted_at=parse_time(data.get("deleted_at")),
            raw=data,
        )


def _values(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {each["custom_field_id"]: str(each["value"]) for each in entries if each.get("value") is not None}


@dataclass(frozen=True)
class ContactPage:
    """One page; `total` is None unless it was asked for, `at` is Constant Contact's clock when it
    answered.
    """

    contacts: list[Contact]
    total: int | None
    at: datetime | None


@dataclass(frozen=True)
class Changes:
    """What to change in a contact: None or absent leaves it, "" clears it. `custom_fields`: field id →
    value.
    """

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    company_name: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)


def pages(
    client: Client,
    *,
    status: Collection[Status] = (),
    list_ids: Collection[str] = (),
    updated_after: datetime | None = None,
    optout_after: datetime | None = None,
    include: Collection[Include] = (),
    include_count: bool = False,
    limit: int = LIMITS.contact_page,
) -> Iterator[ContactPage]:
    """Page through the contacts that match every filter; one request for up to 500 (SW getContacts).

    Without `status` deleted contacts are left out. `updated_after` misses people who unsubscribed;
    `optout_after` finds those. Raises ValueError for more than 25 lists.
    """
    if len(list_ids) > LIMITS.contact_page_lists:
        raise ValueError(f"At most {LIMITS.contact_page_lists} lists in one filter, not {len(list_ids)}")
    filters = {
        "status": _csv(status),
        "lists": _csv(list_ids),
        "updated_after": format_time(updated_after) if updated_after else "",
        "optout_after": format_time(optout_after) if optout_after else "",
        "include": _csv(include),
        "include_count": "true" if include_count else "",
        "limit": limit,
    }
    params = {name: value for name, value in filters.items() if value}
    for answer in client.pages("/contacts", params):
        found = [Contact.from_json(each, include) for each in answer.data.get("contacts") or []]
        yield ContactPage(found, answer.data.get("contacts_count"), answer.at)


def read(client: Client, contact_id: str, *, include: Collection[Include] = EVERYTHING) -> Contact | None:
    """One contact, a deleted one with `deleted_at` or as None: both answers are possible (SW getContact)."""
    params = {"include": _csv(include)} if include else None
    try:
        data = client.get(f"/contacts/{contact_id}", params)
    except NotFound:
        return None
    return Contact.from_json(data, include)


def find(client: Client, email: str, *, include: Collection[Include] = EVERYTHING) -> Contact | None:
    """The contact with this address, deleted ones included: they keep the address taken.

    SW getContacts.email.
    """
    params = {"email": email, "status": Status.ALL.value, "include": _csv(include)}
    found = client.get("/contacts", {name: value for name, value in params.items() if value})
    matches = [Contact.from_json(each, include) for each in found.get("contacts") or []]
    return min(matches, key=lambda each: each.deleted_at is not None, default=None)


def find_now(client: Client, email: str) -> Contact | None:
    """The contact with this address as it is at this moment: 2 requests, 1 where there is none.

    How far the search lags behind is undocumented, so what it finds is read by its id. A deleted one, which may not
    be there to be read, is answered as found.
    """
    found = find(client, email)
    if found is None:
        return None
    current = read(client, found.contact_id)
    if current is None:
        return found if found.deleted_at else None
    return current if current.email.strip().casefold() == email.strip().casefold() else None


def create(client: Client, values: Changes, *, list_ids: Collection[str] = ()) -> Contact:
    """Make a contact with implicit permission, on the lists (SW createContact).

    Raises Conflict, with the other's `contact_id` where it is told, when the address was ever used in the
    account.
    """
    return Contact.from_json(client.write("POST", "/contacts", post_body(values, list_ids)))


def post_body(values: Changes, list_ids: Collection[str] = ()) -> dict[str, Any]:
    """The body of a POST. Raises ValueError without an email address."""
    if not values.email:
        raise ValueError("A contact is made with an email address")
    body: dict[str, Any] = {
        "email_address": {"address": values.email, "permission_to_send": Permission.IMPLICIT.value},
        "create_source": "Account",
        **{name: value for name in CORE if (value := getattr(values, name, None))},
    }
    if entries := _entries(values.custom_fields):
        body["custom_fields"] = entries
    if list_ids:
        body["list_memberships"] = sorted(list_ids)
    return body


def update(client: Client, contact_id: str, body: Mapping[str, Any]) -> Contact:
    """Write a contact with a body of `put_body`; revives a deleted one (SW putContact).

    Raises NotFound, and Conflict when another contact has the address or is changed at this moment.
    """
    return Contact.from_json(client.write("PUT", f"/contacts/{contact_id}", body))


def put_body(contact: Contact, changes: Changes) -> dict[str, Any]:
    """The body of a PUT that makes the changes and no other (SW ContactPutRequest).

    Core properties go back as just read, because a PUT nulls those it lacks. Permission, lists and tags
    never go back: that would undo what happened since the read. Custom fields are sent only when one
    changes, then all of them, because the array replaces what is there; for that they must have been read,
    else ValueError.
    """
    email = contact.email if changes.email is None else changes.email
    kept = {name: contact.raw.get(name) for name in CORE}
    core = {name: value for name in CORE if (value := _changed(changes, name, kept[name]))}
    body: dict[str, Any] = {"update_source": "Account", **core}
    if email:
        body["email_address"] = {"address": email}
    if changes.custom_fields:
        body["custom_fields"] = _merged(contact, changes.custom_fields)
    return body


def _changed(changes: Changes, name: str, kept: Any) -> Any:
    new = getattr(changes, name, None)
    return kept if new is None else new


def _merged(contact: Contact, changed: Mapping[str, str]) -> list[dict[str, Any]]:
    if Include.CUSTOM_FIELDS not in contact.included:
        raise ValueError("Custom fields can be changed only in a contact that was read with them")
    entries = contact.raw.get("custom_fields") or []
    foreign = [_sent_back(each) for each in entries if each["custom_field_id"] not in changed]
    return foreign + _entries(changed)


def _sent_back(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it may be written: what an answer says beyond SW ContactCustomField is no input."""
    return {name: entry[name] for name in FIELD_ENTRY if entry.get(name) is not None}


def _entries(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"custom_field_id": each, "value": value} for each, value in values.items() if value]


def delete(client: Client, contact_id: str) -> None:
    """Delete a contact: it leaves every list, and its address stays taken. Raises NotFound.

    SW deleteContact.
    """
    client.request("DELETE", f"/contacts/{contact_id}")


def _csv(values: Collection[str]) -> str:
    return ",".join(sorted(values))
