"""What saving a group's definition would do to its list: addresses, not records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from groups.models import Group
from integrations.models import ConstantContactConnection, SyncedList
from integrations.sync.counts import seen_on
from integrations.sync.foresee import foresee
from integrations.sync.guard import FLOODED_FROM, MANY_REMOVALS, SMALL_LIST
from integrations.sync.mapping import current_mapping


@dataclass(frozen=True)
class SaveEffect:
    """Addresses: `now` on the list, and how many it would gain and lose; `new` of the gained are no contacts yet."""

    now: int
    gains: int
    loses: int
    new: int

    @property
    def then(self) -> int:
        return self.now + self.gains - self.loses

    @property
    def empties(self) -> bool:
        return 0 < self.now <= self.loses

    @property
    def is_large(self) -> bool:
        """What the guard would ask about, were it not a person who saves: measured against the list as it is."""
        empties = self.now > SMALL_LIST and self.empties
        drains = self.loses > MANY_REMOVALS and self.loses * 2 > self.now
        return empties or drains or self.floods

    @property
    def floods(self) -> bool:
        return self.now > FLOODED_FROM and self.gains > self.now


def save_effect(
    synced: SyncedList, group: Group, *, joining: Collection[int], leaving: Collection[int]
) -> SaveEffect:
    """Work it out for records (ids) that would join and leave. A constant number of queries for 5,000 addresses."""
    gains = loses = new = 0
    for address in foresee(
        group,
        joining=joining,
        leaving=leaving,
        mapping=current_mapping(),
        account_id=synced.account_id or _account_id(),
    ):
        if address.joins and not address.was_wanted:
            gains += 1
            new += bool(address.contact and not address.contact.contact_id)
        loses += address.leaves and address.was_wanted
    return SaveEffect(now=seen_on([synced])[synced.pk], gains=gains, loses=loses, new=new)


def _account_id() -> str:
    return ConstantContactConnection.current().account_id
