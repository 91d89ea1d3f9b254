"""Being told by the rooms below: only marks what is stale, in the same transaction, and wakes the worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from groups import slots
from groups.models import Group
from groups.signals import membership_changed
from integrations.another_account import start_afresh
from integrations.causes import background_cause
from integrations.connection_events import connection_changed
from integrations.models import ConstantContactConnection, ListState, Observation, SyncedList
from integrations.sync.counts import counts_changed
from integrations.sync.marks import mark_addresses, mark_members, mark_memberships
from integrations.tasks import wake
from members.signals import background_work_ended, members_changed


def mark_changed_members(
    *, member_ids: list[int], former_email_keys: Iterable[str] = (), background: bool = False, **_: Any
) -> None:
    """Records changed: their contacts, their children's, and the addresses they held before."""
    mark_members(member_ids, background=background)
    mark_addresses(former_email_keys, background=background)
    wake("a member record changed")


def mark_changed_memberships(
    *, places: Mapping[int, Iterable[int]], background: bool = False, **_: Any
) -> None:
    """People joined or left groups; only the synced ones matter."""
    synced = list(SyncedList.objects.filter(group__in=list(places)).exclude(state=ListState.DELETING))
    if not synced:
        return
    moved = {one for each in synced for one in places[each.group_id or 0]}
    mark_memberships(moved, background=background)
    counts_changed([one.pk for one in synced])
    if background:
        cause = background_cause(moved)[:255]
        SyncedList.objects.filter(pk__in=[one.pk for one in synced]).update(held_because=cause)
    first = Group.objects.filter(synced_list=synced[0]).values_list("name", flat=True)[0]
    more = f" and {len(synced) - 1:,} more" if len(synced) > 1 else ""
    wake(f"the group “{first}”{more} changed")


def carry_on(*, connection: ConstantContactConnection, **_: Any) -> None:
    """Connected (again): whatever queued up meanwhile is sent."""
    if connection.is_connected:
        Observation.objects.filter(account_id=connection.account_id).update(lists_read_at=None)
        wake("Constant Contact was connected")


def push_what_was_imported(**_: Any) -> None:
    """An import or a bulk action ended: what waited for it is one push."""
    wake("an import or a bulk action ended")


def synced_groups() -> Q:
    """The groups that have a list, of whose people this room wants to hear."""
    return Q(synced_list__isnull=False) & ~Q(synced_list__state=ListState.DELETING)


def connect_receivers() -> None:
    slots.followed.register(synced_groups)
    background_work_ended.connect(push_what_was_imported, dispatch_uid="integrations.push_what_was_imported")
    members_changed.connect(mark_changed_members, dispatch_uid="integrations.mark_changed_members")
    connection_changed.connect(start_afresh, dispatch_uid="integrations.start_afresh")
    connection_changed.connect(carry_on, dispatch_uid="integrations.carry_on")
    membership_changed.connect(mark_changed_memberships, dispatch_uid="integrations.mark_changed_memberships")
