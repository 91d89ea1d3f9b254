"""The part of a large need that today's requests allow: whole lists, the smallest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from integrations.constant_contact.limits import LIMITS
from integrations.sync.plan import Need

FULL_ROWS_A_JOB = 3_000
"""Rows with all values that fit into a job for certain; with short values there are half as many again."""

AROUND = 10
"""Requests around a wave: looking before it, asking how its jobs stand."""

SMALLEST = AROUND + 5
"""With fewer requests left than this a wave is not begun."""


CONTACTS_A_REQUEST = 1 / (1 / FULL_ROWS_A_JOB + 1 / LIMITS.contact_page)
"""Written and read back, on one list."""

ROUNDED_UP = 3
"""The last job of each kind and the last page are not full."""


def is_enough(left: int | None) -> bool:
    """Whether so many requests are worth beginning with; None means that there is no limit."""
    return left is None or left >= SMALLEST


def requests_for(need: Need) -> int:
    """An estimate, rather too high: jobs, looks, and the pages of the read-back."""
    full = ceil(len(need.values) / FULL_ROWS_A_JOB)
    joins = sum(ceil(len(some) / LIMITS.import_rows) for some in need.joins.values())
    leaves = sum(ceil(len(some) / LIMITS.membership_contacts) for some in need.leaves.values())
    return AROUND + full + joins + leaves + ceil(len(need.contacts) / LIMITS.contact_page)


def affordable(need: Need, *, left: int | None) -> Need:
    """The whole need if `left` requests are enough (None: there is no limit), else as many lists as are.

    Small lists first, so that what can be ready today is; of a list that no day is long enough for, a piece. Who
    leaves a list is always in it.
    """
    if left is None or requests_for(need) <= left:
        return need
    named = need.carriers.keys() | need.joins.keys()
    by_size = sorted(named, key=lambda one: (len(need.on_list(one)), one))
    part = _part(need, by_size[:1])
    if requests_for(part) > left:
        spare = max(1, left - requests_for(_part(need, ())) - ROUNDED_UP)
        people = sorted(frozenset(part.values).union(*part.joins.values()))
        return _of(part, people[: int(spare * CONTACTS_A_REQUEST)])
    for count in range(2, len(by_size)):
        larger = _part(need, by_size[:count])
        if requests_for(larger) > left:
            break
        part = larger
    return part


def _part(need: Need, lists: Iterable[int]) -> Need:
    """What concerns these lists, and whoever leaves any."""
    chosen = set(lists)
    return Need(
        values=need.values & frozenset().union(*map(need.on_list, chosen)),
        joins={one: people for one, people in need.joins.items() if one in chosen},
        leaves=need.leaves,
        carriers={one: people for one, people in need.carriers.items() if one in chosen},
    )


def _of(need: Need, contacts: Iterable[int]) -> Need:
    """What concerns these contacts, and whoever leaves a list."""
    some = frozenset(contacts)
    return Need(
        values=need.values & some,
        joins={one: people & some for one, people in need.joins.items()},
        leaves=need.leaves,
        carriers={one: people & some for one, people in need.carriers.items()},
    )
