"""Calculating all of one group: one pass over all records, one transaction for the differences. The differences stay
in the database, in a temporary table, from which memberships are written by one statement each way.

Whoever writes memberships or definitions first takes the members' writers' turn (`one_writer`): so nobody
deletes a record or a group under the rows that are being added to it, and nobody waits for each other in a
circle. The long part, finding the differences, is done before and keeps nobody waiting on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import structlog
from django.db import DataError, connection, transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import Truncator

from groups.conditions.tree import InvalidConditions
from groups.days import local_today
from groups.models import CalculationState, Difference, Group, GroupMember
from groups.query_plans import tell_planner, without_jit
from groups.signals import membership_changed, membership_rebuilt
from groups.wanted import STORED_STANDING, Recipe, Standing, recipe_of
from members.fields import catalogue
from members.insert_select import insert_select
from members.models import Member
from members.storing import one_writer

logger = structlog.get_logger(__name__)

CAME_OR_WENT = Q(had=Standing.OUTSIDE) | Q(wanted=Standing.OUTSIDE)
REFUSED = (
    "The database could not compare these values. Open the group, check its conditions and save it again."
)


class DefinitionChangedError(Exception):
    """The group was redefined or deleted while it was calculated."""


def calculate_next_group(fence: Callable[[], None], *, only: int | None = None) -> bool:
    """Calculate the group that waits longest, or `only` this one; False when none waits.

    `fence` is called last in the transaction and raises when this worker may not write any more.
    """
    waiting = Group.objects.filter(state=CalculationState.WAITING).order_by("updated_at", "pk")
    group = (waiting.filter(pk=only) if only else waiting).first()
    if group is None:
        return False
    try:
        _calculate(group, today=local_today(), fence=fence)
    except InvalidConditions as error:
        fail(group, str(error))
    except DataError:
        logger.exception("group_refused_by_database", group=group.pk)
        fail(group, REFUSED)
    except DefinitionChangedError:
        logger.info("group_redefined_meanwhile", group=group.pk)
    return True


def _calculate(group: Group, *, today: date, fence: Callable[[], None]) -> None:
    recipe = recipe_of(group, fields=catalogue(), today=today)
    with transaction.atomic():
        without_jit()
        found = _find_differences(group, recipe)
        with one_writer():
            if found:
                _announce(group)
                _write(group.pk)
                tell_planner(written=found)
            _settle(group, today=today)
            membership_rebuilt.send(Group, group_id=group.pk)
            fence()


def _announce(group: Group) -> None:
    came_or_went = Difference.objects.filter(CAME_OR_WENT).values_list("pk", flat=True)
    if came_or_went.exists():
        membership_changed.send(Group, places={group.pk: came_or_went}, background=group.background)


def standings(group_id: int | None, recipe: Recipe) -> QuerySet[Any, Any]:
    """Every record with its standing in the group as stored (`had`) and as it ought to be (`wanted`)."""
    stored = GroupMember.objects.filter(group=group_id, member=OuterRef("pk")).values_list(STORED_STANDING)
    return Member.objects.annotate(
        wanted=recipe.wanted(),
        had=Coalesce(Subquery(stored, output_field=IntegerField()), Value(Standing.OUTSIDE.value)),
    )


def _find_differences(group: Group, recipe: Recipe) -> int:
    """Compare in SQL, into the table of differences; answers how many."""
    table = connection.ops.quote_name(Difference._meta.db_table)
    until = "ON COMMIT DROP" if connection.vendor == "postgresql" else ""
    columns = "member_id bigint PRIMARY KEY, had smallint, wanted smallint"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({columns}) {until}")
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of the model
    rows = standings(group.pk, recipe).exclude(wanted=F("had")).order_by()
    return insert_select(Difference, ("member_id", "had", "wanted"), rows.values_list("pk", "had", "wanted"))


def _write(group_id: int) -> None:
    """Who was deleted since the differences were found is left out."""
    now, stored = timezone.now(), GroupMember.objects.filter(group=group_id)
    left = Difference.objects.filter(wanted=Standing.OUTSIDE)
    stored.filter(member__in=left.values("pk")).delete()
    for standing in (Standing.MEMBER, Standing.BENEFICIARY):
        is_beneficiary = standing is Standing.BENEFICIARY
        found = Difference.objects.filter(wanted=standing)
        turned, joined = found.exclude(had=Standing.OUTSIDE), found.filter(had=Standing.OUTSIDE)
        stored.filter(member__in=turned.values("pk")).update(is_beneficiary=is_beneficiary)
        values = (Value(group_id), Value(is_beneficiary), Value(now))
        rows = Member.objects.filter(pk__in=joined.values("pk")).order_by().values_list("pk", *values)
        insert_select(GroupMember, ("member", "group", "is_beneficiary", "since"), rows)


def _settle(group: Group, *, today: date) -> None:
    """Declare the group calculated, if it still is the group that was read."""
    counts = GroupMember.objects.filter(group=group.pk).aggregate(
        members=Count("pk", filter=Q(is_beneficiary=False)),
        beneficiaries=Count("pk", filter=Q(is_beneficiary=True)),
    )
    settled = Group.objects.filter(pk=group.pk, version=group.version).update(
        state=CalculationState.IDLE,
        error="",
        background=False,
        calculated_version=group.version,
        calculated_at=timezone.now(),
        calculated_for=today,
        member_count=counts["members"],
        beneficiary_count=counts["beneficiaries"],
    )
    if not settled:
        raise DefinitionChangedError(group.pk)


def fail(group: Group, reason: str) -> None:
    """Leave the group's membership as it is, and say why it cannot be calculated."""
    Group.objects.filter(pk=group.pk, version=group.version).update(
        state=CalculationState.FAILED, error=Truncator(reason).chars(500)
    )
