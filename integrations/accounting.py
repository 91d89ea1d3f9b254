"""Every person of a synced group in exactly one bucket, counted by the database.

Two identities close: the members of a group (beneficiaries included) are the sum of its buckets, and the addresses
on its list are those that stand for somebody, those on their way off, and those that only Constant Contact knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from groups.models import GroupMember
from integrations.models import (
    MEMBERSHIP_DIFFERS,
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    MembershipState,
    SyncedList,
)
from integrations.statuses import AWAITS_VALUES, LEDGER, UNMAILED, AddressBucket, Bucket
from members.models import Member, MemberQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Bucketed(TypedDict):
        bucket: str

    People = QuerySet[WithAnnotations[GroupMember, Bucketed]]
    Addresses = QuerySet[WithAnnotations[ListMembership, Bucketed]]

OF_CONTACT = {
    ContactState.UNSUBSCRIBED: Bucket.UNSUBSCRIBED,
    ContactState.DELETED_THERE: Bucket.DELETED_THERE,
}
OF_MEMBERSHIP = {
    MembershipState.LEFT: Bucket.LEFT,
    MembershipState.REFUSED: Bucket.REFUSED,
}
UNMAILED_CODES = frozenset(bucket.code for bucket in UNMAILED)
HELD = (MembershipState.HELD, MembershipState.KEPT)
"""Waiting for a decision, or decided to be left as it is."""


@dataclass(frozen=True)
class Accounts:
    """Both ledgers of one list. `people` and `addresses` hold every bucket, zeros included, in reading order."""

    people: Mapping[Bucket, int]
    awaiting_values: int
    addresses: Mapping[AddressBucket, int]

    @property
    def members(self) -> int:
        return sum(self.people.values())

    @property
    def size(self) -> int:
        """Addresses on the list."""
        return sum(self.addresses.values())

    @property
    def synced(self) -> int:
        return self.people[Bucket.SYNCED]

    @property
    def only_there(self) -> int:
        return self.addresses[AddressBucket.ONLY_THERE]

    @property
    def under_way(self) -> int:
        """People and addresses that are still to be written."""
        removals = self.addresses[AddressBucket.AWAITING_REMOVAL]
        return self.people[Bucket.PENDING] + self.awaiting_values + removals


def account_for(synced_list: SyncedList) -> Accounts:
    """Count both ledgers of a list: 3 queries, however many people."""
    people = count_people(people_of(synced_list))
    awaiting = people.pop(AWAITS_VALUES, 0)
    people[Bucket.SYNCED.code] = people.get(Bucket.SYNCED.code, 0) + awaiting
    addresses = count_addresses(synced_list)
    return Accounts(
        people={bucket: people.get(bucket.code, 0) for bucket in LEDGER},
        awaiting_values=awaiting,
        addresses={bucket: addresses.get(bucket.code, 0) for bucket in AddressBucket},
    )


def refresh_counts(synced_list: SyncedList) -> None:
    """Store the counts that the Groups list and Home show, without touching anything else of the row.

    Whoever plainly is on the list is counted by one query; only the others are asked which bucket they are in, which
    takes ten times as long for each.
    """
    there = _plainly_synced(synced_list)
    in_group = GroupMember.objects.filter(group=synced_list.group_id)
    synced = there.filter(Exists(in_group.filter(member=OuterRef("stand_in")))).count()
    others: dict[str, int] = {}
    if synced < in_group.count():
        stood_for = there.filter(stand_in=OuterRef("member_id"))
        others = count_people(people_of(synced_list).exclude(Exists(stood_for)))
    # What was decided to be left as it is stays in the bucket, and waits for nobody.
    held = ListMembership.objects.filter(
        MEMBERSHIP_DIFFERS, synced_list=synced_list, state=MembershipState.HELD
    )
    unmailed = sum(n for code, n in others.items() if code in UNMAILED_CODES)
    SyncedList.objects.filter(pk=synced_list.pk).update(
        synced_count=synced + others.get(Bucket.SYNCED.code, 0) + others.get(AWAITS_VALUES, 0),
        pending_count=others.get(Bucket.PENDING.code, 0),
        refused_count=others.get(Bucket.REFUSED.code, 0),
        held_count=held.count(),
        unmailed_count=unmailed,
    )


def _plainly_synced(synced_list: SyncedList) -> QuerySet[ListMembership]:
    """Memberships seen on the list that stand for a person whom nothing keeps off it.

    By what the sync worked out, without a look at the record, which is wide: where it was edited since, the list is
    counted once more when that edit is worked out.
    """
    return ListMembership.objects.filter(
        synced_list=synced_list,
        seen=True,
        contact__blocked_by__isnull=True,
        contact__state__in=(ContactState.PENDING, ContactState.SYNCED, ContactState.REFUSED),
    )


def people_of(synced_list: SyncedList) -> People:
    """The group's people, each with its `bucket` (a code)."""
    found = GroupMember.objects.filter(group__synced_list=synced_list)
    account_id = synced_list.account_id or ConstantContactConnection.current().account_id
    return found.annotate(
        bucket=bucket_code(account_id, member="member__", synced_list=Value(synced_list.pk))
    )


def people_of_all(account_id: str, lists: Collection[SyncedList]) -> People:
    """The people of the groups of these lists, each with its `bucket` there.

    The lists are given, not joined: the database then walks the members in the order of the page and stops when it
    is full, instead of sorting everybody first.
    """
    list_of_group = SyncedList.objects.filter(group_id=OuterRef(OuterRef(OuterRef("group_id"))))
    return GroupMember.objects.filter(group_id__in=[one.group_id for one in lists]).annotate(
        bucket=bucket_code(account_id, member="member__", synced_list=Subquery(list_of_group.values("pk")))
    )


