"""What has to be known of some records to place them in all groups; one query tells all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from groups.beneficiaries import KINDS, Way, ways_by_family
from groups.models import GroupMember
from groups.rows_as_text import as_text, from_text
from groups.wanted import IN_GOOD_ORDER, STORED_STANDING, Recipe
from members.models import CompanyRole, Kind, Member

MAX_WEIGHT = 1_000
"""Comparisons in one query: some 300 KB of SQL, where SQLite takes 1 MB."""
MAX_GROUPS = 500
"""Groups in one query: each is a column, and PostgreSQL answers with 1,664 at most, SQLite with 2,000."""

Place = tuple[int, int]
"""A group's id and a member's."""
Row = tuple[int, int]
"""The key of a GroupMember and the Standing it stores."""

OWN = ("kind", "parent", "inherits_benefits", "stored_places", "held_roles")


@dataclass
class KnownRecords:
    """Ids of the records and of those that bring them along: which `exist`, are `in_good_order`, and are `members` of
    each group by themselves. `stored` and `ways` are those of the records alone."""

    members: dict[int, set[int]]
    existing: set[int] = field(default_factory=set)
    in_good_order: set[int] = field(default_factory=set)
    stored: dict[Place, Row] = field(default_factory=dict)
    ways: dict[int, list[Way]] = field(default_factory=dict)


def look_at(ids: Collection[int], recipes: Mapping[int, Recipe]) -> KnownRecords:
    """One query for all groups, each a column; for very many, several."""
    known = KnownRecords({group_id: set() for group_id in recipes})
    family: dict[int, tuple[Any, ...]] = {}
    rows = Member.objects.filter(pk__in=_concerned(ids, recipes)).order_by()
    for place, portion in enumerate(_portions(recipes)):
        for member_id, good, own, answers in _answers(rows, recipes, portion, with_own=place == 0):
            known.existing.add(member_id)
            if own:
                family[member_id] = own
            if good:
                known.in_good_order.add(member_id)
                for group_id in compress(portion, answers):
                    known.members[group_id].add(member_id)
    _add_own(known, family, ids, recipes)
    return known


def _concerned(ids: Collection[int], recipes: Mapping[int, Recipe]) -> Any:
    """The records and, where a group has beneficiaries, whom they may come through.

    A UNION of narrow queries: one query with OR would read the whole table on PostgreSQL.
    """
    if not any(recipe.beneficiaries for recipe in recipes.values()):
        return ids
    own = Member.objects.filter(pk__in=ids).order_by()
    roles = CompanyRole.objects.filter(person__in=ids).order_by()
    return own.values("pk").union(own.filter(parent__isnull=False).values("parent"), roles.values("company"))


def _answers(
    rows: QuerySet[Member], recipes: Mapping[int, Recipe], portion: list[int], *, with_own: bool
) -> Iterator[tuple[int, bool, tuple[Any, ...], list[int]]]:
    columns = {f"group_{group_id}": _yes(recipes[group_id].members) for group_id in portion}
    own = OWN if with_own else ()
    if with_own:
        place = ("group", "pk", STORED_STANDING)
        rows = rows.annotate(
            stored_places=as_text(GroupMember.objects.all(), of="member", columns=place),
            held_roles=as_text(CompanyRole.objects.all(), of="person", columns=("company", "role")),
        )
    found = rows.annotate(good=_yes(IN_GOOD_ORDER), **columns).values_list("pk", "good", *own, *columns)
    for member_id, good, *values in found:
        yield member_id, bool(good), tuple(values[: len(own)]), values[len(own) :]


def _yes(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0))


def _portions(recipes: Mapping[int, Recipe]) -> Iterator[list[int]]:
    """Group ids, as many at a time as one query can ask for; one portion at least."""
    portion: list[int] = []
    weight = 0
    for group_id, recipe in recipes.items():
        if portion and (weight + recipe.weight > MAX_WEIGHT or len(portion) == MAX_GROUPS):
            yield portion
            portion, weight = [], 0
        portion.append(group_id)
        weight += recipe.weight
    yield portion


def _add_own(
    known: KnownRecords,
    family: Mapping[int, tuple[Any, ...]],
    ids: Collection[int],
    recipes: Mapping[int, Recipe],
) -> None:
    companies = {member_id for member_id, (kind, *_) in family.items() if kind == Kind.COMPANY}
    for member_id in known.existing & set(ids):
        kind, parent, inherits, places, roles = family[member_id]
        for group_id, row, standing in (map(int, one) for one in from_text(places)):
            if group_id in recipes:
                known.stored[group_id, member_id] = row, standing
        held: list[Way] = [(KINDS[role], int(company)) for company, role in from_text(roles)]
        if kind == Kind.PERSON and parent:
            held += ways_by_family(parent, inherits=inherits, of_company=parent in companies)
        if held:
            known.ways[member_id] = held
