"""The guard on background changes: an import or a bulk edit that would empty a list, or flood it, waits for a person.

Measured against the list's size 24 hours ago, or as last approved, counting what went since: so batches cannot drain
a list piece by piece. Removals for consent and changed values are never held.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import (
    MEMBERSHIP_DIFFERS,
    ListEvent,
    ListMembership,
    ListSize,
    MembershipState,
    SyncedList,
)
from integrations.sync.counts import counts_changed, seen_on
from integrations.sync.session import SyncSession

DAY = timedelta(hours=24)
SNAPSHOT_EVERY = timedelta(hours=1)
SMALL_LIST = 10
"""A list of at most so many may be emptied without a question."""

MANY_REMOVALS = 50
FLOODED_FROM = 500


def hold_back(session: SyncSession) -> None:
    """Hold what background changes would do to each list where it is too much. No request.

    Two queries, however many lists there are, and some more for each that a background change is about to reach.
    """
    lists = session.lists()
    _note_sizes(lists)
    reached = set(_background(lists).order_by().values_list("synced_list", flat=True).distinct())
    for synced in (one for one in lists if one.pk in reached):
        base = base_size(synced)
        if base is None:
            continue
        removals, joins = removals_of(synced), joins_of(synced)
        leaving, joining = removals.count(), joins.count()
        if is_drained(synced, base, pending=leaving, anybody_stays=anybody_stays(synced)):
            _hold(session, synced, removals, "would take off", leaving)
        if is_flooded(synced, base, pending=joining):
            _hold(session, synced, joins, "would put on", joining)


def _background(lists: Sequence[SyncedList]) -> QuerySet[ListMembership]:
    """Open differences that nobody confirmed."""
    return ListMembership.objects.filter(
        MEMBERSHIP_DIFFERS,
        synced_list__in=[one.pk for one in lists],
        background=True,
        state=MembershipState.OPEN,
    )


def removals_of(synced: SyncedList) -> QuerySet[ListMembership]:
    """Removals that nobody confirmed and that have nothing to do with consent."""
    return _background([synced]).filter(wanted=False, seen=True, added_by_us=True, consent=False)


def joins_of(synced: SyncedList) -> QuerySet[ListMembership]:
    return _background([synced]).filter(wanted=True, seen=False)


def anybody_stays(synced: SyncedList) -> bool:
    return ListMembership.objects.filter(synced_list=synced, seen=True, wanted=True).exists()


def is_drained(synced: SyncedList, base: ListSize, *, pending: int, anybody_stays: bool) -> bool:
    """All of a list above 10, or more than half of it if that is more than 50 addresses.

    All of it is also what is left after some opted out.
    """
    if not pending:
        return False
    gone = pending + synced.removed_total - base.removed_total
    all_of_it = gone >= base.count or not anybody_stays
    return (base.count > SMALL_LIST and all_of_it) or (gone > MANY_REMOVALS and gone * 2 > base.count)


def is_flooded(synced: SyncedList, base: ListSize, *, pending: int) -> bool:
    """More than doubling a list above 500."""
    coming = pending + synced.added_total - base.added_total
    return bool(pending) and base.count > FLOODED_FROM and coming > base.count


def base_size(synced: SyncedList) -> ListSize | None:
    """The size that a change is measured against: 24 hours ago, or a later approval; the oldest known before that."""
    sizes = ListSize.objects.filter(synced_list=synced).order_by("-at")
    approved = sizes.filter(approved=True).first()
    old = sizes.filter(at__lte=timezone.now() - DAY).first() or sizes.last()
    if approved and old and approved.at > old.at:
        return approved
    return old


def note_size(synced: SyncedList, *, approved: bool) -> None:
    """Keep the list's size as it is now."""
    _size_now(synced, count=seen_on([synced])[synced.pk], approved=approved).save()


def _note_sizes(lists: Sequence[SyncedList]) -> None:
    """Keep each list's size once an hour, if it has one; forget what is older than the guard looks."""
    lately = ListSize.objects.filter(synced_list__in=lists, at__gt=timezone.now() - SNAPSHOT_EVERY)
    noted = set(lately.values_list("synced_list", flat=True))
    due = [one for one in lists if one.pk not in noted]
    if not due:
        return
    counts = seen_on(due)
    ListSize.objects.bulk_create(_size_now(one, count=counts[one.pk]) for one in due if counts[one.pk])
    ListSize.objects.filter(synced_list__in=due, at__lt=timezone.now() - 2 * DAY).delete()


def _size_now(synced: SyncedList, *, count: int, approved: bool = False) -> ListSize:
    return ListSize(
        synced_list=synced,
        count=count,
        removed_total=synced.removed_total,
        added_total=synced.added_total,
        approved=approved,
    )


def _hold(
    session: SyncSession, synced: SyncedList, memberships: QuerySet[ListMembership], verb: str, count: int
) -> None:
    cause = synced.held_because or "A background change"
    memberships.update(
        state=MembershipState.HELD, since=timezone.now(), reason=f"{cause} {verb} {count:,} at once."[:500]
    )
    counts_changed([synced.pk])
    words = "removal" if verb == "would take off" else "addition"
    ListEvent.objects.create(
        synced_list=synced,
        icon="flag",
        text=f"{count:,} {words}s wait for approval",
        detail=cause[:255],
    )
    session.say(f"Held {count:,} {words}s of “{synced}”: {cause} {verb} that many at once.")
