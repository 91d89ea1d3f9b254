"""What addresses would hold if some records joined or left a group, worked out as ever and written nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from groups.models import Group
from integrations.models import Contact, ListState, MembershipState, SyncedList
from integrations.sync.desired import Changes, Records, read_records, work_out
from integrations.sync.mapping import FieldMapping
from integrations.sync.memberships import Membership
from integrations.sync.pending import MAILABLE
from integrations.sync.rows import among
from members.chunks import chunked
from members.models import Member

ADDRESSES_AT_ONCE = 5_000
NO_LIST_YET = -1
"""Stands for the id of a list that is only supposed."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One address: who has it, its contact and its membership of the list as they would be.

    `was_wanted` is whether it belonged on the list before. Nothing of it is stored or may be.
    """

    holders: list[Member]
    contact: Contact | None
    membership: Membership | None
    was_wanted: bool

    @property
    def is_mailable(self) -> bool:
        return self.contact is not None and self.contact.state in MAILABLE and not self.contact.blocked_by

    @property
    def joins(self) -> bool:
        """It would have to get onto the list, and may."""
        row = self.membership
        return bool(
            row and row.wanted and not row.seen and row.state == MembershipState.OPEN and self.is_mailable
        )

    @property
    def leaves(self) -> bool:
        """It would have to get off the list, and we put it there."""
        row = self.membership
        return bool(row and row.seen and row.added_by_us and not row.wanted)

    @property
    def differs(self) -> bool:
        """The contact would have to get values; for a new one that is what makes it."""
        return bool(
            self.contact
            and self.is_mailable
            and self.contact.desired_hash not in ("", self.contact.observed_hash)
            and self.contact.desired_hash != self.contact.repaired_hash
        )


def foresee(
    group: Group,
    *,
    joining: Collection[int],
    leaving: Collection[int] = (),
    mapping: FieldMapping,
    account_id: str,
) -> Iterator[Foreseen]:
    """Every address of the records that join or leave (ids), as the group's list would have it.

    A group without a sync is looked at as if it had one; then `joining` are all its records. A constant number of
    queries for each 5,000 addresses.
    """
    synced = _list_of(group)
    moving = Member.objects.filter(pk__in=among([*joining, *leaving])).exclude(email_key="")
    keys = sorted(set(moving.order_by().values_list("email_key", flat=True)))
    joins, leaves = frozenset(joining), frozenset(leaving)
    for some in chunked(keys, ADDRESSES_AT_ONCE):
        records = read_records(some, mapping, account_id=account_id)
        records.list_of[group.pk] = synced
        _suppose(records, group.pk, joining=joins, leaving=leaves)
        wanted = {key for key in some if (row := _membership(key, records, None, synced.pk)) and row.wanted}
        changes = work_out(some, records, account_id=account_id)
        for key in some:
            yield Foreseen(
                holders=records.holders.get(key, []),
                contact=changes.contacts.get(key),
                membership=_membership(key, records, changes, synced.pk),
                was_wanted=key in wanted,
            )


def _list_of(group: Group) -> SyncedList:
    found = SyncedList.objects.filter(group=group).exclude(state=ListState.DELETING).first()
    return found or SyncedList(pk=NO_LIST_YET, group_id=group.pk)


def _suppose(records: Records, group_id: int, *, joining: frozenset[int], leaving: frozenset[int]) -> None:
    for members in records.holders.values():
        for one in members:
            groups = records.groups_of.get(one.pk, frozenset())
            if one.pk in joining:
                records.groups_of[one.pk] = groups | {group_id}
            elif one.pk in leaving:
                records.groups_of[one.pk] = groups - {group_id}


def _membership(key: str, records: Records, changes: Changes | None, list_id: int) -> Membership | None:
    if changes and (row := changes.memberships.get((key, list_id))):
        return row
    contact = records.contacts.get(key)
    return records.memberships.get(contact.pk, {}).get(list_id) if contact else None
