"""How the sync of groups stands: for a page of them, with a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from groups.models import CalculationState, Group
from integrations.accounting import progress_of
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    SyncedList,
)
from integrations.statuses import SyncStatus, held_look, synced_look
from novi_ams.association.looks import StatusLook


@dataclass(frozen=True)
class GroupSync:
    """`done` of `total` addresses are on the list; `total` is 0 where nothing is under way."""

    status: SyncStatus
    synced_list: SyncedList | None
    look: StatusLook
    explanation: str
    done: int = 0
    total: int = 0

    @property
    def is_on(self) -> bool:
        return self.synced_list is not None and self.synced_list.is_on


def sync_of_groups(groups: Iterable[Group]) -> dict[int, GroupSync]:
    """`{group id: how its sync stands}`: 4 queries, 5 when something is under way."""
    wanted = list(groups)
    lists = {one.group_id: one for one in SyncedList.objects.filter(group__in=wanted)}
    connection = ConstantContactConnection.current()
    busy = busy_lists(lists.values()) if connection.is_connected else set()
    progress = progress_of([one for one in lists.values() if one.pk in busy]) if busy else {}
    return {
        group.pk: _group_sync(group, lists.get(group.pk), connection, busy=busy, progress=progress)
        for group in wanted
    }


def sync_of_group(group: Group) -> GroupSync:
    return sync_of_groups([group])[group.pk]


def busy_lists(lists: Collection[SyncedList]) -> set[int]:
    """Ids of the lists for which something is to be written: 2 queries on partial indexes."""
    ids = [one.pk for one in lists if one.state == ListState.READY]
    writable = (ContactState.PENDING, ContactState.SYNCED)
    joins = Q(wanted=True, seen=False, contact__state__in=writable)
    leaves = Q(wanted=False, seen=True, added_by_us=True)
    moves = ListMembership.objects.filter(
        joins | leaves, ~Q(wanted=F("seen")), synced_list__in=ids, state=MembershipState.OPEN
    )
    values = Contact.objects.filter(
        ~Q(desired_hash=F("observed_hash")) & ~Q(desired_hash=""),
        ~Q(repaired_hash=F("desired_hash")),
        state__in=writable,
        blocked_by__isnull=True,
        memberships__synced_list__in=ids,
        memberships__wanted=True,
        memberships__state=MembershipState.OPEN,
    )
    found = set(moves.order_by().values_list("synced_list_id", flat=True).distinct())
    return found | set(values.order_by().values_list("memberships__synced_list_id", flat=True).distinct())


def status_of(
    group: Group, synced_list: SyncedList | None, connection: ConstantContactConnection, *, busy: bool
) -> SyncStatus:
    """The one status of a group's sync: what needs a person comes before what is under way."""
    if synced_list is None:
        return SyncStatus.OFF
    return (
        _lost(synced_list)
        or _stopped(synced_list, connection)
        or _group_trouble(group)
        or _under_way(synced_list, connection, busy=busy)
    )


def _lost(synced_list: SyncedList) -> SyncStatus | None:
    return {
        ListState.DELETING: SyncStatus.DELETING,
        ListState.GONE: SyncStatus.GONE,
        ListState.FAILED: SyncStatus.FAILED,
    }.get(ListState(synced_list.state))


def _stopped(synced_list: SyncedList, connection: ConstantContactConnection) -> SyncStatus | None:
    if connection.state == ConnectionState.RECONNECT_NEEDED:
        return SyncStatus.RECONNECT_NEEDED
    if not connection.is_connected:
        return SyncStatus.WAITING
    if connection.site_url != settings.SITE_URL:
        return SyncStatus.ELSEWHERE
    if synced_list.paused:
        return SyncStatus.PAUSED
    return SyncStatus.ALL_PAUSED if connection.paused else None


def _group_trouble(group: Group) -> SyncStatus | None:
    if group.state == CalculationState.FAILED:
        return SyncStatus.NOT_CALCULATED
    return None if group.is_calculated else SyncStatus.CALCULATING


def _under_way(synced_list: SyncedList, connection: ConstantContactConnection, *, busy: bool) -> SyncStatus:
    wanted = synced_list.state == ListState.WANTED
    if (wanted or busy) and connection.parked_until and connection.parked_until > timezone.now():
        return SyncStatus.TOMORROW
    if wanted:
        return SyncStatus.MAKING_LIST
    if synced_list.held_count:
        return SyncStatus.HELD
    is_counted = not (synced_list.counts_stale or synced_list.counting)
    return SyncStatus.SYNCED if is_counted and not busy else SyncStatus.SYNCING


def _group_sync(
    group: Group,
    synced_list: SyncedList | None,
    connection: ConstantContactConnection,
    *,
    busy: Collection[int],
    progress: dict[int, tuple[int, int]],
) -> GroupSync:
    is_busy = synced_list is not None and synced_list.pk in busy
    status = status_of(group, synced_list, connection, busy=is_busy)
    done, total = progress.get(synced_list.pk, (0, 0)) if synced_list else (0, 0)
    explanation = _explanation(status, group, synced_list)
    look = _look(status, synced_list).saying(_look(status, synced_list).label, explanation)
    return GroupSync(status, synced_list, look, explanation, done, total)


def _look(status: SyncStatus, synced_list: SyncedList | None) -> StatusLook:
    if synced_list and status is SyncStatus.SYNCED:
        return synced_look(synced_list.synced_count)
    if synced_list and status is SyncStatus.HELD:
        return held_look(synced_list.held_count)
    return status.value.look


def _explanation(status: SyncStatus, group: Group, synced_list: SyncedList | None) -> str:
    """The reason that was stored, where there is one."""
    if status is SyncStatus.NOT_CALCULATED:
        return str(group.error or status.value.explanation)
    if synced_list and status is SyncStatus.HELD and synced_list.held_because:
        return f"{synced_list.held_because.rstrip('.')} would alter much of the list."
    if synced_list and status in (SyncStatus.FAILED, SyncStatus.GONE):
        return synced_list.error or str(status.value.explanation)
    return str(status.value.explanation)


def lists_that_are_on() -> int:
    """Groups that sync."""
    on = SyncedList.objects.filter(group__isnull=False).exclude(state=ListState.DELETING)
    return on.aggregate(n=Count("pk"))["n"] or 0
