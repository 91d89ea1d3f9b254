"""One cycle: observe, plan, execute, verify, under a lease, until nothing differs any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import Count
from django.utils import timezone

from groups.membership import is_anything_waiting, recalculate
from integrations import connection as stored
from integrations.connection_errors import NotUsable
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.errors import ConstantContactError, QuotaExceeded
from integrations.constant_contact.limits import LIMITS
from integrations.models import (
    MEMBERSHIP_DIFFERS,
    ConstantContactConnection,
    Contact,
    ContactState,
    ListEvent,
    ListMembership,
    ListState,
    MembershipState,
    RunState,
    StaleContact,
    SyncedList,
    SyncRun,
)
from integrations.sync.collecting import collecting_seldom
from integrations.sync.counts import refresh_stale_counts
from integrations.sync.desired import refresh_desired
from integrations.sync.forgetting import delete_contacts, settle_unknown_deletions
from integrations.sync.guard import hold_back
from integrations.sync.need import Due, bulk_need, due_contacts, due_values, small_need
from integrations.sync.operations import doubt_predecessors
from integrations.sync.plan import Need
from integrations.sync.portion import affordable, is_enough
from integrations.sync.precise import STUCK_WAIT, write_contact
from integrations.sync.preview import FEW
from integrations.sync.readback import read_back
from integrations.sync.remote_fields import follow_fields
from integrations.sync.remote_lists import create_lists, delete_lists, running_deletes, settle_unknown_lists
from integrations.sync.renaming import rename_lists, settle_unknown_renames
from integrations.sync.session import SyncSession
from integrations.sync.watch import (
    before_bulk,
    compare_when_due,
    is_look_asked_for,
    read_opted_in_again,
    watch,
)
from integrations.sync.waves import poll, start_wave, wave_under_way
from integrations.usage import UsageBudget
from members import imports
from novi_ams.association.locks import HeldLease, LeaseLostError, lease
from novi_ams.audit.actor import SYSTEM, acting_as

log = structlog.get_logger(__name__)

LEASE_SECONDS = LIMITS.call_seconds + 20
"""Longer than any call, so that whoever takes over an expired lease knows that no call of the last holder runs."""

CALCULATION_WAIT = 60.0
MANY_LEAVERS = 50


@dataclass
class Pauses:
    """Growing pauses between looks at running jobs, in seconds."""

    seconds: float = 0.5
    next_at: float = 0.0
    calculating_until: float = 0.0

    def due(self) -> bool:
        return time.monotonic() >= self.next_at

    def grow(self) -> None:
        self.next_at = time.monotonic() + self.seconds
        self.seconds = min(self.seconds * 1.6, 30)

    def calculating(self) -> bool:
        """Whether to wait for groups to settle: one push afterwards costs less than two. Not for ever."""
        now = time.monotonic()
        if now > self.calculating_until + CALCULATION_WAIT:
            self.calculating_until = now + CALCULATION_WAIT
        return now < self.calculating_until

    def restart(self) -> None:
        self.seconds, self.next_at = 0.5, time.monotonic() + 0.3


@dataclass
class Outcome:
    """What was done, by counts; `reason` says why it did not start or why it stopped, `retry_at` when to go on."""

    added: int = 0
    removed: int = 0
    updated: int = 0
    refused: int = 0
    requests: int = 0
    reason: str = ""
    retry_at: datetime | None = None

    def include(self, run: SyncRun) -> None:
        self.added += run.added
        self.removed += run.removed
        self.updated += run.updated
        self.refused += run.refused
        self.requests += run.requests


OnProgress = Callable[[SyncSession], None]


def run_cycle(*, trigger: str = "", check: bool = False, on_progress: OnProgress | None = None) -> Outcome:
    """Run until nothing is due. `check` reads lists and opt-outs first even when they were read just now.

    Never raises for what Constant Contact does: it stops, says why in the run, and says when to try again. Looks
    once more after giving the lease back: whoever was told meanwhile, also to check now, found it taken and went away.
    """
    outcome = Outcome()
    while not outcome.reason:
        _run_once(outcome, trigger=trigger, check=check, on_progress=on_progress)
        account_id = ConstantContactConnection.current().account_id
        if not (StaleContact.objects.exists() or is_look_asked_for(account_id)):
            break
    refresh_stale_counts()
    return outcome


def _run_once(outcome: Outcome, *, trigger: str, check: bool, on_progress: OnProgress | None) -> None:
    connection = ConstantContactConnection.current()
    outcome.reason = _why_not(connection)
    if outcome.reason:
        outcome.retry_at = connection.parked_until
        return
    with lease(f"sync:{connection.account_id}", seconds=LEASE_SECONDS) as held, acting_as(SYSTEM):
        if held is None:
            outcome.reason = "another worker is at it"
            return
        run = SyncRun(account_id=connection.account_id, trigger=trigger)
        _run(connection, held, run, outcome, check=check, on_progress=on_progress)


def _why_not(connection: ConstantContactConnection) -> str:
    if not connection.is_connected:
        return "Constant Contact is not connected"
    if connection.paused:
        return "every sync is paused"
    if connection.parked_until and connection.parked_until > timezone.now():
        return "today's requests to Constant Contact are used up"
    return ""


def _run(
    connection: ConstantContactConnection,
    held: HeldLease,
    run: SyncRun,
    outcome: Outcome,
    *,
    check: bool,
    on_progress: OnProgress | None,
) -> None:
    try:
        client = stored.client(Purpose.SYNC, guard=lambda: held.extend(seconds=LEASE_SECONDS))
    except NotUsable as error:
        outcome.reason = error.sentence
        return
    budget = UsageBudget(connection.client_id)
    session = SyncSession(connection.account_id, client, budget, held, run)
    used = budget.used_today()
    try:
        with collecting_seldom():
            _reconcile(session, check=check, on_progress=on_progress)
        run.state = RunState.DONE
    except LeaseLostError:
        outcome.reason = "another worker took over"
        return
    except (ConstantContactError, NotUsable) as error:
        log.warning("sync_stopped", error=str(error))
        run.state, run.outcome = RunState.STOPPED, error.sentence[:500]
        outcome.reason, outcome.retry_at = error.sentence, _retry_at(error)
    _finish(session, requests=budget.used_today() - used)
    outcome.include(run)


def _retry_at(error: Exception) -> datetime:
    """After midnight UTC for a spent quota, in a minute for everything else."""
    parked = ConstantContactConnection.current().parked_until
    return parked if isinstance(error, QuotaExceeded) and parked else timezone.now() + timedelta(minutes=1)


def _reconcile(session: SyncSession, *, check: bool, on_progress: OnProgress | None) -> None:
    doubt_predecessors(session)
    settle_unknown_lists(session)
    settle_unknown_renames(session)
    settle_unknown_deletions(session)
    pauses = Pauses()
    looked = False
    while True:
        worked = _step(session, pauses)
        if on_progress:
            on_progress(session)
        if worked:
            pauses.restart()
            continue
        if not looked:
            watch(session, now=check)
            read_opted_in_again(session)
            compare_when_due(session)
            looked = True
            continue
        if not _is_waiting(session):
            return
        session.lease.extend(seconds=LEASE_SECONDS)
        time.sleep(min(1.0, pauses.seconds / 5))


def _step(session: SyncSession, pauses: Pauses) -> bool:
    """Do the most urgent thing there is; False when there is nothing to do at this moment."""
    delete_lists(session)
    create_lists(session)
    rename_lists(session)
    follow_fields(session)
    if refresh_desired(session.mapping, account_id=session.account_id):
        session.guarded = False
        return True
    delete_contacts(session)
    if not session.guarded and not is_anything_waiting() and not imports.is_running():
        hold_back(session)
        session.guarded = True
    wave = wave_under_way(session)
    busy = wave is not None
    # Lists wait for the wave that is under way; values of other contacts need not.
    due = due_values(session, limit=FEW + 1) if busy else due_contacts(session, limit=FEW + 1)
    if due:
        if _write_few(session, due, busy=busy):
            return True
        wave = wave_under_way(session)
    if wave is not None or running_deletes(session):
        return _follow_wave(session, wave, pauses)
    return bool(due) and _write_many(session, pauses)


def _write_few(session: SyncSession, due: Due, *, busy: bool) -> bool:
    """Write up to FEW contacts one by one; of more only those that an import would get wrong."""
    if len(due) > FEW:
        due = due_values(session, limit=FEW * 10, precise=True)
    if not due:
        return False
    for contact_id in sorted(due.written):
        write_contact(session, contact_id)
    started = 0 if busy else _start(session, small_need(session, due.written | due.leaving))
    return bool(started or due.written)


def _start(session: SyncSession, need: Need) -> int:
    """Start a wave. The same need twice running means that a wave changed nothing: then it has to wait."""
    if need == session.last_need and need.contacts:
        Contact.objects.filter(pk__in=need.contacts).update(not_before=timezone.now() + STUCK_WAIT)
        session.say(f"{len(need.contacts):,} addresses did not move; they are tried again later.")
        return 0
    session.last_need = need
    return start_wave(session, need)


def _write_many(session: SyncSession, pauses: Pauses) -> bool:
    """Start a wave over everything due, once imports ended, groups stopped changing and consent was read.

    While records are being imported nothing is begun: the end of the import wakes us, and then it is one push. Where
    today's requests are too few for all of it, as many lists as they allow are filled; the rest follows tomorrow.
    """
    if imports.is_running() or not due_contacts(session, limit=1):
        return False
    if is_anything_waiting() and pauses.calculating():
        recalculate()
        return False
    if not is_enough(session.budget.left_today(Purpose.BACKFILL)):
        return False
    before_bulk(session)
    if refresh_desired(session.mapping, account_id=session.account_id):
        return True
    left = session.budget.left_today(Purpose.BACKFILL)
    return is_enough(left) and _start(session, affordable(bulk_need(session), left=left)) > 0


def _follow_wave(session: SyncSession, wave: int | None, pauses: Pauses) -> bool:
    """Look at the running jobs when it is time; when all are over, read back what they did."""
    if not pauses.due():
        return False
    over = poll(session)
    pauses.grow()
    if over and wave is not None:
        return read_back(session, wave)
    return over


def _is_waiting(session: SyncSession) -> bool:
    """Whether something is under way or about to come that this cycle should see through."""
    return (
        wave_under_way(session) is not None
        or bool(running_deletes(session))
        or StaleContact.objects.exists()
        or (is_anything_waiting() and bool(due_contacts(session, limit=1)))
    )


def _finish(session: SyncSession, *, requests: int) -> None:
    """Store what people see of the run; a cycle that changed nothing and went well leaves none."""
    run = session.run
    run.finished_at, run.requests = timezone.now(), max(0, requests)
    run.added, run.removed = session.joined.total(), session.gone.total()
    run.updated, run.refused = session.updated, _refused_since(session, run.started_at)
    if run.log or run.added or run.removed or run.updated or run.refused or run.outcome:
        run.save()
    SyncedList.objects.filter(account_id=session.account_id, state=ListState.READY).update(
        last_synced_at=run.finished_at
    )
    _note_activity(session)
    _ask_about_leavers(session)


def _refused_since(session: SyncSession, moment: datetime) -> int:
    contacts = Contact.objects.filter(
        account_id=session.account_id, state=ContactState.REFUSED, since__gte=moment
    )
    memberships = ListMembership.objects.filter(
        synced_list__account_id=session.account_id, state=MembershipState.REFUSED, since__gte=moment
    )
    return contacts.count() + memberships.exclude(contact__in=contacts).count()


def _note_activity(session: SyncSession) -> None:
    """A line for each list that somebody joined or left."""
    lines = []
    for synced in session.lists():
        joined, gone = session.joined[synced.pk], session.gone[synced.pk]
        words = [f"{joined:,} added" if joined else "", f"{gone:,} removed" if gone else ""]
        if text := ", ".join(word for word in words if word):
            said = f"{text[0].upper()}{text[1:]}"
            lines.append(ListEvent(synced_list=synced, icon="refresh", text=said, detail=_cost(session.run)))
    ListEvent.objects.bulk_create(lines)


def _ask_about_leavers(session: SyncSession) -> None:
    """Many who left one list at once are one question about the list, not one for each."""
    left = ListMembership.objects.filter(
        MEMBERSHIP_DIFFERS,
        synced_list__in=[one.pk for one in session.lists() if not one.leavers_since],
        state=MembershipState.LEFT,
        since__gte=session.run.started_at,
    )
    counted = left.order_by().values("synced_list").annotate(n=Count("pk"))
    many = [one["synced_list"] for one in counted if one["n"] > MANY_LEAVERS]
    SyncedList.objects.filter(pk__in=many).update(leavers_since=session.run.started_at)


def _cost(run: SyncRun) -> str:
    return f"{run.requests:,} request{'' if run.requests == 1 else 's'}"
