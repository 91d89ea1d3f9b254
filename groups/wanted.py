"""Who ought to be in a group: its definition in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Case, Exists, IntegerChoices, IntegerField, OuterRef, Q, Value, When

from groups.beneficiaries import beneficiary_q
from groups.conditions.compiling import to_q
from groups.conditions.tree import parse
from groups.models import Basis, BeneficiaryKind, Group, GroupRecord
from members.fields import Catalogue

IN_GOOD_ORDER = Q(active=True, approved=True)


class Standing(IntegerChoices):
    OUTSIDE = 0
    MEMBER = 1
    BENEFICIARY = 2


STORED_STANDING = Case(
    When(is_beneficiary=True, then=Value(Standing.BENEFICIARY.value)),
    default=Value(Standing.MEMBER.value),
    output_field=IntegerField(),
)
"""The Standing of a GroupMember."""


@dataclass(frozen=True)
class Recipe:
    """`primary` selects the members themselves, in whatever order they are; `weight` counts its comparisons."""

    primary: Q
    beneficiaries: tuple[BeneficiaryKind, ...]
    weight: int = 1
    version: int = 0
    """Of the group's definition."""

    @property
    def members(self) -> Q:
        return IN_GOOD_ORDER & self.primary

    def wanted(self) -> Case:
        """The record's Standing; for `annotate` on Member."""
        members = self.members
        brought = IN_GOOD_ORDER & beneficiary_q(self.beneficiaries, primary=members)
        return Case(
            When(members, then=Value(Standing.MEMBER.value)),
            When(brought, then=Value(Standing.BENEFICIARY.value)),
            default=Value(Standing.OUTSIDE.value),
            output_field=IntegerField(),
        )


def recipe_of(group: Group, *, fields: Catalogue, today: date) -> Recipe:
    """What the stored definition asks for. Raises InvalidConditions."""
    kinds = beneficiary_kinds(group.beneficiaries)
    if group.basis == Basis.RECORDS:
        picked = GroupRecord.objects.filter(group=group.pk, member=OuterRef("pk"))
        return Recipe(Q(Exists(picked)), kinds, version=group.version)
    recipe = recipe_of_conditions(group.conditions, kinds, fields=fields, today=today)
    return replace(recipe, version=group.version)


def recipe_of_conditions(
    conditions: object, kinds: tuple[BeneficiaryKind, ...], *, fields: Catalogue, today: date
) -> Recipe:
    """What these conditions (as JSON) ask for. Raises InvalidConditions."""
    tree = parse(conditions, fields)
    return Recipe(to_q(tree, today=today), kinds, weight=1 + sum(1 for _ in tree.conditions()))


def beneficiary_kinds(values: Iterable[str]) -> tuple[BeneficiaryKind, ...]:
    """Relationships in the order of the product, each once."""
    chosen = set(values)
    return tuple(kind for kind in BeneficiaryKind if kind in chosen)
