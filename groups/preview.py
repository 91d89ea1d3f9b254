"""Who a definition would match, before it is saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from groups.days import local_today
from groups.definitions import Definition, check
from groups.models import Basis, Group
from groups.picked_records import picked_ids
from groups.query_plans import without_jit
from groups.wanted import Recipe, Standing, beneficiary_kinds, recipe_of_conditions
from groups.whole_groups import standings
from members.fields import catalogue
from members.models import Member

SAMPLE = 10
INSIDE = (Standing.MEMBER, Standing.BENEFICIARY)
Ids = QuerySet[Member, int]


@dataclass(frozen=True)
class Preview:
    """`joining` and `leaving` are counts against the group as it is calculated now, all and none for a new one;
    `joining_ids` and `leaving_ids` are queries for them, to be asked only by who needs to know."""

    members: int
    beneficiaries: int
    joining: int
    leaving: int
    sample: list[Member]
    joining_ids: Ids
    leaving_ids: Ids


def preview(definition: Definition, *, group: Group | None = None) -> Preview:
    """What saving the definition (of `group`, or of a new one) would do; two queries over all records.

    Raises InvalidGroupError.
    """
    fields = catalogue()
    checked = check(definition, fields)
    kinds = beneficiary_kinds(checked.beneficiaries)
    if checked.basis == Basis.RECORDS:
        recipe = Recipe(Q(pk__in=_picked(checked, group)), kinds)
    else:
        recipe = recipe_of_conditions(checked.conditions, kinds, fields=fields, today=local_today())
    return _preview(recipe, group)


def _picked(definition: Definition, group: Group | None) -> set[int]:
    if definition.record_ids is not None:
        return set(definition.record_ids)
    return picked_ids(group) if group else set()


@transaction.atomic
def _preview(recipe: Recipe, group: Group | None) -> Preview:
    without_jit()
    rows, outside = standings(group.pk if group else None, recipe), Standing.OUTSIDE
    turns = rows.order_by().values_list("had", "wanted").annotate(records=Count("pk"))
    counts = {(had, wanted): records for had, wanted, records in turns}

    def count(*, had: Iterable[Standing] = Standing, wanted: Iterable[Standing] = Standing) -> int:
        return sum(counts.get((before, after), 0) for before in had for after in wanted)

    return Preview(
        members=count(wanted=[Standing.MEMBER]),
        beneficiaries=count(wanted=[Standing.BENEFICIARY]),
        joining=count(had=[outside], wanted=INSIDE),
        leaving=count(had=INSIDE, wanted=[outside]),
        sample=list(rows.exclude(wanted=outside).select_related("parent")[:SAMPLE]),
        joining_ids=_ids(rows.filter(had=outside).exclude(wanted=outside)),
        leaving_ids=_ids(rows.filter(wanted=outside).exclude(had=outside)),
    )


def _ids(rows: QuerySet[Any, Any]) -> Ids:
    return rows.order_by().values_list("pk", flat=True)
