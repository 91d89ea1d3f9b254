"""Bulk writing: a wave of jobs, waited for together, then believed only as far as the read-back shows.

One wave at a time for an account. Its contacts carry the wave's number until they were read back, so nothing else
writes them meanwhile and a worker that takes over knows whom to look at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Max, Value, When
from django.utils import timezone

from integrations.constant_contact import activities
from integrations.constant_contact.errors import (
    Conflict,
    ConstantContactError,
    Invalid,
    NotFound,
    OutcomeUnknown,
    QueueFull,
    Throttled,
    Unavailable,
)
from integrations.constant_contact.imports import ImportChunk, import_chunks, single_chunk
from integrations.models import (
    Contact,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    OperationKind,
    OperationState,
    SyncedList,
)
from integrations.sync.operations import (
    finished,
    intend,
    lost,
    may_still_arrive,
    note_lost_job,
    open_operations,
    submitted,
)
from integrations.sync.plan import ImportStep, Need, Plan, RemoveStep, plan
from integrations.sync.precise import refuse
from integrations.sync.records import read_mapped
from integrations.sync.remote_lists import note_deleted, running_deletes
from integrations.sync.rows import among, set_by_ids, streamed
from integrations.sync.session import SyncSession
from integrations.sync.watch import names_are_outdated
from members.models import Member

Row = tuple[int, dict[str, str]]
WAVE_KINDS = (OperationKind.IMPORT, OperationKind.REMOVE)
NOT_STARTED = (QueueFull, Throttled, Unavailable)
READ_CHUNK = 2000
MOST_REFUSED = 100
"""After so many refused jobs a cycle stops looking for single rows: each costs a dozen requests in thousands."""
LONGEST_JOB = timedelta(hours=6)
"""Jobs take seconds to minutes; how long Constant Contact lets one run is undocumented."""


@dataclass
class Wave:
    """One on its way: its number, who is in a job that was taken, or may have been, and who in one that was."""

    number: int
    sent: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)


def start_wave(session: SyncSession, need: Need) -> int:
    """Send the jobs that answer the need; returns how many were taken.

    Stops early, without an error, where Constant Contact takes no more jobs: the rest is still a difference and is
    planned again after this wave. Raises what stops everything.
    """
    steps = plan(need)
    if steps.is_empty:
        return 0
    wave = Wave((Operation.objects.aggregate(last=Max("wave"))["last"] or 0) + 1)
    lists = {one.pk: one for one in session.lists()}
    sent = 0
    try:
        for operation in _send_all(session, steps, lists, wave=wave):
            sent += operation.state in (OperationState.SUBMITTED, OperationState.UNKNOWN)
    except NOT_STARTED as error:
        session.say(error.sentence)
        if not sent:
            raise
    return sent


def _send_all(
    session: SyncSession, steps: Plan, lists: dict[int, SyncedList], *, wave: Wave
) -> Iterator[Operation]:
    for removal in steps.removals:
        yield from _remove(session, removal, lists, wave=wave)
    for step in steps.imports:
        if SyncedList.objects.filter(pk=step.list_id, state=ListState.READY).exists():
            yield from _import(session, step, lists[step.list_id], wave=wave)


def _remove(
    session: SyncSession, step: RemoveStep, lists: dict[int, SyncedList], *, wave: Wave
) -> Iterator[Operation]:
    contact_ids = list(Contact.objects.filter(pk__in=step.contacts).values_list("contact_id", flat=True))
    operation = _begin(
        session,
        OperationKind.REMOVE,
        step.contacts,
        {"lists": list(step.lists), "count": len(contact_ids)},
        wave=wave,
    )
    list_ids = [lists[one].list_id for one in step.lists]
    try:
        activity = activities.remove_list_memberships(
            session.client, contact_ids=contact_ids, list_ids=list_ids
        )
    except OutcomeUnknown:
        lost(operation)
    except (Conflict, Invalid, NotFound) as error:
        finished(operation, outcome=error.sentence, failed=True)
    except ConstantContactError as error:
        _never_began(operation, step.contacts, error, wave=wave)
        raise
    else:
        submitted(operation, activity)
    wave.sent.update(step.contacts)
    yield operation


def _import(session: SyncSession, step: ImportStep, synced: SyncedList, *, wave: Wave) -> Iterator[Operation]:
    rows = _full_rows(session, step.contacts) if step.full else _address_rows(step.contacts)
    for chunk, taken in _chunks_with_rows(rows, list_ids=[synced.list_id]):
        yield from _import_chunk(session, chunk, taken, synced, full=step.full, wave=wave)


def _import_chunk(
    session: SyncSession,
    chunk: ImportChunk,
    rows: Sequence[Row],
    synced: SyncedList,
    *,
    full: bool,
    wave: Wave,
) -> Iterator[Operation]:
    """Send one job; one that is refused whole is halved until the row that offends stands alone."""
    contact_ids = [pk for pk, _row in rows]
    payload = {"lists": [synced.pk], "count": len(rows), "full": full}
    operation = _begin(session, OperationKind.IMPORT, contact_ids, payload, wave=wave, joining=synced)
    try:
        activity = activities.import_contacts(session.bulk, chunk)
    except OutcomeUnknown:
        lost(operation)
    except Conflict as error:
        finished(operation, outcome=error.sentence, failed=True)
    except (Invalid, NotFound) as error:
        if names_are_outdated(session):
            _never_began(operation, contact_ids, error, wave=wave)
            yield operation
            return
        finished(operation, outcome=error.sentence, failed=True)
        yield operation
        yield from _bisect(session, rows, error, synced, full=full, wave=wave)
        return
    except ConstantContactError as error:
        _never_began(operation, contact_ids, error, wave=wave)
        raise
    else:
        submitted(operation, activity)
        _note_creations([pk for pk in contact_ids if pk not in wave.taken], activity)
        wave.taken.update(contact_ids)
    wave.sent.update(contact_ids)
    yield operation


def _bisect(
    session: SyncSession,
    rows: Sequence[Row],
    error: ConstantContactError,
    synced: SyncedList,
    *,
    full: bool,
    wave: Wave,
) -> Iterator[Operation]:
    session.jobs_refused += 1
    if len(rows) == 1 or session.jobs_refused > MOST_REFUSED:
        for row in Contact.objects.filter(pk__in=among([pk for pk, _row in rows])):
            refuse(row, error.sentence)
        return
    middle = len(rows) // 2
    for half in (rows[:middle], rows[middle:]):
        chunk = single_chunk([row for _pk, row in half], list_ids=[synced.list_id])
        yield from _import_chunk(session, chunk, half, synced, full=full, wave=wave)


def _begin(
    session: SyncSession,
    kind: OperationKind,
    contact_ids: Sequence[int],
    payload: dict[str, Any],
    *,
    wave: Wave,
    joining: SyncedList | None = None,
) -> Operation:
    """Write the intent: which contacts are in the wave, and that these memberships will be ours.

    A contact is noted with its first job alone: its row written for each list would be a tenth of a first sync.
    """
    now = timezone.now()
    with transaction.atomic():
        operation = intend(session, kind, wave=wave.number, payload=payload)
        not_noted = [pk for pk in contact_ids if pk not in wave.sent]
        set_by_ids(Contact, not_noted, wave=wave.number, written_at=now, tried_at=now)
        SyncedList.objects.filter(pk__in=payload["lists"]).update(written_at=now)
        if joining:
            joins = ListMembership.objects.filter(
                synced_list=joining, contact_id__in=among(contact_ids), wanted=True, seen=False
            )
            # The moment only where it counts: rows that do not grow are written in place.
            again = Case(When(state=MembershipState.REFUSED, then=Value(now)), default=F("tried_at"))
            joins.update(added_by_us=True, tried_at=again)
    return operation


def _note_creations(contact_ids: Sequence[int], activity: activities.Activity) -> None:
    """Whom the job makes is ours: seen for the first time, and made there, by their clock, since it was taken."""
    new = Contact.objects.filter(pk__in=among(contact_ids), contact_id="", creating_since__isnull=True)
    new.update(creating_since=activity.created_at)


def _never_began(
    operation: Operation, contact_ids: Sequence[int], error: ConstantContactError, *, wave: Wave
) -> None:
    """Constant Contact did not take the job: it is no part of the wave, nor is whoever is in no other job of it."""
    operation.wave = None
    operation.save(update_fields=["wave"])
    finished(operation, outcome=error.sentence, failed=True)
    set_by_ids(Contact, [pk for pk in contact_ids if pk not in wave.sent], wave=None)


def _full_rows(session: SyncSession, contact_ids: Iterable[int]) -> Iterator[Row]:
    for some in _slices(contact_ids, READ_CHUNK):
        found = Contact.objects.filter(pk__in=among(some), winner__isnull=False).order_by("pk")
        contacts = list(streamed(found.values_list("pk", "email", "winner_id")))
        members = Member.objects.filter(pk__in=among([one for _, _, one in contacts]))
        winners = read_mapped(members, session.mapping)
        ids = [one.id for one in winners]
        values_of = dict(zip(ids, session.mapping.values_of_all(winners), strict=True))
        for pk, email, winner_id in contacts:
            if values := values_of.get(winner_id):
                yield pk, session.mapping.import_row(email, values)


def _address_rows(contact_ids: Iterable[int]) -> Iterator[Row]:
    for some in _slices(contact_ids, READ_CHUNK):
        found = Contact.objects.filter(pk__in=among(some)).order_by("pk")
        yield from [(pk, {"email": email}) for pk, email in streamed(found.values_list("pk", "email"))]


def _slices(items: Iterable[int], size: int) -> Iterator[list[int]]:
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def _chunks_with_rows(
    rows: Iterable[Row], *, list_ids: Sequence[str]
) -> Iterator[tuple[ImportChunk, list[Row]]]:
    """Each job with the rows in it; streams, holding one job's rows."""
    pending: deque[Row] = deque()

    def passing() -> Iterator[dict[str, str]]:
        for row in rows:
            pending.append(row)
            yield row[1]

    for chunk in import_chunks(passing(), list_ids=list_ids):
        yield chunk, [pending.popleft() for _ in range(chunk.count)]


