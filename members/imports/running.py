"""The stages of an import, and what moves it from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from members.fields import Catalogue, catalogue
from members.imports.checking import check_chunk, forget_forecast, next_chunk
from members.imports.columns import check_mapping, remember
from members.imports.levels import UNKNOWN_LEVEL, note_references, set_levels
from members.imports.writing import write_chunk
from members.jobs import Import, RowOutcome, Stage
from members.models import Member
from members.signals import background_work_ended
from members.waking import wake
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

Counts = dict[str, int]
WORDS = {
    RowOutcome.CREATE: "created",
    RowOutcome.UPDATE: "updated",
    RowOutcome.UNCHANGED: "unchanged",
    RowOutcome.ERROR: "left out",
}
TO_WRITE = (RowOutcome.CREATE, RowOutcome.UPDATE)


class WrongStageError(Exception):
    """The import has moved on since the page was opened; nothing was done."""


def check(job: Import, mapping: Sequence[str], *, match_by: str, clears_blanks: bool) -> None:
    """Set what the columns are, remember it for the next file, and have every row checked.

    Raises InvalidMappingError and WrongStageError.
    """
    check_mapping(mapping, match_by, catalogue())
    with transaction.atomic():
        _move(job, (Stage.PREPARING, Stage.READY, Stage.CHECKING), Stage.CHECKING, done=0)
        job.mapping, job.match_by, job.clears_blanks = list(mapping), match_by, clears_blanks
        job.save(update_fields=["mapping", "match_by", "clears_blanks"])
        remember(job.headers, mapping)
        forget_forecast(job)
        wake()


def start(job: Import) -> bool:
    """Import what was checked. False, and a new check instead, when records were made since: a row that was to
    create a record may be about one of these. Raises WrongStageError."""
    with transaction.atomic():
        if _newest_member() != job.newest_member:
            _move(job, (Stage.READY,), Stage.CHECKING, done=0)
            forget_forecast(job)
            wake()
            return False
        _move(job, (Stage.READY,), Stage.RUNNING, done=0, started_at=timezone.now())
        to_write = job.rows.filter(outcome__in=TO_WRITE).update(waiting=True)
        Import.objects.filter(pk=job.pk).update(total=to_write)
        wake()
    return True


def cancel(job: Import) -> None:
    """Stop after the chunk under way. Records that are written stay. Raises WrongStageError."""
    with transaction.atomic():
        job.refresh_from_db()
        if job.state == Stage.RUNNING:
            _move(job, (Stage.RUNNING,), Stage.CANCELLED, finished_at=timezone.now())
            _end(job, "Cancelled")
        else:
            _move(job, (Stage.CHECKING,), Stage.PREPARING)


def step(job: Import) -> bool:
    """One chunk of the check or of the import, in the caller's transaction; False when the stage is finished."""
    fields = catalogue()
    if job.state == Stage.CHECKING:
        return _step_of_check(job, fields)
    rows = next_chunk(job)
    if rows:
        write_chunk(job, rows, fields)
        Import.objects.filter(pk=job.pk).update(done=F("done") + len(rows))
        return True
    _move(job, (Stage.RUNNING,), Stage.DONE, finished_at=timezone.now())
    _end(job, "Imported")
    return False


def _step_of_check(job: Import, fields: Catalogue) -> bool:
    if job.rows.filter(waiting=True, level=None).exists() and note_references(job):
        return True
    if job.rows.filter(waiting=True, level=UNKNOWN_LEVEL).exists():
        set_levels(job, fields)
    rows = next_chunk(job)
    if rows:
        check_chunk(job, rows, fields)
        Import.objects.filter(pk=job.pk).update(done=F("done") + len(rows))
        return True
    _move(job, (Stage.CHECKING,), Stage.READY, newest_member=_newest_member(), done=job.rows.count())
    return False


def give_up(job: Import, sentence: str) -> None:
    """End an import that cannot go on."""
    was_running = job.state == Stage.RUNNING
    _move(job, (Stage.CHECKING, Stage.RUNNING), Stage.FAILED, error=sentence, finished_at=timezone.now())
    if was_running:
        _end(job, "Failed")


def counts_of(job: Import) -> Counts:
    """How many rows have each outcome; while the import runs, how many will have."""
    found = job.rows.order_by().values_list("outcome").annotate(n=Count("id"))
    return {outcome.value: 0 for outcome in RowOutcome} | dict(found)


def written_counts(job: Import) -> Counts:
    """What has become of the rows by now: those that still wait are no created or updated records."""
    found = job.rows.filter(waiting=False).order_by().values_list("outcome").annotate(n=Count("id"))
    return {outcome.value: 0 for outcome in RowOutcome} | dict(found)


def _move(job: Import, before: Sequence[Stage], after: Stage, **values: object) -> None:
    moved = Import.objects.filter(pk=job.pk, state__in=before).update(state=after, attempts=0, **values)
    if not moved:
        raise WrongStageError
    job.refresh_from_db()


def _end(job: Import, action: str) -> None:
    """The one audit entry of the import as a whole, and word to those who waited for its end."""
    counts = written_counts(job)
    said = ", ".join(f"{counts[outcome]:,} {words}" for outcome, words in WORDS.items())
    record(
        Component.IMPORT,
        item_id=job.pk,
        item_name=job.name,
        action=action,
        after=f"{said}.",
        actor=job.actor,
    )
    background_work_ended.send(Import)


def _newest_member() -> int:
    return Member.objects.aggregate(newest=Max("pk"))["newest"] or 0
