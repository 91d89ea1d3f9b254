"""The accounting of a list as a picture: the whole bar, and its small rest magnified below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from integrations.accounting import Accounts
from integrations.models import SyncedList
from integrations.statuses import AWAITS_VALUES, LEDGER, AddressBucket, Bucket

LEAST = 0.9
"""The narrowest a segment is drawn, in percent of the bar: five pixels of a column of 600."""


@dataclass(frozen=True)
class Segment:
    """From `x` over `width`, both in percent."""

    fill: str
    label: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Line:
    """A line of a ledger; `url` is blank where there is nobody to show."""

    label: str
    count: int
    url: str
    fill: str = ""
    aside: str = ""
    aside_url: str = ""


@dataclass(frozen=True)
class AccountBar:
    accounts: Accounts
    whole: Sequence[Segment]
    rest: Sequence[Segment]
    people: Sequence[Line]
    addresses: Sequence[Line]
    strangers_url: str

    @property
    def rest_count(self) -> int:
        return self.accounts.members - self.accounts.synced

    @property
    def rest_x(self) -> float:
        """Where the rest begins in the whole bar, in percent."""
        return self.whole[-1].x if self.whole else 0

    @property
    def funnel(self) -> str:
        """Points of the wedge that leads from the rest to its magnification, in a box of 100 × 18."""
        return f"{self.rest_x:.2f},0 100,0 100,18 0,18"


def account_bar(synced_list: SyncedList, accounts: Accounts) -> AccountBar:
    rest = {bucket: accounts.people[bucket] for bucket in LEDGER if bucket is not Bucket.SYNCED}
    halves = {"good": accounts.synced, "plain": sum(rest.values())}
    labels = {"good": "on the list", "plain": "not on the list"}
    return AccountBar(
        accounts=accounts,
        whole=segments([(fill, labels[fill], count) for fill, count in halves.items()]),
        rest=segments([(bucket.value.fill, bucket.label, count) for bucket, count in rest.items()]),
        people=[
            _person_line(bucket, synced_list, accounts) for bucket in LEDGER if _is_shown(bucket, accounts)
        ],
        addresses=[_address_line(bucket, synced_list, accounts.addresses) for bucket in AddressBucket],
        strangers_url=addresses_url(synced_list, AddressBucket.ONLY_THERE),
    )


def segments(parts: Sequence[tuple[str, str, int]]) -> list[Segment]:
    """Parts (fill, label, count) side by side over 100 percent; empty ones left out, none narrower than LEAST."""
    present = [part for part in parts if part[2]]
    total = sum(count for _, _, count in present)
    widths = [max(LEAST, count / total * 100) for _, _, count in present]
    scale, at, found = 100 / sum(widths) if widths else 1, 0.0, []
    for (fill, label, count), width in zip(present, widths, strict=True):
        found.append(Segment(fill, label, count, round(at, 3), round(width * scale, 3)))
        at += width * scale
    return found


def people_url(synced_list: SyncedList, code: str) -> str:
    """The group's people in a bucket."""
    return f"{reverse('group_members', args=[synced_list.group_id])}?bucket={code}"


def addresses_url(synced_list: SyncedList, bucket: AddressBucket) -> str:
    """The addresses on the list in a bucket."""
    return f"{reverse('integrations:addresses', args=[synced_list.group_id])}?bucket={bucket.code}"


def _is_shown(bucket: Bucket, accounts: Accounts) -> bool:
    return bool(accounts.people[bucket]) or bucket in (Bucket.SYNCED, Bucket.PENDING)


def _person_line(bucket: Bucket, synced_list: SyncedList, accounts: Accounts) -> Line:
    aside, aside_url = bucket.value.aside, ""
    if bucket is Bucket.SYNCED and accounts.awaiting_values:
        awaiting = accounts.awaiting_values
        aside = f"of which {awaiting:,} await{'s' if awaiting == 1 else ''} values"
        aside_url = people_url(synced_list, AWAITS_VALUES)
    count = accounts.people[bucket]
    url = people_url(synced_list, bucket.code) if count else ""
    return Line(bucket.label, count, url, bucket.value.fill, aside, aside_url)


def _address_line(
    bucket: AddressBucket, synced_list: SyncedList, counts: Mapping[AddressBucket, int]
) -> Line:
    count = counts[bucket]
    if bucket is AddressBucket.SYNCED:
        url = people_url(synced_list, Bucket.SYNCED.code)
    else:
        url = addresses_url(synced_list, bucket)
    return Line(bucket.label, count, url if count else "")
