"""The requests of one application (client id), over all processes: paced a second, counted a UTC day.

Constant Contact's limits are the application's, not the account's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, FloatField, Sum, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from integrations.api_usage import ApiPace, ApiUsage
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.errors import QuotaExceeded
from integrations.models import ConstantContactConnection

SHARES: Mapping[Purpose, float] = {
    Purpose.PERSON: 1.0,
    Purpose.SYNC: 0.95,
    Purpose.OBSERVE: 0.9,
    Purpose.BACKFILL: 0.9,
}
"""How much of the day each purpose may use up to; what is above is kept for those who wait."""

RECURRING = (Purpose.SYNC, Purpose.OBSERVE)
"""What goes on all day; a backfill or a person's click says nothing about the hours to come."""

PROJECTED_FROM_HOURS = 3
LONGEST_QUEUE_SECONDS = 60.0
"""A next slot farther away than this comes from a clock that was wrong, and would stop everybody."""


@dataclass(frozen=True)
class HourUsage:
    """Requests in the hour that begins at `hour` (UTC), by purpose."""

    hour: datetime
    counts: Mapping[Purpose, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class UsageBudget:
    """The client's `Budget`, kept in the database."""

    client_id: str
    sleep: Callable[[float], None] = time.sleep

    def take(self, purpose: Purpose) -> None:
        """Count one request and wait for its turn.

        Raises QuotaExceeded, sending nothing, when the day has none left for `purpose` or is parked, and
        RuntimeError inside a transaction: none may be open while Constant Contact is called.
        """
        with transaction.atomic(durable=True):
            # Reserving the slot locks the row, so that two processes never count at the same time.
            slot = self._reserve_slot()
            self._check_day(purpose)
            self._count(purpose)
        wait = slot - timezone.now().timestamp()
        if wait > 0:
            self.sleep(wait)

    def exhausted(self) -> None:
        """Park until 00:00 UTC, in the database, because Constant Contact said that the day is used up."""
        ConstantContactConnection.objects.filter(client_id=self.client_id).update(
            parked_until=_day() + timedelta(days=1), updated_at=timezone.now()
        )

    def parked_until(self) -> datetime | None:
        """When requests go on, or None while they may be sent."""
        parked = ConstantContactConnection.objects.filter(
            client_id=self.client_id, parked_until__gt=timezone.now()
        )
        return parked.values_list("parked_until", flat=True).first()

    def used_today(self) -> int:
        """Requests since 00:00 UTC."""
        return self.used_on(_day())

    def used_on(self, start: datetime) -> int:
        """Requests of the UTC day that begins at `start`."""
        return self._sum(since=start, until=start + timedelta(days=1))

    def left_today(self, purpose: Purpose) -> int | None:
        """Requests that `purpose` may still send before 00:00 UTC; None where there is no limit."""
        limit = _limit(purpose)
        if limit is None:
            return None
        return 0 if self.parked_until() else max(0, limit - self.used_today())

    def projection(self) -> int:
        """Requests the whole UTC day will take if its recurring work goes on as in the last hours."""
        now = timezone.now()
        since = max(_hour(now) - timedelta(hours=PROJECTED_FROM_HOURS - 1), _day())
        hours = max((now - since) / timedelta(hours=1), 0.25)
        hours_left = (_day() + timedelta(days=1) - now) / timedelta(hours=1)
        return self.used_today() + round(self._sum(since=since, purposes=RECURRING) / hours * hours_left)

    def by_hour(self, *, hours: int = 24) -> list[HourUsage]:
        """The last hours, oldest first, the present one last; hours without requests included."""
        first = _hour(timezone.now()) - timedelta(hours=hours - 1)
        rows = ApiUsage.objects.filter(client_id=self.client_id, hour__gte=first)
        series: dict[datetime, dict[Purpose, int]] = {first + timedelta(hours=n): {} for n in range(hours)}
        for hour, purpose, count in rows.values_list("hour", "purpose", "count"):
            if hour in series:
                series[hour][Purpose(purpose)] = count
        return [HourUsage(hour, counts) for hour, counts in series.items()]

    def _reserve_slot(self) -> float:
        """The moment (Unix seconds) of the next free slot, which is taken for this request."""
        interval, now = _interval(), timezone.now().timestamp()
        usable = Case(
            When(next_at__gt=now + LONGEST_QUEUE_SECONDS, then=Value(now)),
            default=Greatest(F("next_at"), Value(now), output_field=FloatField()),
            output_field=FloatField(),
        )
        pace = ApiPace.objects.filter(client_id=self.client_id)
        if not pace.update(next_at=usable + interval):
            ApiPace.objects.bulk_create([ApiPace(client_id=self.client_id)], ignore_conflicts=True)
            pace.update(next_at=usable + interval)
        return pace.get().next_at - interval

    def _check_day(self, purpose: Purpose) -> None:
        if until := self.parked_until():
            raise QuotaExceeded(f"parked until {until.isoformat()}")
        limit = _limit(purpose)
        if limit is not None and self.used_today() >= limit:
            raise QuotaExceeded(f"the day's {limit} requests for {purpose} are used up")

    def _count(self, purpose: Purpose) -> None:
        key = {"client_id": self.client_id, "hour": _hour(timezone.now()), "purpose": purpose.value}
        if not ApiUsage.objects.filter(**key).update(count=F("count") + 1):
            ApiUsage.objects.create(**key, count=1)

    def _sum(
        self,
        *,
        since: datetime,
        until: datetime | None = None,
        purposes: tuple[Purpose, ...] = tuple(Purpose),
    ) -> int:
        rows = ApiUsage.objects.filter(client_id=self.client_id, hour__gte=since, purpose__in=purposes)
        if until:
            rows = rows.filter(hour__lt=until)
        return rows.aggregate(total=Sum("count"))["total"] or 0


def _interval() -> float:
    """Seconds between two requests; 0 without pacing."""
    pace = settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND
    return 1 / pace if pace > 0 else 0.0


def _limit(purpose: Purpose) -> int | None:
    day = settings.CONSTANT_CONTACT_REQUESTS_PER_DAY
    return int(day * SHARES[purpose]) if day > 0 else None


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _day() -> datetime:
    return _hour(timezone.now()).replace(hour=0)
