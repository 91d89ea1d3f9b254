"""Custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from integrations.constant_contact.client import Client
from integrations.constant_contact.limits import LIMITS
from integrations.constant_contact.times import parse_time


class FieldType(StrEnum):
    """The types that are made here; fields of people's own may have others (SW CustomField.type)."""

    STRING = "string"
    DATE = "date"


@dataclass(frozen=True)
class CustomField:
    """`name` is Constant Contact's own and can never be derived from the label; imports address it as
    `cf:<name>`.
    """

    field_id: str
    label: str
    name: str
    type: str
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def import_key(self) -> str:
        return f"cf:{self.name}"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """SW CustomField."""
        return cls(
            field_id=data["custom_field_id"],
            label=data["label"],
            name=data["name"],
            type=data["type"],
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
        )


def read_all(client: Client) -> list[CustomField]:
    """Every custom field; one request, an account has at most 100 (SW getCustomFields)."""
    pages = client.pages("/contact_custom_fields", {"limit": LIMITS.field_page})
    return [CustomField.from_json(each) for page in pages for each in page.data.get("custom_fields") or []]


def create(client: Client, *, label: str, type: FieldType = FieldType.STRING) -> CustomField:
    """Make a field. Raises Conflict when the label is taken, Invalid when there are 100.

    SW postCustomFields.
    """
    body = {"label": label, "type": type}
    return CustomField.from_json(client.write("POST", "/contact_custom_fields", body))


def rename(client: Client, field_id: str, *, label: str) -> CustomField:
    """Change a field's label; its `name` may change with it, so store what comes back (SW putCustomField)."""
    data = client.write("PUT", f"/contact_custom_fields/{field_id}", {"label": label})
    return CustomField.from_json(data)


def delete(client: Client, field_id: str) -> None:
    """Delete a field and its values in every contact, at once. Raises NotFound (SW deleteCustomField)."""
    client.request("DELETE", f"/contact_custom_fields/{field_id}")
