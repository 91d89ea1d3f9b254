"""(desired, observed, limits) → steps. Pure: no database, no clock, no network.

Addresses are ids of our contacts, lists are ids of our lists.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import filterfalse, islice
from typing import TypeVar

from integrations.constant_contact.limits import LIMITS

T = TypeVar("T")


class Ids(Set[int]):
    """Ids in ascending order. Each takes 8 bytes and in a set of Python's a hundred, and there are millions."""

    __slots__ = ("_ascending",)

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._ascending = array("q", sorted(set(ids)))

    def __contains__(self, one: object) -> bool:
        place = bisect_left(self._ascending, one) if isinstance(one, int) else len(self)
        return place < len(self) and self._ascending[place] == one

    def __iter__(self) -> Iterator[int]:
        return iter(self._ascending)

    def __len__(self) -> int:
        return len(self._ascending)

    def __repr__(self) -> str:
        return f"Ids({self._ascending.tolist()})"

    def without(self, others: Iterable[int]) -> Ids:
        """As `-`, by one look at each."""
        rest = Ids()
        rest._ascending = array("q", filterfalse(frozenset(others).__contains__, self))
        return rest


NoIds: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Need:
    """What differs between desired and observed, as sets of contacts.

    `values`: whose values have to be written. `joins`: who has to get onto a list. `leaves`: who has to get off.
    `carriers`: who may be named in an import into a list besides its joiners: those seen on it who belong there.
    """

    values: Set[int] = NoIds
    joins: Mapping[int, Set[int]] = field(default_factory=dict)
    leaves: Mapping[int, Set[int]] = field(default_factory=dict)
    carriers: Mapping[int, Set[int]] = field(default_factory=dict)

    @property
    def contacts(self) -> frozenset[int]:
        return frozenset(self.values).union(*self.joins.values(), *self.leaves.values())

    def on_list(self, list_id: int) -> Set[int]:
        """Who may be named in an import into the list."""
        return self.joins.get(list_id, NoIds) | self.carriers.get(list_id, NoIds)


@dataclass(frozen=True)
class ImportStep:
    """Rows for `contacts` into one list: all mapped values, or the address alone."""

    list_id: int
    contacts: Ids
    full: bool


@dataclass(frozen=True)
class RemoveStep:
    """Take every one of `contacts` (at most 500) off every one of `lists` (at most 50)."""

    lists: tuple[int, ...]
    contacts: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    imports: tuple[ImportStep, ...] = ()
    removals: tuple[RemoveStep, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.imports or self.removals)


def plan(need: Need) -> Plan:
    """The cheapest steps that answer the need; the same for the same need, whatever the order of its sets."""
    return Plan(tuple(_imports(need)), tuple(_removals(need.leaves)))


def _imports(need: Need) -> Iterator[ImportStep]:
    """Full rows once for each contact, in the lists that cover the most of them; then addresses alone.

    A row with all values is some twenty times as long as an address, and a job is limited by bytes, so each value
    travels once. One import for each set of lists would be thousands of jobs: 20 overlapping groups have that
    many sets.
    """
    values, written = frozenset(need.values), dict[int, Ids]()
    lists = need.joins.keys() | need.carriers.keys()
    left = {one: Ids(values.intersection(need.on_list(one))) for one in lists}
    while any(left.values()):
        list_id = max(sorted(left), key=lambda one: len(left[one]))
        covered = written[list_id] = left.pop(list_id)
        yield ImportStep(list_id, covered, full=True)
        done = frozenset(covered)
        left = {one: contacts.without(done) for one, contacts in left.items()}
    for list_id in sorted(need.joins):
        if joining := Ids(need.joins[list_id]).without(written.get(list_id, NoIds)):
            yield ImportStep(list_id, joining, full=False)


def _removals(leaves: Mapping[int, Set[int]]) -> Iterator[RemoveStep]:
    """One call names people and lists and removes each from each, so only people who leave the same lists share it.

    The cheaper of two ways: by set of lists, or list by list.
    """
    by_list = list(_removals_by_list(leaves))
    by_set = list(_removals_by_set(leaves))
    yield from by_set if len(by_set) <= len(by_list) else by_list


def _removals_by_list(leaves: Mapping[int, Set[int]]) -> Iterator[RemoveStep]:
    for list_id in sorted(leaves):
        for chunk in _chunks(sorted(leaves[list_id]), LIMITS.membership_contacts):
            yield RemoveStep((list_id,), chunk)


def _removals_by_set(leaves: Mapping[int, Set[int]]) -> Iterator[RemoveStep]:
    lists_of: dict[int, list[int]] = defaultdict(list)
    for list_id in sorted(leaves):
        for contact in leaves[list_id]:
            lists_of[contact].append(list_id)
    sharing: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for contact in sorted(lists_of):
        sharing[tuple(lists_of[contact])].append(contact)
    for lists, contacts in sorted(sharing.items()):
        for some_lists in _chunks(lists, LIMITS.membership_lists):
            for some in _chunks(contacts, LIMITS.membership_contacts):
                yield RemoveStep(some_lists, some)


def _chunks(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    source = iter(items)
    while chunk := tuple(islice(source, size)):
        yield chunk