def wave_under_way(session: SyncSession) -> int | None:
    """The wave that is not read back yet, if there is one."""
    under_way = open_operations(session).filter(wave__isnull=False).values_list("wave", flat=True)
    unread = Contact.objects.filter(account_id=session.account_id, wave__isnull=False)
    return under_way.last() or unread.order_by("wave").values_list("wave", flat=True).last()


def poll(session: SyncSession) -> bool:
    """Ask once how all jobs stand; True when none of ours is running any more.

    A job whose request may have been lost is never looked for by guess: everything that runs is waited out.
    """
    jobs, deletes = _wave_operations(session), running_deletes(session)
    if not jobs and not deletes:
        return True
    found = {one.activity_id: one for one in activities.read_all(session.observing)}
    anything_running = any(_is_running(one) for one in found.values())
    for operation in deletes:
        activity = _job_of(session, operation, found)
        if activity is None or not _is_running(activity):
            note_deleted(session, operation, activity)
    # A list: every job has to be noted, also after one that still runs.
    over = [_note_job(session, operation, found, anything_running) for operation in jobs]
    return all(over)


def _job_of(
    session: SyncSession, operation: Operation, found: dict[str, activities.Activity]
) -> activities.Activity | None:
    """The operation's job, read by its id where the collection does not show it; None when it is not there."""
    if shown := found.get(operation.activity_id):
        return shown
    try:
        return activities.read(session.observing, operation.activity_id)
    except NotFound:
        return None


