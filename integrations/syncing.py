"""What staff do with the sync of a group. Each verb is one transaction: rows, audit entries, marks; then the worker
is woken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from groups.models import Group
from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListEvent,
    ListMembership,
    ListState,
    MembershipState,
    Observation,
    OperationKind,
    OperationState,
    SyncedList,
)
from integrations.sync.counts import seen_on
from integrations.sync.marks import mark_addresses, mark_group
from integrations.tasks import wake
from members.chunks import chunked
from members.storing import one_writer
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

SYNC = "Sync to Constant Contact"
PAUSED = "Sync paused"
CHUNK = 1_000


class OutdatedConfirmationError(Exception):
    """The list is not what the person was shown when they confirmed; `actual` is its size now."""

    def __init__(self, actual: int) -> None:
        self.actual = actual
        super().__init__(actual)


def sync_of(group: Group) -> SyncedList | None:
    """The group's list while its sync is on, or going off and not gone yet."""
    return SyncedList.objects.filter(group=group).first()


def size_of(synced_list: SyncedList) -> int:
    """Addresses on the list, as last seen."""
    return seen_on([synced_list])[synced_list.pk]


@one_writer()
def turn_on(group: Group, *, actor: Actor) -> SyncedList:
    """Keep a list equal to the group from now on; does nothing where that is so already.

    In the members' writers' turn: who joins the group meanwhile is either marked here or announced as a change of a
    synced group. A list whose deletion was not sent yet is kept, with everybody on it.
    """
    existing = sync_of(group)
    if existing and existing.is_on:
        return existing
    synced = _keep(existing) if existing else None
    if synced is None:
        synced = SyncedList.objects.create(
            group=group, group_name=group.name, turned_on_by=actor.name, **_ordered_by(actor)
        )
    _record_toggle(group, on=True, actor=actor)
    say(synced, icon="play", text=f"{actor.name} turned the sync on")
    mark_group(group.pk)
    wake(f"the sync of “{group.name}” was turned on")
    return synced


def _ordered_by(actor: Actor) -> dict[str, Any]:
    """Whose doing it is, for the audit log, when the reconciler has done it."""
    return {"ordered_by_id": actor.user_id, "ordered_by_name": actor.name[:255]}


def _keep(doomed: SyncedList) -> SyncedList | None:
    """Take a list back that was to be deleted, or let go of it when the request is out already."""
    sent = (OperationState.INTENDED, OperationState.SUBMITTED, OperationState.UNKNOWN)
    going = doomed.operations.filter(kind=OperationKind.DELETE_LIST, state__in=sent)
    doomed_now = SyncedList.objects.filter(pk=doomed.pk, state=ListState.DELETING)
    state = ListState.READY if doomed.list_id else ListState.WANTED
    if not going.exists() and doomed_now.update(state=state, error="", paused=False):
        doomed.refresh_from_db()
        return doomed
    SyncedList.objects.filter(pk=doomed.pk).update(group=None)
    return None


@transaction.atomic
def turn_off(group: Group, *, expected_size: int, actor: Actor) -> None:
    """Stop syncing and have the list deleted in Constant Contact.

    Raises OutdatedConfirmationError, changing nothing, when the list does not have `expected_size` addresses (any
    more): the person confirmed something else.
    """
    synced = sync_of(group)
    if synced is None or not synced.is_on:
        return
    actual = size_of(synced)
    if actual != expected_size:
        raise OutdatedConfirmationError(actual)
    _record_toggle(group, on=False, actor=actor)
    _doom(synced, because="the sync was turned off", size=actual, actor=actor)


def let_go_of_group(group: Group, *, actor: Actor) -> None:
    """The group goes; its list is deleted there, and outlives it here until that is done."""
    synced = sync_of(group)
    if synced and synced.is_on:
        _doom(synced, because="the group was deleted", size=size_of(synced), actor=actor)


