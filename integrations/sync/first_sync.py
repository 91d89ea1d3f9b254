"""What turning a group's sync on would do: who would get onto the list, and why the others would not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from groups.models import Group, GroupMember
from integrations.accounting import OF_CONTACT
from integrations.models import ConstantContactConnection, ContactState, MembershipState
from integrations.statuses import LEDGER, Bucket
from integrations.sync.foresee import NO_LIST_YET, Foreseen, foresee
from integrations.sync.mapping import current_mapping
from integrations.sync.plan import Need
from integrations.sync.preview import Preview, requests_for
from members.models import Member

REQUESTS_FOR_A_LIST = 1
NAMED = 50
"""So many people of each kind are named; more are only counted."""


@dataclass(frozen=True)
class Named:
    """A record and its address; `instead` is the one that stands for a shared address."""

    member: Member
    instead: Member | None = None


@dataclass
class People:
    """How many, and the first of them."""

    count: int = 0
    named: list[Named] = field(default_factory=list)

    def add(self, one: Named) -> None:
        self.count += 1
        if len(self.named) < NAMED:
            self.named.append(one)


@dataclass(frozen=True)
class FirstSync:
    """`people` are all of the group, each once, by where the accounts would count them; PENDING would be synced."""

    people: Mapping[Bucket, People]
    preview: Preview

    @property
    def total(self) -> int:
        return sum(people.count for people in self.people.values())

    @property
    def joining(self) -> People:
        return self.people[Bucket.PENDING]

    @property
    def left_out(self) -> list[tuple[Bucket, People]]:
        """Why the others would not be on the list, in the order of the accounts."""
        return [
            (one, self.people[one]) for one in LEDGER if one is not Bucket.PENDING and self.people[one].count
        ]


def first_sync(group: Group) -> FirstSync:
    """Work out the first sync of a group that does not sync. Sends nothing and writes nothing.

    A constant number of queries for each 5,000 addresses.
    """
    members = GroupMember.objects.filter(group=group).order_by()
    joining = list(members.values_list("member_id", flat=True))
    people = {bucket: People() for bucket in Bucket}
    for one in Member.objects.filter(group_memberships__group=group, email_key="").order_by("pk"):
        people[Bucket.DO_NOT_SEND if one.do_not_send else Bucket.NO_EMAIL].add(Named(one))
    count = _Count()
    ids, mapping = frozenset(joining), current_mapping()
    account_id = ConstantContactConnection.current().account_id
    for address in foresee(group, joining=joining, mapping=mapping, account_id=account_id):
        count.add(address)
        for bucket, named in _sorted(address, ids):
            people[bucket].add(named)
    return FirstSync(people, count.preview(refused=people[Bucket.REFUSED].count, fields=len(mapping.fields)))


def _sorted(address: Foreseen, ids: frozenset[int]) -> Iterator[tuple[Bucket, Named]]:
    """Those of the group who have the address, each with its bucket."""
    by_id = {one.pk: one for one in address.holders}
    stand_in = by_id.get(address.membership.stand_in_id or 0) if address.membership else None
    for one in address.holders:
        if one.pk in ids:
            bucket = _bucket(one, address, stand_in)
            yield bucket, Named(one, stand_in if bucket is Bucket.SAME_ADDRESS else None)


def _bucket(member: Member, address: Foreseen, stand_in: Member | None) -> Bucket:
    """As `integrations.accounting` would count the member, the first that applies."""
    contact, row = address.contact, address.membership
    if member.do_not_send or contact is None or contact.blocked_by:
        return Bucket.DO_NOT_SEND
    if contact.state == ContactState.INVALID:
        return Bucket.INVALID
    if contact.state == ContactState.TOO_LONG:
        return Bucket.TOO_LONG
    if stand_in and stand_in.pk != member.pk:
        return Bucket.SAME_ADDRESS
    if contact.state in OF_CONTACT:
        return OF_CONTACT[ContactState(contact.state)]
    if row and row.state == MembershipState.LEFT:
        return Bucket.LEFT
    return Bucket.REFUSED if contact.state == ContactState.REFUSED else Bucket.PENDING


@dataclass
class _Count:
    """What the planner is given, gathered address by address; contacts are numbered, for most have no row yet."""

    seen: int = 0
    joins: set[int] = field(default_factory=set)
    values: set[int] = field(default_factory=set)
    new: int = 0

    def add(self, address: Foreseen) -> None:
        self.seen += 1
        if address.joins:
            self.joins.add(self.seen)
        if address.joins and address.differs:
            self.values.add(self.seen)
            self.new += bool(address.contact and not address.contact.contact_id)

    def preview(self, *, refused: int, fields: int) -> Preview:
        joins = {NO_LIST_YET: frozenset(self.joins)}
        need = Need(values=frozenset(self.values), joins=joins, carriers=joins)
        return Preview(
            adds=len(self.joins),
            removes=0,
            updates=len(self.values) - self.new,
            new_contacts=self.new,
            refused=refused,
            requests=REQUESTS_FOR_A_LIST + requests_for(need, fields=fields),
        )
