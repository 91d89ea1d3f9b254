"""What a worker does for the jobs of this room: chunk by chunk, one worker a job, until nothing waits.

Each chunk is one transaction, which also notes the progress and asks whether the job was cancelled and whether
the lease is still held. So a worker that is killed loses at most a chunk, and nobody does one twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.db import reset_queries, transaction
from django.db.models import F
from django.utils import timezone

from members import bulk
from members.imports import running as imports
from members.imports.uploading import discard
from members.jobs import AT_WORK, BulkAction, Import, Stage
from members.waking import wake
from novi_ams.association.locks import HeldLease, LeaseLostError, lease
from novi_ams.audit.actor import acting_as

log = structlog.get_logger(__name__)

LEASE_SECONDS = 60
TURN_SECONDS = 20
"""After so long a job makes room for what else waits for the worker, and comes back."""
MOST_ATTEMPTS = 5
KEEP_UNFINISHED = timedelta(days=7)
KEEP_ROWS = timedelta(days=30)
GAVE_UP = (
    "It was stopped after several attempts because of an error in the program. What was done until then stays. "
    "Try it again; if it stops again, tell whoever runs this installation."
)


def work() -> None:
    """Take a turn on every job that waits and that no other worker is at."""
    for job in _waiting():
        with lease(f"members.{job._meta.model_name}.{job.pk}", seconds=LEASE_SECONDS) as held:
            if held:
                _take_turn(job, held)


def _waiting() -> Iterator[Import | BulkAction]:
    yield from Import.objects.filter(state__in=AT_WORK).order_by("pk")
    yield from BulkAction.objects.filter(state__in=AT_WORK).order_by("pk")


def _take_turn(job: Import | BulkAction, held: HeldLease) -> None:
    type(job).objects.filter(pk=job.pk).update(attempts=F("attempts") + 1)
    job.refresh_from_db()
    with acting_as(job.actor, batch=job.batch):
        if job.attempts > MOST_ATTEMPTS:
            _give_up(job)
            return
        until = time.monotonic() + TURN_SECONDS
        while _step(job, held):
            # With DEBUG Django keeps the last 9,000 statements, and these are long.
            reset_queries()
            if time.monotonic() > until:
                wake()
                return


def _step(job: Import | BulkAction, held: HeldLease) -> bool:
    try:
        with transaction.atomic():
            held.extend(seconds=LEASE_SECONDS)
            going_on = type(job).objects.filter(pk=job.pk, state__in=AT_WORK).update(attempts=0)
            if not going_on:
                return False
            job.refresh_from_db()
            return imports.step(job) if isinstance(job, Import) else bulk.step(job)
    except LeaseLostError:
        return False


def _give_up(job: Import | BulkAction) -> None:
    log.error("job_given_up", job=job._meta.model_name, id=job.pk)
    with transaction.atomic():
        if isinstance(job, Import):
            imports.give_up(job, GAVE_UP)
        else:
            bulk.give_up(job, GAVE_UP)


def sweep() -> None:
    """Every minute: find jobs that nobody works at, and forget what nobody needs any more."""
    work()
    forget_old()


def forget_old() -> None:
    """Forget uploads and selections that were never used, and the rows of what ended long ago."""
    now = timezone.now()
    unused = (Stage.UPLOADING, Stage.PREPARING, Stage.READY)
    for job in Import.objects.filter(state__in=unused, created_at__lt=now - KEEP_UNFINISHED):
        discard(job)
    BulkAction.objects.filter(state__in=unused, created_at__lt=now - KEEP_UNFINISHED).delete()
    for model in (Import, BulkAction):
        for old in model.objects.filter(finished_at__lt=now - KEEP_ROWS, rows__isnull=False).distinct():
            old.rows.all().delete()
