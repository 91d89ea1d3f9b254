"""What all groups ask for at one moment: definitions, fields, member types and the date, read by one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Q, Value, When

from groups import slots
from groups.conditions.tree import InvalidConditions
from groups.days import today_at
from groups.models import CalculationState, Group
from groups.rows_as_json import as_json, columns_of, from_json
from groups.wanted import Recipe, recipe_of
from groups.whole_groups import fail
from members.fields import Catalogue
from members.models import CustomField, MemberType
from novi_ams.association.models import Association

READ = ("id", "version", "basis", "conditions", "beneficiaries", "state")
FOLLOWED = "followed"


@dataclass(frozen=True)
class Rulebook:
    """`recipes` of the groups that are kept up to date, by id; `followed` are those of them whose changes a room above
    wants to hear of. `someone_waits`: a whole group is to be calculated."""

    recipes: dict[int, Recipe]
    followed: frozenset[int]
    someone_waits: bool


def read_rulebook() -> Rulebook:
    """One query, and one more for each group whose definition makes no sense any more: it fails, and is left out."""
    rows = _rows()
    groups = [row for row in rows[Group] if row["state"] == CalculationState.IDLE]
    followed = frozenset(row["id"] for row in groups if row.pop(FOLLOWED))
    fields = Catalogue(
        sorted((from_json(CustomField, row) for row in rows[CustomField]), key=lambda one: one.pk),
        sorted((from_json(MemberType, row) for row in rows[MemberType]), key=lambda one: one.pk),
    )
    zones = [from_json(Association, row).zone for row in rows[Association]]
    today = today_at(zones[0] if zones else Association().zone)
    return Rulebook(
        recipes=dict(_recipes([from_json(Group, row) for row in groups], fields, today)),
        followed=followed,
        someone_waits=len(groups) < len(rows[Group]),
    )


def _rows() -> dict[Any, list[dict[str, Any]]]:
    """The rows by model. Waiting groups are among them, failed ones are left alone."""
    followed = Case(When(_is_followed(), then=Value(1)), default=Value(0))
    groups = as_json(Group.objects.exclude(state=CalculationState.FAILED), READ, **{FOLLOWED: followed})
    others = (
        as_json(CustomField.objects.all(), columns_of(CustomField)),
        as_json(MemberType.objects.all(), columns_of(MemberType)),
        as_json(Association.objects.filter(pk=1), ["time_zone"]),
    )
    models = {model._meta.db_table: model for model in (Group, CustomField, MemberType, Association)}
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for table, row in groups.union(*others, all=True):
        found[models[table]].append(row)
    return found


def _is_followed() -> Q:
    return Q.create([*slots.followed.collect()], connector=Q.OR) or Q(pk__in=[])


def _recipes(groups: list[Group], fields: Catalogue, today: date) -> Iterator[tuple[int, Recipe]]:
    for group in sorted(groups, key=lambda one: one.pk):
        try:
            yield group.pk, recipe_of(group, fields=fields, today=today)
        except InvalidConditions as error:
            fail(group, str(error))