def _doom(synced: SyncedList, *, because: str, size: int, actor: Actor) -> None:
    SyncedList.objects.filter(pk=synced.pk).update(
        state=ListState.DELETING, paused=False, **_ordered_by(actor)
    )
    addresses = f"{size:,} address{'' if size == 1 else 'es'}"
    record(
        Component.LIST,
        item_id=synced.list_id or synced.pk,
        item_name=str(synced),
        action="ordered the deletion of",
        after=f"{addresses}; {because}; group “{synced.group_name}”",
        actor=actor,
    )
    wake(f"the list “{synced}” is to be deleted")


@transaction.atomic
def pause(synced: SyncedList, *, actor: Actor) -> None:
    """Send nothing for this list; it stays, and changes wait."""
    if SyncedList.objects.filter(pk=synced.pk, paused=False).update(paused=True):
        _record_pause(synced, paused=True, actor=actor)


@transaction.atomic
def resume(synced: SyncedList, *, actor: Actor) -> None:
    """Send again, beginning with what waited."""
    if SyncedList.objects.filter(pk=synced.pk, paused=True).update(paused=False):
        _record_pause(synced, paused=False, actor=actor)
        wake(f"the sync of “{synced.group_name}” was resumed")


@transaction.atomic
def pause_all(*, actor: Actor) -> None:
    """Send nothing at all."""
    ConstantContactConnection.current()
    if ConstantContactConnection.objects.filter(paused=False).update(paused=True):
        _record_pause_of_all(paused=True, actor=actor)


@transaction.atomic
def resume_all(*, actor: Actor) -> None:
    """Send again for every list that is not paused by itself."""
    if ConstantContactConnection.objects.filter(paused=True).update(paused=False):
        _record_pause_of_all(paused=False, actor=actor)
        wake("all syncs were resumed")


@transaction.atomic
def create_list_again(synced: SyncedList, *, actor: Actor) -> bool:
    """Make a list anew that was deleted there or could not be made; False when it exists by now.

    Who left the old list is remembered.
    """
    lost = SyncedList.objects.filter(pk=synced.pk, state__in=(ListState.GONE, ListState.FAILED))
    if not lost.update(
        state=ListState.WANTED,
        group_name=synced.group.name if synced.group else synced.group_name,
        list_id="",
        name="",
        rename_to="",
        rename_error="",
        error="",
        gone_at=None,
        remote_count=None,
        read_at=None,
        **_ordered_by(actor),
    ):
        return False
    ListMembership.objects.filter(synced_list=synced).update(seen=False, added_by_us=False)
    record(
        Component.LIST,
        item_id=synced.list_id or synced.pk,
        item_name=str(synced),
        action="asked to make again",
        after=f"for the group “{synced.group_name}”",
        actor=actor,
    )
    say(synced, icon="plus", text=f"{actor.name} asked for the list to be made again")
    if synced.group_id:
        mark_group(synced.group_id)
    wake(f"the list of “{synced.group_name}” is to be made again")
    return True


@transaction.atomic
def check_now(synced: SyncedList, *, actor: Actor) -> None:
    """Compare the list with the group now instead of within five minutes: 3 requests when nothing moved."""
    Observation.objects.filter(account_id=synced.account_id).update(lists_read_at=None)
    if synced.group_id:
        mark_group(synced.group_id)
    wake(f"{actor.name} asked for a check")


def is_being_checked(synced: SyncedList) -> bool:
    """Whether a comparison was asked for that has not read the lists yet."""
    return Observation.objects.filter(account_id=synced.account_id, lists_read_at=None).exists()


@transaction.atomic
def try_again(contacts: QuerySet[Contact], *, actor: Actor) -> int:
    """Try refused addresses again at once; returns how many there were."""
    refused = dict(_with_refusals(contacts).values_list("pk", "email_key"))
    if not refused:
        return 0
    for ids in chunked(refused, CHUNK):
        _forget_refusals(ids)
    mark_addresses(refused.values())
    _record_for_addresses("asked to be tried again", refused.values(), actor=actor)
    wake("refused addresses are tried again")
    return len(refused)


