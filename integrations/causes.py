"""What caused a background change of a group, in words: an import, a bulk action, the new day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.sync.rows import among
from members.jobs import BulkAction, BulkRow, Import, ImportRow, RowOutcome, Stage
from members.models import CompanyRole, Member
from novi_ams.association.models import Association

LATELY = timedelta(minutes=15)
"""Groups are recalculated within seconds of a change; a busy worker may take minutes."""
NIGHT = timedelta(hours=1)
RAN = (Stage.RUNNING, Stage.DONE, Stage.CANCELLED, Stage.FAILED)


def background_cause(member_ids: Collection[int]) -> str:
    """“The import “members.csv” by Margaret Olsen (Nov 23, 9:14 AM)”, for these who join or leave a group now.

    Of the jobs at work lately it is the one that changed most of them, or of the records that their groups hang on.
    """
    now = timezone.localtime(timezone.now(), Association.current().zone)
    job = _job_behind(member_ids, now)
    if isinstance(job, Import):
        return f"The import {_quoted(job.name)} by {job.actor_name} ({_clock(now)})"
    if isinstance(job, BulkAction):
        return f"The bulk action {_quoted(str(job))} by {job.actor_name} ({_clock(now)})"
    if now - now.replace(hour=0, minute=0, second=0, microsecond=0) < NIGHT:
        return f"The new day, on which the group's conditions depend ({_clock(now)})"
    return f"A change in the background ({_clock(now)})"


def _quoted(words: str) -> str:
    """In quotation marks; those within, as of “Set County to “Lucas””, become single."""
    return f"“{words.translate(str.maketrans('“”', '‘’'))}”"


def _job_behind(member_ids: Collection[int], now: datetime) -> Import | BulkAction | None:
    lately = Q(finished_at__isnull=True) | Q(finished_at__gte=now - LATELY)
    ran = Q(state__in=RAN, started_at__isnull=False)
    jobs: list[Import | BulkAction] = [
        *Import.objects.filter(lately, ran),
        *BulkAction.objects.filter(lately, ran),
    ]
    if not jobs:
        return None
    behind = among(_hung_on(member_ids))
    found = [(_written(job).filter(member_id__in=behind).count(), job.started_at or now, job) for job in jobs]
    count, _, job = max(found, key=lambda one: one[:2])
    return job if count else None


def _hung_on(member_ids: Collection[int]) -> set[int]:
    """These records, their parents and the companies where they have a role, and the parents of those."""
    roles = CompanyRole.objects.filter(person_id__in=among(member_ids))
    found = {*member_ids, *roles.values_list("company_id", flat=True)}
    for _ in range(2):
        parents = Member.objects.filter(pk__in=among(found), parent__isnull=False)
        found |= set(parents.order_by().values_list("parent_id", flat=True))
    return found


def _written(job: Import | BulkAction) -> QuerySet[ImportRow] | QuerySet[BulkRow]:
    if isinstance(job, Import):
        return job.rows.filter(outcome__in=[RowOutcome.CREATE, RowOutcome.UPDATE])
    return job.rows.filter(reason="")


def _clock(moment: datetime) -> str:
    return f"{moment:%b} {moment.day}, {moment:%-I:%M %p}"
