"""The association's calendar: what day it is, and which groups a new day concerns."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from groups.models import CalculationState, Group
from novi_ams.association.models import Association


def local_today() -> date:
    """The date where the association is."""
    return today_at(Association.current().zone)


def today_at(zone: ZoneInfo) -> date:
    """The date in that time zone now."""
    return timezone.localdate(timezone=zone)


def start_new_day(today: date) -> int:
    """Have the groups recalculated whose conditions depend on the day and were last calculated for another.

    Due is what a row says, so a missed midnight is caught up whenever this runs next; “another” and not
    “an earlier”, because the association may have moved to a zone where it is still yesterday.
    """
    due = Group.objects.filter(uses_today=True, state=CalculationState.IDLE).exclude(calculated_for=today)
    return due.update(state=CalculationState.WAITING, background=True)
