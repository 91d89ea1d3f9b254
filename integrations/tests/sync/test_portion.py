"""How much of a large need is begun with so many requests left."""

from __future__ import annotations

from integrations.sync.plan import Need
from integrations.sync.portion import affordable, is_enough, requests_for


def first_sync(**sizes: int) -> Need:
    """Lists 1, 2, 3… of so many people each, nobody on two."""
    joins, begin = {}, 0
    for number, size in enumerate(sizes.values(), 1):
        joins[number] = frozenset(range(begin, begin + size))
        begin += size
    return Need(values=frozenset(range(begin)), joins=joins, carriers=joins)


def test_without_a_limit_and_with_enough_left_everything_is_begun() -> None:
    need = first_sync(a=100_000, b=12)
    assert affordable(need, left=None) == need
    assert affordable(need, left=requests_for(need)) == need


def test_the_smallest_lists_come_first() -> None:
    need = first_sync(large=30_000, small=400, tiny=12)
    part = affordable(need, left=requests_for(need) - 1)
    assert set(part.joins) == {2, 3}
    assert part.values == need.joins[2] | need.joins[3]


def test_of_a_list_that_is_too_long_for_what_is_left_a_piece_is_begun() -> None:
    need = first_sync(only=100_000)
    part = affordable(need, left=60)
    assert 10_000 < len(part.contacts) < 30_000
    assert requests_for(part) <= 60
    assert part.values == part.joins[1] == part.carriers[1]


def test_however_little_is_left_something_is_begun() -> None:
    assert affordable(first_sync(only=100_000), left=15).contacts


def test_who_leaves_a_list_never_waits_for_those_who_come() -> None:
    need = Need(joins={1: frozenset(range(90_000))}, leaves={2: frozenset({7, 8})})
    assert affordable(need, left=40).leaves == need.leaves


def test_a_few_requests_are_not_begun_with() -> None:
    assert not is_enough(14)
    assert is_enough(15)
    assert is_enough(None)
