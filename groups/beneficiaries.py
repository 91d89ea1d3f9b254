"""Beneficiaries: whom the members of a group bring along, by relationship; in SQL for all records of a group,
and as plain pairs for some records in all groups. The two say the same.

A beneficiary is active and approved, and so is the member it comes through. Relationships are followed one
step: beneficiaries bring nobody. A record that is both a member and a beneficiary counts as a member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from groups.models import BeneficiaryKind
from members.models import CompanyRole, Kind, Member, RoleKind

NOBODY = Q(pk__in=[])
ROLES: Mapping[BeneficiaryKind, RoleKind] = {
    BeneficiaryKind.PRIMARY: RoleKind.PRIMARY_CONTACT,
    BeneficiaryKind.BILLING: RoleKind.BILLING_CONTACT,
    BeneficiaryKind.MANAGEMENT: RoleKind.MANAGEMENT_ACCESS,
}
KINDS: Mapping[str, BeneficiaryKind] = {role: kind for kind, role in ROLES.items()}


def beneficiary_q(kinds: Iterable[BeneficiaryKind], *, primary: Q) -> Q:
    """The records that stand in one of these relationships to a record that meets `primary`."""
    chosen = list(kinds)
    ways: list[Any] = [*_of_family(chosen, primary), *_of_roles(chosen, primary)]
    return Q.create(ways, connector=Q.OR) if ways else NOBODY


def _of_family(kinds: list[BeneficiaryKind], primary: Q) -> Iterable[Q]:
    parents = Member.objects.filter(primary, pk=OuterRef("parent_id"))
    if BeneficiaryKind.INHERITING in kinds:
        yield Q(Exists(parents), kind=Kind.PERSON, inherits_benefits=True)
    if BeneficiaryKind.PEOPLE in kinds:
        yield Q(Exists(parents.filter(kind=Kind.COMPANY)), kind=Kind.PERSON)


def _of_roles(kinds: list[BeneficiaryKind], primary: Q) -> Iterable[Q]:
    """Nested, not joined: SQLite began a join with all records of a status, for each person anew (minutes, not tenths
    of a second, with 100,000 records)."""
    roles = [ROLES[kind] for kind in kinds if kind in ROLES]
    if roles:
        companies = Member.objects.filter(primary, pk=OuterRef("company_id"))
        held = CompanyRole.objects.filter(Exists(companies), person=OuterRef("pk"), role__in=roles)
        yield Q(Exists(held))


Way = tuple[BeneficiaryKind, int]
"""A relationship and the id of the record that it leads to."""


def ways_by_family(parent_id: int, *, inherits: bool, of_company: bool) -> list[Way]:
    """How a person hangs on the record above them."""
    by_inheriting = [(BeneficiaryKind.INHERITING, parent_id)] if inherits else []
    return [*by_inheriting, (BeneficiaryKind.PEOPLE, parent_id)] if of_company else by_inheriting


def ways_of(member_ids: Collection[int]) -> dict[int, list[Way]]:
    """{member id: its relationships}, for those that have any; two queries."""
    ways: dict[int, list[Way]] = defaultdict(list)
    people = Member.objects.filter(pk__in=member_ids, kind=Kind.PERSON, parent__isnull=False).order_by("pk")
    for person, parent, inherits, kind in people.values_list(
        "pk", "parent", "inherits_benefits", "parent__kind"
    ):
        if parent:
            ways[person] += ways_by_family(parent, inherits=inherits, of_company=kind == Kind.COMPANY)
    roles = CompanyRole.objects.filter(person__in=member_ids).order_by("company", "pk")
    for person, company, role in roles.values_list("person", "company", "role"):
        ways[person].append((KINDS[role], company))
    return dict(ways)
