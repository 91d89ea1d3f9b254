"""The cast: records and definitions made by the verbs, with telling defaults."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from members.custom_fields import create_custom_field
from members.fields import CUSTOM
from members.member_types import create_member_type
from members.models import CustomField, FieldType, Member, MemberType
from members.records import create_member
from members.signals import members_changed
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import AuditEntry

STAFF = Actor("Grace Hopper")


def company(name: str = "Acme Steel", **values: Any) -> Member:
    return create_member({"kind": "company", "name": name, **_keyed(values)}, actor=STAFF)


def person(first_name: str = "Ada", last_name: str = "Lovelace", **values: Any) -> Member:
    named = {"kind": "person", "first_name": first_name, "last_name": last_name}
    return create_member({**named, **_keyed(values)}, actor=STAFF)


def custom_field(label: str = "Division", type: FieldType = FieldType.TEXT, **details: Any) -> CustomField:
    return create_custom_field(label, type, actor=STAFF, **details)


def divisions(*options: str) -> CustomField:
    return custom_field("Division", FieldType.OPTIONS, options=options or ("Commercial", "Heavy", "Utility"))


def member_type(name: str = "Contractor") -> MemberType:
    return create_member_type(name, actor=STAFF)


def _keyed(values: Mapping[str, Any]) -> dict[str, Any]:
    """`custom={"division": …}` becomes `{"custom.division": …}`."""
    system = {key: value for key, value in values.items() if key != CUSTOM.rstrip(".")}
    return system | {CUSTOM + key: value for key, value in values.get("custom", {}).items()}


@contextmanager
def announcements() -> Iterator[list[dict[str, Any]]]:
    """What `members_changed` said inside the block."""
    heard: list[dict[str, Any]] = []

    def hear(sender: object, signal: object, **said: Any) -> None:
        heard.append(said)

    members_changed.connect(hear)
    try:
        yield heard
    finally:
        members_changed.disconnect(hear)


def audited(member: Member) -> list[tuple[str, str, str, str]]:
    """(action, field, before, after) of the record's audit entries, oldest first."""
    entries = AuditEntry.objects.filter(component="member", item_id=str(member.pk)).order_by("id")
    return list(entries.values_list("action", "field", "before", "after"))
