"""Builders of records, groups and trees with telling defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from groups import slots
from groups.definitions import Definition, create_group
from groups.membership import recalculate
from groups.models import Basis, BeneficiaryKind, Group, GroupMember
from groups.signals import membership_changed
from members.announced import announced_write
from members.derived import derive
from members.fields import Catalogue, catalogue
from members.models import AppliesTo, CompanyRole, CustomField, FieldType, Kind, Member, MemberType, RoleKind
from novi_ams.audit.actor import Actor

TODAY = date(2026, 3, 8)
STAFF = Actor("Grace Hopper")


def define(
    key: str, type_: FieldType, *, options: Iterable[str] = (), applies_to: AppliesTo = AppliesTo.BOTH
) -> CustomField:
    with announced_write():
        return CustomField.objects.create(
            key=key,
            label=key.replace("_", " ").title(),
            type=type_,
            options=list(options),
            applies_to=applies_to,
        )


def member_type(name: str) -> MemberType:
    with announced_write():
        return MemberType.objects.create(name=name)


def person(first_name: str = "Ada", **columns: Any) -> Member:
    return record(kind=Kind.PERSON, first_name=first_name, **columns)


def company(name: str = "Acme Steel", **columns: Any) -> Member:
    return record(kind=Kind.COMPANY, name=name, **columns)


def record(**columns: Any) -> Member:
    """A record as the verbs store it, with nobody told; `custom` holds values as people type them."""
    fields, typed = catalogue(), columns.pop("custom", {})
    member = Member(**columns)
    for key, value in typed.items():
        source = fields[f"custom.{key}"]
        source.set(member, source.type.parse(value))
    return store(member, fields)


def store(member: Member, fields: Catalogue) -> Member:
    derive(member, fields.own_text_fields)
    with announced_write():
        member.save()
    return member


def give_role(who: Member, role: RoleKind, *, at: Member) -> CompanyRole:
    with announced_write():
        return CompanyRole.objects.create(company=at, person=who, role=role)


def row(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    """One condition as JSON."""
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def every(*items: dict[str, Any]) -> dict[str, Any]:
    return {"match": "all", "items": list(items)}


def some(*items: dict[str, Any]) -> dict[str, Any]:
    return {"match": "any", "items": list(items)}


OHIO = row("billing_state", "is", "Ohio")


def group(
    *conditions: dict[str, Any],
    name: str = "Ohio",
    beneficiaries: Iterable[BeneficiaryKind] = (),
    records: Iterable[Member] | None = None,
) -> Group:
    """A group as staff define it, not calculated yet; every condition has to hold."""
    definition = Definition(
        name=name,
        basis=Basis.CONDITIONS if records is None else Basis.RECORDS,
        conditions=every(*conditions) if records is None else {},
        beneficiaries=list(beneficiaries),
        record_ids=None if records is None else [one.pk for one in records],
    )
    return create_group(definition, actor=STAFF)


def calculated(*conditions: dict[str, Any], **options: Any) -> Group:
    made = group(*conditions, **options)
    recalculate()
    made.refresh_from_db()
    return made


def inside(of: Group) -> dict[str, str]:
    """{first name or name: “member” or “beneficiary”}, as stored."""
    rows = GroupMember.objects.filter(group=of).select_related("member")
    return {
        one.member.first_name or one.member.name: "beneficiary" if one.is_beneficiary else "member"
        for one in rows
    }


@dataclass
class Heard:
    """What `membership_changed` said: (group id, ids, background), in order."""

    said: list[tuple[int, set[int], bool]] = field(default_factory=list)

    def hear(self, *, places: Mapping[int, Iterable[int]], background: bool, **_: Any) -> None:
        self.said += [(group_id, set(found), background) for group_id, found in places.items()]


EVERY_GROUP = Q(pk__isnull=False)


@contextmanager
def hearing() -> Iterator[Heard]:
    """Listen to every group, as a room that follows them all."""
    heard, followed = Heard(), slots.followed._fillers[:]
    membership_changed.connect(heard.hear)
    slots.followed.register(lambda: EVERY_GROUP)
    try:
        yield heard
    finally:
        membership_changed.disconnect(heard.hear)
        slots.followed._fillers[:] = followed