def _forget_refusals(contact_ids: Collection[int]) -> None:
    again, now = Contact.objects.filter(pk__in=contact_ids), timezone.now()
    ListMembership.objects.filter(contact__in=contact_ids, state=MembershipState.REFUSED).update(
        state=MembershipState.OPEN, reason="", since=now
    )
    again.update(not_before=None, attempts=0, repaired_hash="")
    again.filter(state=ContactState.REFUSED).update(state=ContactState.PENDING, reason="", since=now)


def _with_refusals(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those of `contacts` that were refused themselves or on a list."""
    on_a_list = ListMembership.objects.filter(state=MembershipState.REFUSED).values("contact_id")
    refused = contacts.filter(state=ContactState.REFUSED)
    return (refused | contacts.filter(pk__in=on_a_list)).order_by()


@transaction.atomic
def add_back(membership: ListMembership, *, actor: Actor) -> bool:
    """Put somebody who left a list on it again, or revive a contact that was deleted there.

    Nothing is done, and False answered, for anybody else: an opt-out above all. The list's activity names the record
    and not the address, which would outlive the contact of somebody who is to be forgotten.
    """
    contact, now = membership.contact, timezone.now()
    left = ListMembership.objects.filter(pk=membership.pk, state=MembershipState.LEFT)
    changed = left.update(state=MembershipState.OPEN, reason="", since=now)
    deleted = Contact.objects.filter(pk=contact.pk, state=ContactState.DELETED_THERE)
    # Only the call that touches this contact alone revives it; an import passes the deleted over.
    changed += deleted.update(
        state=ContactState.PENDING, reason="", since=now, observed_hash="", repaired_hash="", precise=True
    )
    if not changed:
        return False
    mark_addresses([contact.email_key])
    _record_for_addresses("asked to be added back", [contact.email_key], actor=actor)
    say(
        membership.synced_list,
        icon="user-plus",
        text=f"added back by {actor.name}",
        member_id=membership.stand_in_id,
    )
    wake("somebody is added back")
    return True


def say(synced: SyncedList, *, icon: str, text: str, detail: str = "", member_id: int | None = None) -> None:
    """Add a line to the list's activity."""
    ListEvent.objects.create(
        synced_list=synced, icon=icon, text=text[:255], detail=detail[:255], member_id=member_id
    )


def _record_toggle(group: Group, *, on: bool, actor: Actor) -> None:
    record(
        Component.GROUP,
        item_id=group.pk,
        item_name=group.name,
        action="turned on the sync of" if on else "turned off the sync of",
        changes={SYNC: ("Off", "On") if on else ("On", "Off")},
        actor=actor,
    )


def _record_pause(synced: SyncedList, *, paused: bool, actor: Actor) -> None:
    verb = "paused" if paused else "resumed"
    record(
        Component.GROUP,
        item_id=synced.group_id or "",
        item_name=synced.group_name,
        action=f"{verb} the sync of",
        changes={PAUSED: (not paused, paused)},
        actor=actor,
    )
    say(synced, icon="pause" if paused else "play", text=f"{actor.name} {verb} the sync")


def _record_pause_of_all(*, paused: bool, actor: Actor) -> None:
    record(
        Component.CONNECTION,
        item_id=1,
        item_name="Constant Contact",
        action="paused every sync" if paused else "resumed every sync",
        changes={PAUSED: (not paused, paused)},
        actor=actor,
    )


def _record_for_addresses(action: str, keys: Iterable[str], *, actor: Actor) -> None:
    found = sorted(keys)
    record(
        Component.LIST,
        item_id="",
        item_name=found[0] if len(found) == 1 else f"{len(found):,} addresses",
        action=action,
        actor=actor,
    )
