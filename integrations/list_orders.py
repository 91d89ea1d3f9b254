"""What a person orders about a list in Constant Contact besides its sync: another name, and who only is there off it.

The reconciler carries it out, with an intent before each call and a look afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.accounting import addresses_on
from integrations.constant_contact.limits import LIMITS
from integrations.models import ListMembership, ListState, MembershipState, SyncedList
from integrations.statuses import AddressBucket
from integrations.sync.counts import counts_changed
from integrations.sync.remote_lists import numbered
from integrations.sync.rows import set_by_ids
from integrations.syncing import say
from integrations.tasks import wake
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record


class OutdatedStrangersError(Exception):
    """Others are on the list by now than the person was shown when they confirmed."""


@dataclass(frozen=True)
class Strangers:
    """People on a list whom we did not put there and whom nobody of the group stands for: {membership: address}."""

    emails: dict[int, str]

    @property
    def count(self) -> int:
        return len(self.emails)

    @property
    def fingerprint(self) -> str:
        """Equal exactly for the same people."""
        ids = ",".join(map(str, sorted(self.emails)))
        return blake2b(ids.encode(), digest_size=12).hexdigest()


def strangers_of(synced: SyncedList, *, only: int | None = None) -> Strangers:
    """All of them, or one by its membership."""
    found = addresses_on(synced).filter(bucket=AddressBucket.ONLY_THERE.code, wanted=False)
    found = found.exclude(contact__contact_id="")
    if only is not None:
        found = found.filter(pk=only)
    return Strangers(dict(found.order_by("contact__email_key").values_list("pk", "contact__email")))


@transaction.atomic
def remove_strangers(
    synced: SyncedList, *, fingerprint: str, actor: Actor, only: int | None = None
) -> Strangers:
    """Have them taken off the list; the contacts stay. Raises OutdatedStrangersError, changing nothing."""
    strangers = strangers_of(synced, only=only)
    if strangers.fingerprint != fingerprint:
        raise OutdatedStrangersError
    # From here on they are ours to take off, which is all that the reconciler has to know.
    set_by_ids(
        ListMembership,
        list(strangers.emails),
        added_by_us=True,
        background=False,
        state=MembershipState.OPEN,
        reason="",
        since=timezone.now(),
    )
    counts_changed([synced.pk])
    people = f"{strangers.count:,} {'person' if strangers.count == 1 else 'people'}"
    say(synced, icon="minus", text=f"{actor.name} ordered {people} off the list who were only there")
    record(
        Component.LIST,
        item_id=synced.list_id,
        item_name=synced.name,
        action=f"ordered {people} off",
        changes=dict.fromkeys(_all(strangers), ("on the list, put there in Constant Contact", "off")),
        actor=actor,
    )
    wake(f"people are taken off the list “{synced}”")
    return strangers


def _all(strangers: Strangers) -> Collection[str]:
    return strangers.emails.values()


def name_to_offer(synced: SyncedList) -> str:
    """The group's name where the list has another one and nothing is ordered yet, else blank.

    A number that was added because the name was taken is no other name.
    """
    group = synced.group
    if group is None or synced.state != ListState.READY or synced.paused or synced.rename_to:
        return ""
    name = name_for(group.name)
    return "" if synced.name in set(numbered(name)) else name


def name_for(group_name: str) -> str:
    """A group's name as a list can have it."""
    return group_name.strip()[: LIMITS.list_name_characters]


@transaction.atomic
def rename_list(synced: SyncedList, *, actor: Actor) -> bool:
    """Have the list named as its group is now; False where there is nothing to do."""
    name = name_to_offer(synced)
    if not name:
        return False
    waiting: QuerySet[SyncedList] = SyncedList.objects.filter(pk=synced.pk, state=ListState.READY)
    if not waiting.update(
        rename_to=name,
        rename_error="",
        group_name=name,
        ordered_by_id=actor.user_id,
        ordered_by_name=actor.name[:255],
    ):
        return False
    record(
        Component.LIST,
        item_id=synced.list_id,
        item_name=synced.name,
        action="ordered another name for",
        after=f"“{name}”, like its group",
        actor=actor,
    )
    wake(f"the list “{synced}” gets another name")
    return True