def members_in(synced_list: SyncedList, codes: Collection[str]) -> MemberQuerySet:
    """The group's members in these buckets, for a list of records."""
    rows = in_buckets(people_of(synced_list), codes)
    return Member.objects.filter(pk__in=rows.values("member_id"))


def in_buckets(people: People, codes: Collection[str]) -> People:
    """Those of `people` in these buckets; *synced* holds those who await values."""
    wanted = {*codes, AWAITS_VALUES} if Bucket.SYNCED.code in codes else set(codes)
    return people.filter(bucket__in=wanted)


def count_people(people: People) -> dict[str, int]:
    """People by bucket code, those who await values apart; buckets without people are left out."""
    return dict(people.order_by().values("bucket").annotate(n=Count("pk")).values_list("bucket", "n"))


def count_addresses(synced_list: SyncedList) -> dict[str, int]:
    """Addresses seen on the list by AddressBucket code; empty ones are left out."""
    on_list = addresses_on(synced_list).order_by().values("bucket")
    return dict(on_list.annotate(n=Count("pk")).values_list("bucket", "n"))


def addresses_on(synced_list: SyncedList) -> Addresses:
    """Every address seen on the list, with its `bucket` (an AddressBucket code).

    One that stands for nobody of the group is on its way off if we put it there, and else left alone.
    """
    stands_for_somebody = people_of(synced_list).filter(
        member_id=OuterRef("stand_in_id"),
        member__email_key=OuterRef("contact__email_key"),
        bucket__in=(Bucket.SYNCED.code, AWAITS_VALUES),
    )
    return ListMembership.objects.filter(synced_list=synced_list, seen=True).annotate(
        bucket=Case(
            When(Exists(stands_for_somebody), then=Value(AddressBucket.SYNCED.code)),
            When(added_by_us=False, then=Value(AddressBucket.ONLY_THERE.code)),
            When(state__in=HELD, then=Value(AddressBucket.REMOVAL_HELD.code)),
            default=Value(AddressBucket.AWAITING_REMOVAL.code),
            output_field=CharField(),
        )
    )


def bucket_code(account_id: str, *, member: str, synced_list: Expression | OuterRef | Subquery) -> Expression:
    """SQL: the code of a person's bucket, the first that applies.

    `member` is the path to the record (`"member__"`); `synced_list` is the list's id as seen from two queries
    further in. Two index lookups a person: the contact by address, its membership by list.
    """
    membership = (
        ListMembership.objects.filter(contact=OuterRef("pk"), synced_list=synced_list)
        .annotate(code=_membership_code(OuterRef(OuterRef(f"{member}pk"))))
        .values("code")[:1]
    )
    contact = (
        Contact.objects.filter(account_id=account_id, email_key=OuterRef(f"{member}email_key"))
        .annotate(code=_contact_code(Subquery(membership)))
        .values("code")[:1]
    )
    return Case(
        When(**{f"{member}do_not_send": True}, then=Value(Bucket.DO_NOT_SEND.code)),
        When(**{f"{member}email_key": ""}, then=Value(Bucket.NO_EMAIL.code)),
        default=Coalesce(Subquery(contact), Value(Bucket.PENDING.code)),
        output_field=CharField(),
    )


def _contact_code(of_membership: Subquery) -> Expression:
    """What the contact decides; whatever it leaves open, its membership of the list does."""
    without = Case(
        *(When(state=state, then=Value(bucket.code)) for state, bucket in OF_CONTACT.items()),
        When(state=ContactState.REFUSED, then=Value(Bucket.REFUSED.code)),
        default=Value(Bucket.PENDING.code),
        output_field=CharField(),
    )
    return Case(
        When(blocked_by__isnull=False, then=Value(Bucket.DO_NOT_SEND.code)),
        When(state=ContactState.INVALID, then=Value(Bucket.INVALID.code)),
        When(state=ContactState.TOO_LONG, then=Value(Bucket.TOO_LONG.code)),
        default=Coalesce(of_membership, without),
        output_field=CharField(),
    )


def _membership_code(member_id: OuterRef) -> Expression:
    """What the membership of the list decides. Whoever is seen there is synced, whatever was refused since."""
    differs = ~Q(contact__desired_hash=F("contact__observed_hash")) & ~Q(contact__desired_hash="")
    waiting = differs & ~Q(contact__repaired_hash=F("contact__desired_hash"))
    return Case(
        When(Q(stand_in__isnull=False) & ~Q(stand_in=member_id), then=Value(Bucket.SAME_ADDRESS.code)),
        *(When(contact__state=state, then=Value(bucket.code)) for state, bucket in OF_CONTACT.items()),
        When(Q(seen=True, stand_in__isnull=False) & waiting, then=Value(AWAITS_VALUES)),
        When(seen=True, stand_in__isnull=False, then=Value(Bucket.SYNCED.code)),
        *(When(state=state, then=Value(bucket.code)) for state, bucket in OF_MEMBERSHIP.items()),
        When(contact__state=ContactState.REFUSED, then=Value(Bucket.REFUSED.code)),
        When(state__in=HELD, then=Value(Bucket.HELD.code)),
        default=Value(Bucket.PENDING.code),
        output_field=CharField(),
    )


def progress_of(lists: Collection[SyncedList]) -> dict[int, tuple[int, int]]:
    """(seen there, belongs there) of each list, from its memberships alone: one query for any number of lists."""
    rows = (
        ListMembership.objects.filter(synced_list__in=lists, wanted=True).order_by().values("synced_list_id")
    )
    counted = rows.annotate(
        done=Count("pk", filter=Q(seen=True)), total=Count("pk", output_field=IntegerField())
    )
    return {row["synced_list_id"]: (row["done"], row["total"]) for row in counted}
