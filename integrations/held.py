"""Decisions that wait for a person: changes that the guard holds, and many leavers at once."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from integrations.models import ListEvent, ListMembership, MembershipState, SyncedList
from integrations.sync.counts import counts_changed
from integrations.sync.guard import note_size
from integrations.tasks import wake
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record


@transaction.atomic
def approve(synced: SyncedList, membership_ids: Collection[int], *, actor: Actor) -> int:
    """Let exactly these held changes happen; answers how many still waited. The list is measured anew from here."""
    held = ListMembership.objects.filter(
        synced_list=synced, pk__in=membership_ids, state=MembershipState.HELD
    )
    removals = held.filter(wanted=False).count()
    count = held.update(state=MembershipState.OPEN, background=False, reason="", since=timezone.now())
    if count:
        note_size(synced, approved=True)
        _note(synced, actor, "check", f"approved {removals:,} removals and {count - removals:,} additions")
        wake("held changes were approved")
    return count


@transaction.atomic
def reject(synced: SyncedList, membership_ids: Collection[int], *, actor: Actor) -> int:
    """Leave the list as it is for these addresses until what is wanted of them changes again."""
    held = ListMembership.objects.filter(
        synced_list=synced, pk__in=membership_ids, state=MembershipState.HELD
    )
    count = held.update(
        state=MembershipState.KEPT, reason=f"Left as it is by {actor.name}.", since=timezone.now()
    )
    if count:
        _note(synced, actor, "minus", f"rejected {count:,} held changes")
        wake("held changes were rejected")
    return count


@transaction.atomic
def add_all_back(synced: SyncedList, *, actor: Actor) -> int:
    """Put everybody who left the list at once back on it; who unsubscribed stays off, as always."""
    left = ListMembership.objects.filter(
        synced_list=synced, state=MembershipState.LEFT, since__gte=synced.leavers_since
    )
    count = left.update(state=MembershipState.OPEN, reason="", since=timezone.now())
    _answer(synced)
    _note(synced, actor, "plus", f"had {count:,} leavers added back")
    wake("leavers are added back")
    return count


@transaction.atomic
def keep_removed(synced: SyncedList, *, actor: Actor) -> None:
    """Agree with the many who left at once: they stay off."""
    _answer(synced)
    _note(synced, actor, "minus", "kept the leavers off the list")


def held_reasons(lists: Collection[SyncedList]) -> dict[int, list[str]]:
    """{list: which changes caused what is held of it, in a sentence each}: 1 query."""
    held = ListMembership.objects.filter(synced_list__in=lists, state=MembershipState.HELD).exclude(reason="")
    found: dict[int, list[str]] = {one.pk: [] for one in lists}
    for pk, reason in held.order_by("reason").values_list("synced_list_id", "reason").distinct():
        found[pk].append(reason)
    return found


def _answer(synced: SyncedList) -> None:
    synced.leavers_since = None
    synced.save(update_fields=["leavers_since"])


def _note(synced: SyncedList, actor: Actor, icon: str, words: str) -> None:
    counts_changed([synced.pk])
    ListEvent.objects.create(synced_list=synced, icon=icon, text=f"{actor.name} {words}"[:255])
    record(
        Component.LIST,
        item_id=synced.list_id,
        item_name=synced.name,
        action="decided about",
        after=words,
        actor=actor,
    )
