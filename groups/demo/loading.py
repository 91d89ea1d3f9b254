"""Loads the demo association by the same verbs that people and imports use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import reset_queries

from groups.definitions import Definition, create_group
from groups.demo import words
from groups.demo.definitions import DemoGroup, demo_groups
from groups.demo.families import Family, Row, families
from groups.models import Basis, Group
from members.chunks import chunked
from members.custom_fields import create_custom_field
from members.member_types import create_member_type
from members.models import AppliesTo, CustomField, FieldType, Member, MemberType, RoleKind
from members.records import create_members
from members.roles import NewRole, give_roles
from novi_ams.association.change_settings import change_settings
from novi_ams.audit.actor import Actor

FAMILIES_AT_ONCE = 400
DEMO = Actor("Demo data")
Progress = Callable[[int], object]
"""Called with how many more records are there."""


@dataclass(frozen=True)
class Size:
    members: int = 400
    groups: int = 8
    seed: int = 7


def is_loaded() -> bool:
    """Whether there is anything that the demo would be mixed with."""
    models = (Member, Group, CustomField, MemberType)
    return any(model.objects.exists() for model in models)


def load_demo(size: Size, *, today: date, progress: Progress) -> None:
    """Load settings, fields, member types, records, roles and groups. Stream of chunks: memory stays flat."""
    change_settings(
        name=words.ASSOCIATION,
        time_zone="America/New_York",
        digest_recipients="admin@example.org",
        audit_retention_days=None,
        actor=DEMO,
    )
    define_fields()
    for name in words.MEMBER_TYPES:
        create_member_type(name, actor=DEMO)
    for batch in chunked(families(size.members, seed=size.seed, today=today), FAMILIES_AT_ONCE):
        load_families(batch, progress=progress)
        # With DEBUG Django keeps the last 9,000 statements, and these are long.
        reset_queries()
    for group in demo_groups(size.groups):
        create_group(definition_of(group), actor=DEMO)


def define_fields() -> None:
    """Six custom fields, one of nearly every type."""
    people, companies = AppliesTo.PERSON, AppliesTo.COMPANY
    safety, firm = "Safety & Training", "Firm"
    create_custom_field(
        "Certification Expires", FieldType.DATE, section=safety, applies_to=people, actor=DEMO
    )
    create_custom_field(
        "OSHA 30 Completed", FieldType.CHECKBOX, section=safety, applies_to=people, actor=DEMO
    )
    create_custom_field(
        "Division",
        FieldType.OPTIONS,
        options=words.DIVISIONS,
        section=firm,
        applies_to=companies,
        help_text="A firm may work in several divisions.",
        actor=DEMO,
    )
    create_custom_field(
        "Region",
        FieldType.OPTION,
        options=words.REGIONS,
        section=firm,
        applies_to=companies,
        actor=DEMO,
    )
    create_custom_field("Employees", FieldType.NUMBER, section=firm, applies_to=companies, actor=DEMO)
    create_custom_field("Union Local", FieldType.TEXT, section=firm, actor=DEMO)


def load_families(batch: Sequence[Family], *, progress: Progress) -> None:
    """Create heads, then their sub companies, then everybody's people, then the company roles."""
    heads = _create([family.head for family in batch], progress)
    subs = _create(
        [row | {"parent": head} for family, head in zip(batch, heads, strict=True) for row in family.subs],
        progress,
    )
    employees, rows, first_sub = [], [], 0
    for family, head in zip(batch, heads, strict=True):
        for employee in family.people:
            above = head if employee.at is None else subs[first_sub + employee.at]
            rows.append(employee.row | {"parent": above})
            employees.append((head, employee.roles))
        first_sub += len(family.subs)
    people = _create(rows, progress)
    given = zip(employees, people, strict=True)
    give_roles([NewRole(head, person, role) for (head, roles), person in given for role in roles], actor=DEMO)


def _create(rows: Sequence[Row], progress: Progress) -> list[int]:
    outcome = create_members(rows, actor=DEMO, on_chunk=lambda done: progress(len(done.written)))
    if outcome.refused:
        first = outcome.refused[0]
        raise ValueError(f"The demo record {rows[first.row]} was refused: {first.problems}")
    return [outcome.written[number] for number in range(len(rows))]


def definition_of(group: DemoGroup) -> Definition:
    return Definition(
        name=group.name,
        description=group.description,
        category=group.category,
        basis=Basis.RECORDS if group.records else Basis.CONDITIONS,
        conditions=group.conditions,
        beneficiaries=[kind.value for kind in group.beneficiaries],
        record_ids=_board(group.records) if group.records else None,
    )


def _board(count: int) -> list[int]:
    """The first primary contacts in good order."""
    contacts: Any = Member.objects.in_good_order().filter(
        roles__role=RoleKind.PRIMARY_CONTACT, roles__company__status="current"
    )
    found: list[int] = list(contacts.order_by("pk").values_list("pk", flat=True)[:count])
    return found
