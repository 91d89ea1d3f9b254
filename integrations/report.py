"""The Email Sync Report: every person of every synced group, on the list or not, because…

The rows are people in groups; which bucket each is in is worked out by the database, for the rows that are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from groups.models import GroupMember
from integrations.accounting import count_people, in_buckets, people_of_all
from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    SyncedList,
)
from integrations.person_status import PersonStatus, statuses_of
from integrations.report_moments import changed_near, sliced, with_since
from integrations.statuses import AWAITS_VALUES, NOT_MAILED, UNMAILED, Bucket
from members.chunks import chunked
from members.models import Member

if TYPE_CHECKING:
    from integrations.accounting import People

SLOW = 0.5
"""Seconds. Counts that take longer are kept for a while, so that turning pages does not count anew."""

SORTED_WHOLE = 20_000
"""Rows that are sorted by moment as they are; of more, only those that changed last (or first) are looked at."""

KEPT_FOR = 30
READ_AT_ONCE = 1_000


class Order(StrEnum):
    """How the rows are sorted; a minus turns it round."""

    RECORD = "record"
    RECORD_DOWN = "-record"
    GROUP = "group"
    GROUP_DOWN = "-group"
    NEWEST = "-since"
    OLDEST = "since"


BY_RECORD = ("member__sort_name", "member_id", "group_id")
ORDERS: dict[Order, tuple[str, ...]] = {
    Order.RECORD: BY_RECORD,
    Order.RECORD_DOWN: ("-member__sort_name", "-member_id", "group_id"),
    Order.GROUP: ("group__name", "group_id", *BY_RECORD[:2]),
    Order.GROUP_DOWN: ("-group__name", "-group_id", *BY_RECORD[:2]),
}


@dataclass(frozen=True)
class ReportRow:
    member: Member
    synced_list: SyncedList
    status: PersonStatus


@dataclass(frozen=True)
class Report:
    """What is asked of the report. `days` keeps only what changed within so many; None keeps everything.

    `not_mailed` asks for everybody who is not on the list and not on the way to it, whatever the reason.
    """

    words: str = ""
    group_id: int | None = None
    bucket: Bucket | None = None
    not_mailed: bool = False
    days: int | None = None
    order: Order = Order.RECORD

    @cached_property
    def account_id(self) -> str:
        return ConstantContactConnection.current().account_id

    @cached_property
    def lists(self) -> list[SyncedList]:
        """The synced groups, by name."""
        return list(lists_that_sync())

    @cached_property
    def people(self) -> People:
        """Everybody it is about, whatever their status."""
        found = people_of_all(self.account_id, self.lists)
        if self.group_id:
            found = found.filter(group_id=self.group_id)
        if self.words:
            found = found.filter(member__in=Member.objects.search(self.words).order_by().values("pk"))
        if self.days:
            moment = timezone.now() - timedelta(days=self.days)
            changed = changed_near(moment, account_id=self.account_id, after=True)
            found = found.filter(member__in=changed)
            found = with_since(found, self.account_id).filter(Q(status_since__gte=moment))
        return found

    @cached_property
    def rows(self) -> People:
        """Those in the bucket that was asked for, in order."""
        found = self.people
        if self.not_mailed:
            found = in_buckets(found, [one.code for one in UNMAILED])
        elif self.bucket:
            found = in_buckets(found, [self.bucket.code]).filter(candidates(self.bucket, self.account_id))
        return in_order(found, self.order, self.account_id).select_related("member", "member__parent")

    def page(self, start: int, stop: int) -> Sequence[GroupMember]:
        """The rows from `start` to `stop`, both within `total`."""
        if self.order in ORDERS or self.total <= SORTED_WHOLE:
            return list(self.rows[start:stop])
        newest = self.order is Order.NEWEST
        return sliced(self.rows, start, stop, account_id=self.account_id, newest=newest)

    @cached_property
    def counts(self) -> dict[str, int]:
        """People by bucket code, whichever bucket is chosen; of a large report at most KEPT_FOR seconds old."""
        key = self._key
        kept: dict[str, int] | None = cache.get(key)
        if kept is not None:
            return kept
        began = time.monotonic()
        counts = count_people(self.people)
        awaiting = counts.pop(AWAITS_VALUES, 0)
        counts[Bucket.SYNCED.code] = counts.get(Bucket.SYNCED.code, 0) + awaiting
        if time.monotonic() - began > SLOW:
            cache.set(key, counts, KEPT_FOR)
        return counts

    @property
    def status(self) -> str:
        """What of the status is asked for, as it stands in the address; blank for everybody."""
        if self.not_mailed:
            return NOT_MAILED
        return self.bucket.code if self.bucket else ""

    @property
    def total(self) -> int:
        if self.not_mailed:
            return self.unmailed
        return self.counts.get(self.bucket.code, 0) if self.bucket else sum(self.counts.values())

    @property
    def unmailed(self) -> int:
        return sum(self.counts.get(one.code, 0) for one in UNMAILED)

    @property
    def _key(self) -> str:
        asked = repr((self.account_id, self.words, self.group_id, self.days))
        return f"email-sync-report:{blake2b(asked.encode(), digest_size=16).hexdigest()}"

    def refused(self) -> QuerySet[Contact]:
        """The contacts of the refused people it is about."""
        people = in_buckets(self.people, [Bucket.REFUSED.code])
        keys = people.filter(candidates(Bucket.REFUSED, self.account_id)).values("member__email_key")
        return Contact.objects.filter(account_id=self.account_id, email_key__in=keys)


def lists_that_sync() -> QuerySet[SyncedList]:
    on = SyncedList.objects.filter(group__isnull=False).exclude(state=ListState.DELETING)
    return on.select_related("group").order_by("group__name", "group_id")


def candidates(bucket: Bucket, account_id: str) -> Q:
    """Everybody who may be in the bucket, found by an index: the database works out the bucket of these alone."""
    if bucket is Bucket.NO_EMAIL:
        return Q(member__email_key="")
    if bucket is Bucket.DO_NOT_SEND:
        return Q(member__do_not_send=True) | _with_contact(account_id, Q(blocked_by__isnull=False))
    if bucket is Bucket.REFUSED:
        refused_there = Q(memberships__state=MembershipState.REFUSED)
        return _with_contact(account_id, Q(state=ContactState.REFUSED) | refused_there)
    if bucket in OF_STATE:
        return _with_contact(account_id, Q(state=OF_STATE[bucket]))
    if bucket in OF_LIST:
        return _with_contact(account_id, Q(memberships__state=OF_LIST[bucket]))
    if bucket is Bucket.SAME_ADDRESS:
        return Q(member__email_key__in=_shared()) | Q(member__email_key__in=_outdated_stand_ins(account_id))
    return Q()


def _shared() -> QuerySet[Member, str]:
    """Addresses that several records have."""
    keys = Member.objects.exclude(email_key="").order_by().values("email_key")
    return keys.annotate(n=Count("pk")).filter(n__gt=1).values_list("email_key", flat=True)


def _outdated_stand_ins(account_id: str) -> QuerySet[ListMembership, str]:
    """Addresses for which a record stands that has another one by now; the sync has not seen to it yet."""
    standing = ListMembership.objects.filter(contact__account_id=account_id, stand_in__isnull=False)
    outdated = standing.exclude(stand_in__email_key=F("contact__email_key"))
    return outdated.order_by().values_list("contact__email_key", flat=True)


OF_STATE = {
    Bucket.INVALID: ContactState.INVALID,
    Bucket.TOO_LONG: ContactState.TOO_LONG,
    Bucket.UNSUBSCRIBED: ContactState.UNSUBSCRIBED,
    Bucket.DELETED_THERE: ContactState.DELETED_THERE,
}
OF_LIST = {Bucket.LEFT: MembershipState.LEFT, Bucket.HELD: MembershipState.HELD}


def _with_contact(account_id: str, which: Q) -> Q:
    keys = Contact.objects.filter(which, account_id=account_id).order_by().values("email_key")
    return Q(member__email_key__in=keys)


def in_order(people: People, order: Order, account_id: str) -> People:
    if order in ORDERS:
        return people.order_by(*ORDERS[order])
    since = F("status_since")
    by_time = since.asc(nulls_last=True) if order is Order.OLDEST else since.desc(nulls_last=True)
    return with_since(people, account_id).order_by(by_time, *BY_RECORD)


def rows_of(people: Iterable[GroupMember], lists: Sequence[SyncedList]) -> list[ReportRow]:
    """Rows with their reasons: 2 queries for any number."""
    of_group = {one.group_id: one for one in lists}
    pairs = [(row.member, of_group[row.group_id]) for row in people]
    statuses = statuses_of(pairs)
    return [ReportRow(member, one, statuses[member.pk, one.pk]) for member, one in pairs]


def all_rows(report: Report) -> Iterator[ReportRow]:
    """Every row, streamed: 2 queries a thousand, memory flat."""
    people = report.rows.iterator(chunk_size=READ_AT_ONCE)
    for some in chunked(people, READ_AT_ONCE):
        yield from rows_of(some, report.lists)
