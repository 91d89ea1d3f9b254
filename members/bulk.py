"""Bulk actions: something done to all records that a person selected, in the background.

What can be done stands in the slot `bulk_actions`; the selection is kept as rows when it is made, so that a record
that stops matching the list meanwhile is still the one that was meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.utils import timezone

from members.chunks import chunked
from members.insert_select import insert_select
from members.jobs import BulkAction, BulkRow, Stage
from members.models import Member, MemberQuerySet
from members.signals import background_work_ended
from members.slots import BulkOutcome, BulkVerb, bulk_actions
from members.waking import wake
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

IDS_AT_ONCE = 5_000


class BulkStageError(Exception):
    """The action has moved on since the page was opened; nothing was done."""


def select(
    members: MemberQuerySet,
    *,
    verb: str,
    query: str,
    actor: Actor,
    only: Collection[int] | None = None,
    but: Collection[int] = (),
) -> BulkAction:
    """Keep which records were selected: all of `members`, or `only` those of them, and none of `but`."""
    with transaction.atomic():
        job = BulkAction.objects.create(verb=verb, query=query, user_id=actor.user_id, actor_name=actor.name)
        if only is None:
            _keep(job, members)
        else:
            for ids in chunked(sorted(only), IDS_AT_ONCE):
                _keep(job, members.filter(pk__in=ids))
        for ids in chunked(sorted(but), IDS_AT_ONCE):
            job.rows.filter(member_id__in=ids).delete()
        job.total = job.rows.count()
        job.save(update_fields=["total"])
    return job


def _keep(job: BulkAction, members: MemberQuerySet) -> None:
    chosen = members.order_by().values_list(Value(job.pk), "pk", Value(True), Value(""))
    insert_select(BulkRow, ("job", "member_id", "waiting", "reason"), chosen)


def selected(job: BulkAction) -> MemberQuerySet:
    """The selected records that are still there."""
    return Member.objects.filter(pk__in=job.rows.order_by().values("member_id"))


def verbs() -> dict[str, BulkVerb]:
    """Every bulk action of every room, in the order of the bar."""
    return {verb.key: verb for verb in bulk_actions.collect()}


def start(job: BulkAction, *, options: Mapping[str, Any], words: str) -> None:
    """Have the action done to every selected record. Raises BulkStageError."""
    with transaction.atomic():
        _move(
            job,
            (Stage.PREPARING,),
            Stage.RUNNING,
            options=dict(options),
            words=words[:500],
            started_at=timezone.now(),
        )
        wake()


def cancel(job: BulkAction) -> None:
    """Stop after the chunk under way. What is done stays. Raises BulkStageError."""
    with transaction.atomic():
        _move(job, (Stage.RUNNING,), Stage.CANCELLED, finished_at=timezone.now())
        _end(job, "Cancelled")


def step(job: BulkAction) -> bool:
    """One chunk, in the caller's transaction; False when nothing is left to do."""
    verb = verbs().get(job.verb)
    if verb is None:
        give_up(job, "There is no such action any more.")
        return False
    ids = list(
        job.rows.filter(waiting=True).order_by("member_id").values_list("member_id", flat=True)[: verb.chunk]
    )
    if not ids:
        _move(job, (Stage.RUNNING,), Stage.DONE, finished_at=timezone.now())
        _end(job, "Applied")
        return False
    outcome = verb.run(ids, job.options, job.actor)
    _note(job, ids, outcome)
    return True


def _note(job: BulkAction, ids: Sequence[int], outcome: BulkOutcome) -> None:
    job.rows.filter(waiting=True, member_id__lte=ids[-1]).update(waiting=False)
    refused = list(job.rows.filter(member_id__in=outcome.refused))
    for row in refused:
        row.reason = outcome.refused[row.member_id][:500]
    BulkRow.objects.bulk_update(refused, ["reason"], batch_size=500)
    BulkAction.objects.filter(pk=job.pk).update(
        done=F("done") + len(ids), changed=F("changed") + outcome.changed
    )


def give_up(job: BulkAction, sentence: str) -> None:
    """End an action that cannot go on."""
    _move(job, (Stage.RUNNING,), Stage.FAILED, error=sentence, finished_at=timezone.now())
    _end(job, "Failed")


def _move(job: BulkAction, before: Sequence[Stage], after: Stage, **values: object) -> None:
    moved = BulkAction.objects.filter(pk=job.pk, state__in=before).update(state=after, attempts=0, **values)
    if not moved:
        raise BulkStageError
    job.refresh_from_db()


def _end(job: BulkAction, action: str) -> None:
    left_out = job.rows.exclude(reason="").count()
    record(
        Component.BULK,
        item_id=job.pk,
        item_name=job.words,
        action=action,
        after=f"{job.total:,} selected, {job.changed:,} changed, {left_out:,} left out.",
        actor=job.actor,
    )
    background_work_ended.send(BulkAction)
