"""Why somebody is, or is not, in a group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from groups.beneficiaries import ways_of
from groups.conditions.evaluating import SetResult, explain
from groups.conditions.tree import InvalidConditions, parse
from groups.days import local_today
from groups.models import Basis, BeneficiaryKind, Group, GroupMember, GroupRecord, StaleMember
from groups.wanted import IN_GOOD_ORDER, Recipe, Standing, beneficiary_kinds, recipe_of
from members.fields import catalogue
from members.models import Member

PATH_WORDS = {
    BeneficiaryKind.INHERITING: "inheriting benefits",
    BeneficiaryKind.PEOPLE: "one of its people",
    BeneficiaryKind.PRIMARY: "primary contact",
    BeneficiaryKind.BILLING: "billing contact",
    BeneficiaryKind.MANAGEMENT: "management access",
}


@dataclass(frozen=True)
class Path:
    """A relationship that makes somebody a beneficiary: “through Acme Steel, primary contact”."""

    kind: BeneficiaryKind
    through: Member

    def __str__(self) -> str:
        return f"through {self.through.display_name}, {PATH_WORDS[self.kind]}"


@dataclass(frozen=True)
class Explanation:
    """`stored` is what the record is in the group, `wanted` what it ought to be at this moment; they differ
    while a recalculation `is_pending` or after the group failed (`error`).

    `meets` is whether it is a member by itself, by its `conditions` (None for a group of picked records and where
    they cannot be read) or because it was picked; `paths` are followed for groups with beneficiaries only.
    """

    group: Group
    member: Member
    stored: Standing
    meets: bool
    conditions: SetResult | None
    paths: tuple[Path, ...]
    is_pending: bool
    error: str

    @property
    def is_in_good_order(self) -> bool:
        return self.member.active and self.member.approved

    @property
    def wanted(self) -> Standing:
        if self.error:
            return self.stored
        if not self.is_in_good_order or not (self.meets or self.paths):
            return Standing.OUTSIDE
        return Standing.MEMBER if self.meets else Standing.BENEFICIARY

    def __str__(self) -> str:
        return " ".join(_sentences(self))


def why(group: Group, member: Member) -> Explanation:
    """Explain the place of one record in one group."""
    fields, today = catalogue(), local_today()
    conditions, error, meets = None, group.error, False
    paths: tuple[Path, ...] = ()
    try:
        recipe = recipe_of(group, fields=fields, today=today)
        if group.basis == Basis.CONDITIONS:
            conditions = explain(parse(group.conditions, fields), member, today=today)
            meets = conditions.holds
        else:
            meets = GroupRecord.objects.filter(group=group, member=member).exists()
        paths = tuple(_paths(group, recipe, member))
    except InvalidConditions as problem:
        error = error or str(problem)
    return Explanation(
        group=group,
        member=member,
        stored=_stored(group, member),
        meets=meets,
        conditions=conditions,
        paths=paths,
        is_pending=not group.is_calculated or StaleMember.objects.filter(member_id=member.pk).exists(),
        error=error,
    )


def _stored(group: Group, member: Member) -> Standing:
    row = GroupMember.objects.filter(group=group, member=member).first()
    if row is None:
        return Standing.OUTSIDE
    return Standing.BENEFICIARY if row.is_beneficiary else Standing.MEMBER


def _paths(group: Group, recipe: Recipe, member: Member) -> Iterator[Path]:
    """The relationships of the record that count for the group and lead to a member of it."""
    kinds = beneficiary_kinds(group.beneficiaries)
    ways = [way for way in ways_of([member.pk]).get(member.pk, []) if way[0] in kinds] if kinds else []
    among = Q(pk__in=[company_id for _, company_id in ways])
    primary = Member.objects.filter(among, IN_GOOD_ORDER, recipe.primary).in_bulk() if ways else {}
    for kind, company_id in ways:
        if company_id in primary:
            yield Path(kind, primary[company_id])


def _sentences(explanation: Explanation) -> Iterator[str]:
    name, group = explanation.member.display_name, explanation.group
    places = {Standing.OUTSIDE: "is not in", Standing.MEMBER: "is in", Standing.BENEFICIARY: "is in"}
    yield f"{name} {places[explanation.stored]} “{group.name}”."
    if explanation.error:
        yield f"The group could not be calculated: {explanation.error}"
        return
    yield _reason(explanation)
    if explanation.stored != explanation.wanted:
        yield f"After the next calculation it {places[explanation.wanted]} the group."


def _reason(explanation: Explanation) -> str:
    if not explanation.member.active:
        return "The record is not active, and only active and approved records are in groups."
    if not explanation.member.approved:
        return "The record is not approved, and only active and approved records are in groups."
    by_hand = explanation.group.basis == Basis.RECORDS
    if explanation.meets:
        return "It was picked by hand." if by_hand else "It meets the conditions."
    if explanation.paths:
        return f"It is a beneficiary {', and '.join(str(path) for path in explanation.paths)}."
    return "It was not picked." if by_hand else "It does not meet the conditions."
