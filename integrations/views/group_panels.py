"""What the pages about groups show of the sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from groups.models import Group, GroupMember
from groups.slots import Column, Consequence, GroupFilter, MemberFilter, RowAction
from integrations.accounting import in_buckets, people_of
from integrations.group_status import lists_that_are_on, sync_of_groups
from integrations.models import SyncedList
from integrations.person_status import statuses_on
from integrations.statuses import AWAITS_VALUES, LEDGER, Family
from integrations.syncing import size_of, sync_of
from integrations.views.group import CHANGE, line_context, sync_context
from integrations.views.person_remedy import remedy_of
from members.models import Member
from novi_ams.association.slots import Panel


def sync_column(groups: Sequence[Group]) -> Column:
    found = sync_of_groups(groups)
    cells = {
        pk: Panel(
            "integrations/list_cell.html",
            {**sync_context(sync, pk), "url": reverse("integrations:group", args=[pk])},
        )
        for pk, sync in found.items()
    }
    busy = any(sync.status.is_busy for sync in found.values())
    return Column("Constant Contact Sync", cells, is_busy=busy)


def last_synced_column(groups: Sequence[Group]) -> Column:
    lists = SyncedList.objects.filter(group__in=groups, last_synced_at__isnull=False)
    moments = lists.values_list("group_id", "last_synced_at")
    cells = {pk: Panel("integrations/last_synced.html", {"at": at}) for pk, at in moments if pk}
    return Column("Last synced", cells)


def family_filter() -> GroupFilter:
    """Chips by the state of the sync. All states are worked out once, at the first question."""
    known: dict[str, list[int]] = {}

    def ids_of(family: str) -> list[int]:
        if not known:
            synced = Group.objects.filter(synced_list__isnull=False).order_by()
            for pk, sync in sync_of_groups(synced).items():
                known.setdefault(sync.status.value.family, []).append(pk)
            known.setdefault("", [])
        return known.get(family, [])

    return GroupFilter(
        key="sync",
        label="Constant Contact Sync",
        choices=[(family.value, family.look.label) for family in Family],
        apply=_narrowing(ids_of),
        looks={family.value: family.look for family in Family},
    )


def _narrowing(ids_of: Callable[[str], list[int]]) -> Callable[[QuerySet[Group], str], QuerySet[Group]]:
    def narrow(groups: QuerySet[Group], value: str) -> QuerySet[Group]:
        if value == Family.OFF:
            on = [pk for family in Family if family is not Family.OFF for pk in ids_of(family)]
            return groups.exclude(pk__in=on)
        return groups.filter(pk__in=ids_of(value))

    return narrow


def list_summary() -> str | None:
    """“9 of 10 groups sync to Constant Contact.”"""
    total, on = Group.objects.count(), lists_that_are_on()
    if not total:
        return None
    groups = f"{total:,} group{'' if total == 1 else 's'}"
    return f"{on:,} of {groups} {'syncs' if on == 1 else 'sync'} to Constant Contact."


def row_actions(request: HttpRequest, groups: Sequence[Group]) -> Mapping[int, Sequence[RowAction]]:
    """Pause or Resume, for groups that sync."""
    if not request.user.has_perm(CHANGE):
        return {}
    lists = SyncedList.objects.filter(group__in=groups)
    return {one.group_id: [_pausing(one)] for one in lists if one.group_id and one.is_on}


def _pausing(synced: SyncedList) -> RowAction:
    label, name, icon = (
        ("Resume sync", "resume", "play") if synced.paused else ("Pause sync", "pause", "paused")
    )
    return RowAction(label, reverse(f"integrations:{name}", args=[synced.group_id]), icon, is_post=True)


def status_line(group: Group) -> Panel | None:
    if sync_of(group) is None:
        return None
    return Panel("integrations/status_line.html", line_context(group))


def delete_consequence(group: Group) -> Consequence | None:
    """Deleting a synced group deletes its list."""
    synced = sync_of(group)
    if synced is None or not synced.is_on or not synced.list_id:
        return None
    size = size_of(synced)
    return Consequence(
        "Its list is deleted in Constant Contact and cannot be brought back there. The contacts stay.",
        {f"“{synced}”": f"{size:,} address{'' if size == 1 else 'es'}"},
    )


def member_column(group: Group, members: Sequence[Member]) -> Column | None:
    """Each member's status on the group's list."""
    synced = sync_of(group)
    if synced is None or not synced.is_on:
        return None
    statuses = statuses_on(synced, members)
    cells = {
        pk: Panel("integrations/person_cell.html", {"status": status, "remedy": remedy_of(status, synced)})
        for pk, status in statuses.items()
    }
    return Column("Constant Contact", cells)


def member_filter(group: Group) -> MemberFilter | None:
    """`?bucket=` of the Members tab, where the numbers of the accounting lead."""
    synced = sync_of(group)
    if synced is None or not synced.is_on:
        return None
    choices = [(bucket.code, bucket.label) for bucket in LEDGER]

    def narrow(rows: QuerySet[GroupMember], value: str) -> QuerySet[GroupMember]:
        return rows.filter(pk__in=in_buckets(people_of(synced), [value]).values("pk"))

    return MemberFilter(
        "bucket", "Constant Contact", [*choices, (AWAITS_VALUES, "Synced, awaits values")], narrow
    )