def _is_running(activity: activities.Activity) -> bool:
    """A job without an end after so long will have none, and nothing is to wait for it for ever."""
    begun = activity.created_at
    stuck = begun is not None and timezone.now() - begun > LONGEST_JOB
    return not activity.finished and not stuck


def _wave_operations(session: SyncSession) -> list[Operation]:
    return list(open_operations(session).filter(kind__in=WAVE_KINDS))


def _note_job(
    session: SyncSession,
    operation: Operation,
    found: dict[str, activities.Activity],
    anything_running: bool,
) -> bool:
    """Store how one job stands; True when it is over."""
    if operation.state != OperationState.SUBMITTED:
        if anything_running or may_still_arrive(operation):
            return False
        note_lost_job(operation)
        return True
    activity = _job_of(session, operation, found)
    if activity is not None and _is_running(activity):
        return False
    failed = activity is None or activity.state != activities.ActivityState.COMPLETED
    words = "; ".join(activity.errors) if activity else "no longer listed"
    if activity:
        operation.payload["refused"] = activity.counts.error_count + activity.counts.correctable_count
        operation.save(update_fields=["payload"])
    finished(operation, outcome=words or (activity.state if activity else ""), failed=failed)
    return True


def refuse_memberships(memberships: Iterable[ListMembership], reason: str) -> None:
    """Constant Contact took the contact and not onto the list."""
    ListMembership.objects.filter(pk__in=[one.pk for one in memberships]).update(
        state=MembershipState.REFUSED, reason=reason[:500], tried_at=timezone.now(), since=timezone.now()
    )
