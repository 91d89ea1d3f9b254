"""Memberships as plain rows: there are millions, and a model's instance costs ten times as much to make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from integrations.models import Contact, ListMembership, MembershipState
from integrations.sync.rows import among, streamed


@dataclass(slots=True, eq=False)
class Membership:
    """A row of ListMembership; `id` is None for one that is not stored, whose `contact` may be not stored either."""

    synced_list_id: int
    contact_id: int | None = None
    id: int | None = None
    stand_in_id: int | None = None
    wanted: bool = False
    seen: bool = False
    added_by_us: bool = False
    consent: bool = False
    background: bool = False
    state: str = MembershipState.OPEN
    reason: str = ""
    since: datetime | None = None
    tried_at: datetime | None = None
    contact: Contact | None = None


READ = (
    "synced_list_id", "contact_id", "id", "stand_in_id", "wanted", "seen", "added_by_us", "consent", "background",
    "state", "reason",
)  # fmt: skip
"""In the order of Membership, without its moments, which are only ever written."""


def memberships_of(contact_ids: Collection[int]) -> dict[int, dict[int, Membership]]:
    """`{contact id: {list id: membership}}`, without `since` and `tried_at`."""
    found: dict[int, dict[int, Membership]] = defaultdict(dict)
    if not contact_ids:
        return found
    rows = ListMembership.objects.filter(contact_id__in=among(contact_ids)).values_list(*READ)
    for row in streamed(rows):
        found[row[1]][row[0]] = Membership(*row)
    return found
