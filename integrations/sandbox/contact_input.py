"""What callers write into a contact, checked as the service checks it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request

from integrations.sandbox.choices import Mangling, Overlong
from integrations.sandbox.contact_resource import CORE, parse_date
from integrations.sandbox.errors import invalid, wrong_content_type
from integrations.sandbox.store import Store

# Maximum characters, from the provider's swagger (3.0.178).
EMAIL_LENGTH = 80
NAME_LENGTH = 50
ANNIVERSARY_LENGTH = 10
VALUE_LENGTH = 255
PHONE_LENGTH = 25
REASON_LENGTH = 255
MAX_VALUES = 25
MAX_PHONES = 3
MAX_ADDRESSES = 3
MAX_NOTES = 150

SOURCES = ("Account", "Contact")
PERMISSIONS = ("explicit", "implicit", "not_set", "pending_confirmation", "temp_hold", "unsubscribed")

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]{2,}")
_TEXTS = ("first_name", "last_name", "job_title", "company_name")

CustomValue = str | list[str]


def is_email(text: str) -> bool:
    return bool(_EMAIL.fullmatch(text)) and ".." not in text and text.isascii()


def email_key(email: str) -> str:
    return email.strip().lower()


def read_object(request: Request, *, json_only: bool = False) -> dict[str, Any]:
    """The body as an object; 400 if it is not one, 415 for another content type where that is checked."""
    if json_only and request.mimetype != "application/json":
        raise wrong_content_type()
    try:
        body = json.loads(request.get_data() or b"null")
    except ValueError as error:
        raise invalid("The request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object")
    return body


def mangle(store: Store, text: str) -> str:
    """What the service makes of a value before it keeps it, if it is set to meddle."""
    mangling = store.switches.mangling
    if mangling is Mangling.TRIMS:
        return text.strip()
    if mangling is Mangling.REFORMATS:
        return " ".join(text.replace("’", "'").split()).rstrip(".")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactInput:
    """A body of POST or PUT /contacts; None means the part was left out."""

    core: dict[str, Any]
    email: str | None
    permission: str | None
    opt_out_reason: str | None
    custom: dict[str, CustomValue] | None
    list_ids: list[str] | None
    phones: list[dict[str, Any]] | None
    addresses: list[dict[str, Any]] | None
    taggings: list[str] | None
    notes: list[dict[str, Any]] | None


class _Reader:
    """Reads one body and gathers every complaint, which the service answers joined by commas."""

    def __init__(self, store: Store, body: dict[str, Any]) -> None:
        self.store, self.body, self.problems = store, body, list[str]()

    def source(self, name: str) -> None:
        if name not in self.body:
            self.problems.append(f"{name} is missing")
        if self.body.get(name) not in SOURCES:
            self.problems.append(f"{name} does not have a valid value")

    def text(self, where: dict[str, Any], name: str, longest: int) -> str | None:
        value = where.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.problems.append(f"{name} does not have a valid value")
            return None
        value = mangle(self.store, value)
        if len(value) <= longest:
            return value or None
        if self.store.switches.overlong_values is not Overlong.TRUNCATED:
            self.problems.append(f"{name} must not exceed {longest} characters")
        return value[:longest]

    def number(self, name: str, highest: int) -> int | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
            self.problems.append(f"{name} does not have a valid value")
            return None
        return value

    def core(self) -> dict[str, Any]:
        found: dict[str, Any] = {name: self.text(self.body, name, NAME_LENGTH) for name in _TEXTS}
        found["birthday_month"] = self.number("birthday_month", 12)
        found["birthday_day"] = self.number("birthday_day", 31)
        found["anniversary"] = self.text(self.body, "anniversary", ANNIVERSARY_LENGTH)
        if (found["birthday_month"] is None) != (found["birthday_day"] is None):
            self.problems.append("birthday_month and birthday_day must both be given")
        return {name: found[name] for name in CORE}

    def email(self) -> dict[str, Any]:
        given = self.body.get("email_address")
        if given is None:
            return {}
        address = given.get("address") if isinstance(given, dict) else None
        if not isinstance(address, str) or not is_email(address.strip()) or len(address) > EMAIL_LENGTH:
            self.problems.append("Email address is invalid")
            return {}
        if given.get("permission_to_send") not in (None, *PERMISSIONS):
            self.problems.append("permission_to_send does not have a valid value")
        return dict(given) | {"address": address.strip()}

    def array(self, name: str, longest: int | None = None) -> list[Any] | None:
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            self.problems.append(f"{name} must be an array")
            return None
        if longest is not None and len(value) > longest:
            self.problems.append(f"{name} must not hold more than {longest} entries")
        return value

    def objects(self, name: str, longest: int) -> list[dict[str, Any]] | None:
        entries = self.array(name, longest)
        if entries is not None and not all(isinstance(entry, dict) for entry in entries):
            self.problems.append(f"{name} does not have a valid value")
            return None
        return entries

    def custom(self, types: dict[str, str]) -> dict[str, CustomValue] | None:
        entries = self.objects("custom_fields", MAX_VALUES)
        if entries is None:
            return None
        found: dict[str, CustomValue] = {}
        for entry in entries:
            field_id = entry.get("custom_field_id")
            if field_id not in types:
                self.problems.append(f"custom_field_id {field_id} does not exist")
                continue
            value = entry.get("choice_ids") or self.text(entry, "value", VALUE_LENGTH)
            if isinstance(value, str) and self._is_bad_date(types[field_id], value):
                self.problems.append("custom field value is not a valid date")
            if value:
                found[field_id] = value
        return found

    def _is_bad_date(self, kind: str, value: str) -> bool:
        return kind == "date" and self.store.switches.bad_dates_refused and parse_date(value) is None

    def phones(self) -> list[dict[str, Any]] | None:
        entries = self.objects("phone_numbers", MAX_PHONES)
        for entry in entries or []:
            self.text(entry, "phone_number", PHONE_LENGTH)
        return entries

    def addresses(self) -> list[dict[str, Any]] | None:
        entries = self.objects("street_addresses", MAX_ADDRESSES)
        for entry in entries or []:
            if entry.get("kind") not in ("home", "work", "other"):
                self.problems.append("kind does not have a valid value")
            self.text(entry, "street", VALUE_LENGTH)
        return entries


def read_contact(store: Store, account: int, body: dict[str, Any], *, source: str) -> ContactInput:
    """Parse the body of a POST (`source` is create_source) or PUT (update_source).

    Raises one 400 with every problem.
    """
    reader = _Reader(store, body)
    reader.source(source)
    email = reader.email()
    given = ContactInput(
        core=reader.core(),
        email=email.get("address"),
        permission=email.get("permission_to_send"),
        opt_out_reason=reader.text(email, "opt_out_reason", REASON_LENGTH),
        custom=reader.custom(field_types(store, account)),
        list_ids=reader.array("list_memberships"),
        phones=reader.phones(),
        addresses=reader.addresses(),
        taggings=reader.array("taggings", 50),
        notes=reader.objects("notes", MAX_NOTES),
    )
    if reader.problems:
        raise invalid(", ".join(reader.problems))
    return given


def field_types(store: Store, account: int) -> dict[str, str]:
    rows = store.all("SELECT custom_field_id, type FROM custom_field WHERE account = ?", account)
    return {row["custom_field_id"]: row["type"] for row in rows}
