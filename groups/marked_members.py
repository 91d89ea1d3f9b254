"""Calculating some records in all groups: what an edit, an import and a bulk action have in common.

A batch is one transaction, in which nobody else calculates, writes member records or defines groups. Its statements,
whatever the number of groups; an edit that lets nobody in or out ends after the third:

1. the claim: lock the turns, delete the oldest marks and answer them (`groups.marks.take_marks`);
2. the definitions of all groups, with fields, member types, the date and who follows them (`groups.rulebook`);
3. the records: which groups each ought to be in, and where it is now (`groups.known_records`);
4. who joined, and who turned from member into beneficiary or back: one upsert;
5. who left: one delete;
6. the stored counts of the groups that changed.

The room above adds its own marks where somebody joined or left a synced group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from enum import Enum, auto
from typing import Any

import structlog
from django.db import DataError, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from groups.differences import Differences, announce
from groups.known_records import KnownRecords, Place, look_at
from groups.marks import Mark, make_turns, take_marks
from groups.models import CalculationState, Group, GroupMember, StaleMember
from groups.query_plans import tell_planner, without_jit
from groups.rulebook import Rulebook, read_rulebook
from groups.wanted import Recipe, Standing
from members.chunks import chunked

logger = structlog.get_logger(__name__)

BATCH = 2_500
"""Marks taken at once: some tenths of a second, in which whoever writes records waits; putting the questions of 200
groups together takes as long as answering them for a thousand records."""

CHUNK = 5_000
"""Ids in one statement."""


class Left(Enum):
    """What there is to do after a batch."""

    NOTHING = auto()
    MARKS = auto()
    GROUPS = auto()
    TO_OTHERS = auto()
    """There are marks, and whole groups are being calculated: who does that comes to them."""


def calculate_next_batch() -> Left:
    """Calculate the records with the oldest marks in every calculated group.

    The marks are deleted before the values are read: who is edited afterwards gets another mark. A failure brings
    them back, and so does a worker that is killed.
    """
    try:
        with transaction.atomic():
            marks = take_marks(BATCH)
            if marks:
                rules = _calculate(marks)
    except DataError:
        # One group's values would hold up all the others; calculated one by one, that group fails alone.
        logger.exception("batch_refused_by_database")
        calculated_groups().update(state=CalculationState.WAITING, background=True)
        return Left.GROUPS
    if not marks:
        return _left_untaken()
    if rules.someone_waits:
        return Left.GROUPS
    return Left.MARKS if len(marks) == BATCH else Left.NOTHING


def _left_untaken() -> Left:
    if StaleMember.objects.exists():
        return Left.MARKS if make_turns() else Left.TO_OTHERS
    waits = Group.objects.filter(state=CalculationState.WAITING).exists()
    return Left.GROUPS if waits else Left.NOTHING


def calculated_groups() -> QuerySet[Group, Group]:
    """Those that are kept up to date: waiting ones are calculated as a whole, failed ones left alone."""
    return Group.objects.filter(state=CalculationState.IDLE)


def _calculate(marks: list[Mark]) -> Rulebook:
    ids = {mark.member_id for mark in marks}
    background = {mark.member_id for mark in marks if mark.background}
    if len(ids) >= BATCH / 10:
        without_jit()
    rules = read_rulebook()
    known = look_at(ids, rules.recipes)
    changed = _compare(_wanted(rules.recipes, known, ids), known.stored)
    followed = {group_id: one for group_id, one in changed.items() if group_id in rules.followed}
    announce(followed, is_background=background.__contains__)
    _write(changed, known)
    # Who was deleted took their rows along; which groups these were in nobody knows any more.
    count_again(list(changed) if known.existing >= ids else list(rules.recipes))
    return rules


def _wanted(recipes: Mapping[int, Recipe], known: KnownRecords, ids: set[int]) -> dict[Place, int]:
    """Who ought to be where."""
    wanted: dict[Place, int] = {}
    for group_id, recipe in recipes.items():
        members = known.members[group_id]
        brought = _brought(recipe, known, members) & known.in_good_order
        wanted.update(((group_id, one), Standing.BENEFICIARY) for one in brought)
        wanted.update(((group_id, one), Standing.MEMBER) for one in members & ids)
    return wanted


def _brought(recipe: Recipe, known: KnownRecords, members: Collection[int]) -> set[int]:
    """Who stands in one of the group's relationships to one of its members."""
    kinds = recipe.beneficiaries
    return {
        one
        for one, found in (known.ways.items() if kinds else ())
        if any(kind in kinds and through in members for kind, through in found)
    }


def _compare(wanted: Mapping[Place, int], stored: Mapping[Place, tuple[int, int]]) -> dict[int, Differences]:
    """Differences by group, only of groups that have any."""
    changed: dict[int, Differences] = defaultdict(Differences)
    for group_id, member_id in sorted(wanted.keys() | stored.keys()):
        place = group_id, member_id
        had = stored[place][1] if place in stored else Standing.OUTSIDE
        ought = wanted.get(place, Standing.OUTSIDE)
        if had != ought:
            changed[group_id].add(member_id, had=had, wanted=ought)
    return dict(changed)


def _write(changed: Mapping[int, Differences], known: KnownRecords) -> None:
    """All groups' differences in statements whose number does not grow with that of the groups."""
    rows = [
        GroupMember(group_id=group_id, member_id=one, is_beneficiary=standing is Standing.BENEFICIARY)
        for group_id, differences in changed.items()
        for standing in (Standing.MEMBER, Standing.BENEFICIARY)
        for one in (*differences.joined[standing], *differences.turned[standing])
    ]
    GroupMember.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["group", "member"], update_fields=["is_beneficiary"]
    )
    left = [known.stored[group_id, one][0] for group_id, found in changed.items() for one in found.left]
    for keys in chunked(left, CHUNK):
        GroupMember.objects.filter(pk__in=keys).delete()
    tell_planner(written=len(rows) + len(left))


def count_again(group_ids: list[int]) -> None:
    """Store how many members and beneficiaries these groups have."""
    of_group = GroupMember.objects.filter(group=OuterRef("pk")).order_by().values("group")
    if group_ids:
        Group.objects.filter(pk__in=group_ids).update(
            member_count=_number(of_group.filter(is_beneficiary=False)),
            beneficiary_count=_number(of_group.filter(is_beneficiary=True)),
        )


def _number(rows: QuerySet[GroupMember, Any]) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)
