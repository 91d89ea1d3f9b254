"""What differs is answered once each, by rows of values in the lists that cover the most."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from integrations.sync.plan import Ids, Need, plan

PEOPLE = st.frozensets(st.integers(1, 30))
LISTS = st.dictionaries(st.integers(1, 5), PEOPLE)


@given(values=PEOPLE, joins=LISTS, carriers=LISTS)
def test_each_value_is_written_once_where_it_may_be_and_each_joiner_named_once_on_each_list(
    values: frozenset[int], joins: dict[int, frozenset[int]], carriers: dict[int, frozenset[int]]
) -> None:
    need = Need(values=values, joins=joins, carriers=carriers)
    steps = plan(need).imports
    written = Counter(one for step in steps if step.full for one in step.contacts)
    assert written == Counter(values.intersection(frozenset().union(*map(need.on_list, joins | carriers))))
    assert all(one in need.on_list(step.list_id) for step in steps for one in step.contacts)
    named = Counter((step.list_id, one) for step in steps for one in step.contacts)
    assert set(named.values()) <= {1}
    assert named.keys() >= {(list_id, one) for list_id, people in joins.items() for one in people}


def test_the_list_that_covers_the_most_comes_first_and_the_others_get_addresses_alone() -> None:
    joins = {1: Ids([1, 2]), 2: Ids([1, 2, 3])}
    steps = plan(Need(values=Ids([1, 2, 3]), joins=joins)).imports
    assert [(step.list_id, step.full, [*step.contacts]) for step in steps] == [
        (2, True, [1, 2, 3]),
        (1, False, [1, 2]),
    ]


@given(some=PEOPLE, others=PEOPLE)
def test_ids_are_a_set_in_ascending_order(some: frozenset[int], others: frozenset[int]) -> None:
    ids = Ids(some)
    assert Need(values=ids) == Need(values=some)
    assert [*ids] == sorted(some)
    assert [one for one in range(32) if one in ids] == sorted(some)
    assert [*ids.without(others)] == sorted(some - others)
    assert ids | Ids(others) == some | others
    assert ids & others == some & others
