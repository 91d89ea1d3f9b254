"""What the sync did, does now, and cost: for people who ask why it takes so long, or what used up the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from integrations.api_usage import ApiUsage
from integrations.constant_contact.budget import Purpose
from integrations.models import (
    ConstantContactConnection,
    Contact,
    Operation,
    OperationState,
    RunState,
    SyncRun,
)
from integrations.sync.pending import pending_count
from novi_ams.association.models import Lease

PURPOSES: Mapping[Purpose, str] = {
    Purpose.SYNC: "Sending changes",
    Purpose.BACKFILL: "Imports and full syncs",
    Purpose.OBSERVE: "Looking for changes there",
    Purpose.PERSON: "What people clicked",
}
PACE_OVER = timedelta(minutes=2)
"""The pace is measured over this long: long enough for an import's jumps, short enough to follow the day."""


@dataclass(frozen=True)
class Now:
    """What is under way. `done` of `total` addresses are as they should be; `pace` is addresses a minute."""

    is_running: bool
    waiting: int
    total: int
    pace: float
    jobs: tuple[Operation, ...]
    stopped_by: str = ""

    @property
    def done(self) -> int:
        return max(0, self.total - self.waiting)

    @property
    def is_moving(self) -> bool:
        """Whether a page that shows it should look again by itself."""
        return not self.stopped_by and bool(self.waiting or self.jobs)

    @property
    def left(self) -> timedelta | None:
        """How long it will still take at this pace; None while none can be told."""
        return timedelta(minutes=self.waiting / self.pace) if self.waiting and self.pace else None


def what_runs_now(connection: ConstantContactConnection) -> Now:
    """7 queries, however much there is to do."""
    waiting = pending_count(connection.account_id)
    contacts = Contact.objects.filter(account_id=connection.account_id)
    jobs = Operation.objects.filter(account_id=connection.account_id, state=OperationState.SUBMITTED)
    return Now(
        is_running=_is_leased(connection),
        waiting=waiting,
        total=contacts.filter(winner__isnull=False).exclude(desired_hash="").count() if waiting else 0,
        pace=_pace(contacts) if waiting else 0,
        jobs=tuple(jobs.order_by("pk")[:10]),
        stopped_by=_stopped_by(connection),
    )


def _is_leased(connection: ConstantContactConnection) -> bool:
    now = timezone.now()
    return Lease.objects.filter(name=f"sync:{connection.account_id}", until__gt=now).exists()


def _pace(contacts: QuerySet[Contact]) -> float:
    """Addresses a minute that were seen to be as they should be, lately."""
    seen = contacts.filter(winner__isnull=False, read_at__gte=timezone.now() - PACE_OVER).count()
    return seen / (PACE_OVER / timedelta(minutes=1))


def _stopped_by(connection: ConstantContactConnection) -> str:
    """Why nothing is sent at the moment, or blank."""
    if not connection.is_connected:
        return "Constant Contact is not connected."
    if connection.site_url != settings.SITE_URL:
        return "The connection was made for another site."
    if connection.paused:
        return "All syncs are paused."
    if connection.parked_until and connection.parked_until > timezone.now():
        return "Today's requests are used up; it goes on after midnight UTC."
    return ""


def runs(*, only_trouble: bool = False) -> QuerySet[SyncRun]:
    """The runs that did something, newest first; with `only_trouble` those that were stopped or refused something."""
    found = SyncRun.objects.all()
    trouble = Q(state__in=(RunState.STOPPED, RunState.FAILED)) | Q(refused__gt=0)
    return found.filter(trouble) if only_trouble else found


def changes_of(run: SyncRun) -> str:
    """“31 added, 14 removed, 63 updated”, or blank."""
    counts = {
        "added": run.added,
        "removed": run.removed,
        "updated": run.updated,
        "refused": run.refused,
    }
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)


def requests_by_purpose(client_id: str, start: datetime) -> dict[Purpose, int]:
    """Requests of the UTC day that begins at `start`; purposes that sent none are left out."""
    rows = ApiUsage.objects.filter(client_id=client_id, hour__gte=start, hour__lt=start + timedelta(days=1))
    counts = dict(rows.order_by().values("purpose").annotate(n=Sum("count")).values_list("purpose", "n"))
    return {purpose: counts[purpose] for purpose in PURPOSES if counts.get(purpose)}


def requests_by_hour(client_id: str, start: datetime) -> dict[datetime, int]:
    """Requests by hour of the UTC day that begins at `start`; hours without any are left out."""
    rows = ApiUsage.objects.filter(client_id=client_id, hour__gte=start, hour__lt=start + timedelta(days=1))
    return dict(rows.order_by().values("hour").annotate(n=Sum("count")).values_list("hour", "n"))


def requests_by_day(client_id: str, *, days: int) -> dict[date, int]:
    """Requests of the last `days` UTC days, today last; days without any are there with 0."""
    today = timezone.now().astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    rows = ApiUsage.objects.filter(
        client_id=client_id, hour__gte=datetime(first.year, first.month, first.day, tzinfo=UTC)
    ).annotate(day=TruncDate("hour", tzinfo=UTC))
    counts = dict(rows.order_by().values("day").annotate(n=Sum("count")).values_list("day", "n"))
    return {first + timedelta(days=n): counts.get(first + timedelta(days=n), 0) for n in range(days)}


def start_of_day() -> datetime:
    """00:00 UTC of today, when Constant Contact's count of requests began."""
    return timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
