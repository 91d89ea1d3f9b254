"""One row of an import: which contact values it holds, or why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.choices import Overlong, RowProblem
from integrations.sandbox.contact_input import (
    ANNIVERSARY_LENGTH,
    EMAIL_LENGTH,
    MAX_ADDRESSES,
    MAX_PHONES,
    MAX_VALUES,
    NAME_LENGTH,
    VALUE_LENGTH,
    is_email,
    mangle,
)
from integrations.sandbox.contact_resource import parse_date
from integrations.sandbox.fields import fields_of
from integrations.sandbox.store import Store

EMAIL_LENGTH_IN_IMPORT = 50
PHONE_LENGTH_IN_IMPORT = 50

_TEXTS = dict.fromkeys(("first_name", "last_name", "job_title", "company_name"), NAME_LENGTH)
_TEXTS["anniversary"] = ANNIVERSARY_LENGTH

# Column of the row → kind of the phone number.
_PHONES = {
    "phone": "other",
    "home_phone": "home",
    "work_phone": "work",
    "mobile_phone": "mobile",
    "other_phone": "other",
}

# Prefix of the row's columns → kind of the address.
_ADDRESSES = {"": "home", "home_": "home", "work_": "work", "other_": "other"}
_ADDRESS_PARTS = {
    "street": "street",
    "street2": "street2",
    "city": "city",
    "state": "state",
    "zip": "postal_code",
    "country": "country",
}


class RowRefused(Exception):
    """A row that is not imported; `correctable` ones people could mend in Constant Contact's own screens."""

    def __init__(self, message: str, *, correctable: bool = False) -> None:
        super().__init__(message)
        self.correctable = correctable


@dataclass(frozen=True, slots=True)
class RowValues:
    """What a row says; a value of None clears."""

    email: str
    core: dict[str, str | int | None]
    custom: dict[str, str | None]
    phones: dict[str, str]
    addresses: dict[str, dict[str, str]]


class RowReader:
    def __init__(self, store: Store, account: int) -> None:
        self.store, self.switches = store, store.switches
        fields = fields_of(store, account)
        self.fields = {f"cf:{row['name']}": row["custom_field_id"] for row in fields}
        self.dates = {row["custom_field_id"] for row in fields if row["type"] == "date"}
        sql = "SELECT email_key FROM flagged WHERE account = ? AND until > ?"
        self.flagged = {row["email_key"] for row in store.all(sql, account, store.seconds())}

    def read(self, row: dict[str, Any]) -> RowValues:
        """Raises RowRefused."""
        email = self._email(row)
        core: dict[str, str | int | None] = {}
        for name, longest in _TEXTS.items():
            if name in row and self._counts(row[name]):
                core[name] = self._text(row[name], name, longest)
        core |= self._birthday(row)
        return RowValues(email, core, self._custom(row), self._phones(row), self._addresses(row))

    def _counts(self, value: Any) -> bool:
        """Whether a value says anything: blanks do only where the service clears them."""
        return self.switches.import_clears_blanks or value not in ("", None)

    def _email(self, row: dict[str, Any]) -> str:
        email = row.get("email")
        if not isinstance(email, str) or not email.strip():
            raise RowRefused("No email address", correctable=True)
        email = email.strip()
        if not is_email(email):
            raise RowRefused("Email address is invalid", correctable=True)
        longest = EMAIL_LENGTH_IN_IMPORT
        if self.switches.import_long_emails is RowProblem.IGNORED:
            longest = EMAIL_LENGTH
        if len(email) > longest:
            raise RowRefused("Email address is too long")
        if email.lower() in self.flagged:
            raise RowRefused("Email address cannot be added")
        return email

    def _text(self, value: Any, name: str, longest: int) -> str | None:
        text = mangle(self.store, value if isinstance(value, str) else str(value or ""))
        if len(text) > longest:
            if self.switches.import_overlong_values is not Overlong.TRUNCATED:
                raise RowRefused(f"{name} must not exceed {longest} characters")
            text = text[:longest]
        return text or None

    def _birthday(self, row: dict[str, Any]) -> dict[str, int]:
        month, day = row.get("birthday_month"), row.get("birthday_day")
        if month in ("", None) and day in ("", None):
            return {}
        try:
            found = {"birthday_month": int(str(month)), "birthday_day": int(str(day))}
        except ValueError as error:
            raise RowRefused("Birthday is invalid", correctable=True) from error
        if not (1 <= found["birthday_month"] <= 12 and 1 <= found["birthday_day"] <= 31):
            raise RowRefused("Birthday is invalid", correctable=True)
        return found

    def _custom(self, row: dict[str, Any]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for key, value in row.items():
            if not key.startswith("cf:"):
                continue
            field_id = self.fields.get(key)
            if field_id is None:
                if self.switches.import_unknown_field is RowProblem.IGNORED:
                    continue
                raise RowRefused(f"Custom field {key[3:]} does not exist")
            if self._counts(value):
                found[field_id] = self._value(field_id, value)
        if len(found) > MAX_VALUES:
            raise RowRefused(f"More than {MAX_VALUES} custom fields")
        return found

    def _value(self, field_id: str, value: Any) -> str | None:
        text = self._text(value, "custom field value", VALUE_LENGTH)
        if text and field_id in self.dates and self.switches.bad_dates_refused and parse_date(text) is None:
            raise RowRefused("Date is invalid", correctable=True)
        return text

    def _phones(self, row: dict[str, Any]) -> dict[str, str]:
        found = {}
        for key, kind in _PHONES.items():
            if row.get(key):
                found[kind] = self._text(row[key], key, PHONE_LENGTH_IN_IMPORT) or ""
        if len(found) > MAX_PHONES:
            raise RowRefused(f"More than {MAX_PHONES} phone numbers")
        return found

    def _addresses(self, row: dict[str, Any]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for prefix, kind in _ADDRESSES.items():
            for key, part in _ADDRESS_PARTS.items():
                value = row.get(prefix + key)
                if value:
                    longest = VALUE_LENGTH if part.startswith("street") else NAME_LENGTH
                    found.setdefault(kind, {})[part] = self._text(value, prefix + key, longest) or ""
        for parts in found.values():
            if "street2" in parts:
                parts["street"] = f"{parts.get('street', '')} {parts.pop('street2')}".strip()
        if len(found) > MAX_ADDRESSES:
            raise RowRefused(f"More than {MAX_ADDRESSES} addresses")
        return found
