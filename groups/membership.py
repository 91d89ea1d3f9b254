"""Recalculating who is in which group: all of a group, or some records in all groups.

One worker at a time calculates. Whole groups take a while, so they are calculated under a lease that the last
statement of each transaction extends: whoever lost it writes nothing. Marked records are calculated in transactions
that lock the lease's row, and need no lease. Both ways end with the same membership, and only differences are written.
"""

from __future__ import annotations

import structlog

from groups.marked_members import Left, calculate_next_batch
from groups.marks import LEASE
from groups.models import CalculationState, Group, StaleMember
from groups.whole_groups import calculate_next_group
from novi_ams.association import locks

logger = structlog.get_logger(__name__)

LEASE_SECONDS = 120


def recalculate() -> None:
    """Work off every mark and every waiting group, unless somebody else is at it already.

    An edit that concerns three groups costs three queries to six, whatever the number of groups: see
    `groups.marked_members`. After whole groups it looks for marks again, whose writers found the lease taken.
    """
    left = Left.MARKS
    while left in (Left.MARKS, Left.GROUPS):
        if left is Left.GROUPS and not _calculate_groups():
            return
        left = calculate_next_batch()


def is_anything_waiting() -> bool:
    """Whether a group or a record waits to be recalculated."""
    return Group.objects.filter(state=CalculationState.WAITING).exists() or StaleMember.objects.exists()


def recalculate_group(group_id: int) -> bool:
    """Recalculate all of one group now; False when somebody else calculates, who will come to it."""
    Group.objects.filter(pk=group_id).update(state=CalculationState.WAITING)
    return _calculate_groups(only=group_id)


def recalculate_members() -> bool:
    """Recalculate the marked records in all calculated groups; False when somebody else calculates."""
    left = Left.MARKS
    while left is Left.MARKS:
        left = calculate_next_batch()
    return left is not Left.TO_OTHERS


def _calculate_groups(*, only: int | None = None) -> bool:
    """Calculate what waits under the lease; False when that is, or has become, somebody else's."""
    with locks.lease(LEASE, seconds=LEASE_SECONDS) as held:
        if held is None:
            return False
        try:
            while calculate_next_group(lambda: held.extend(seconds=LEASE_SECONDS), only=only):
                pass
        except locks.LeaseLostError:
            logger.warning("recalculation_taken_over")
            return False
    return True
