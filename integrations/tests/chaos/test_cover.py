"""The table of switches meets every two values, and the histories of a run go through all of it."""

from __future__ import annotations

from itertools import combinations
from math import gcd

from integrations.constant_contact import errors
from integrations.sandbox.switches import names
from integrations.tests.chaos.cover import LEFT_OUT, all_pairs, covering_rows, pairs, values
from integrations.tests.chaos.faults import FAULTS
from integrations.tests.chaos.histories import draw
from integrations.tests.chaos.scenes import BOUNDARIES
from integrations.tests.chaos.steps import WEIGHTS
from integrations.tests.chaos.trouble import TROUBLES


def test_any_two_values_of_any_two_switches_meet_in_one_row() -> None:
    met = {pair for row in covering_rows() for pair in pairs(row)}
    assert set(all_pairs()) <= met


def test_every_switch_varies_or_is_left_out_for_a_reason() -> None:
    assert set(names()) == values().keys() | LEFT_OUT
    assert all(row.keys() == values().keys() for row in covering_rows())


def test_as_many_histories_as_there_are_rows_meet_every_pair() -> None:
    rows = len(covering_rows())
    met = {pair for seed in range(7, 7 + rows) for pair in pairs(dict(draw(seed).switches))}
    assert met == set(all_pairs())
    assert rows <= 30


def test_as_many_histories_as_there_are_boundaries_kill_a_worker_at_every_one() -> None:
    """Each history fails unless the worker came to its boundary and died there."""
    count = len(BOUNDARIES)
    struck = {
        step.at
        for seed in range(7, 7 + count)
        for step in draw(seed).steps
        if step.verb == "cycle" and step.at
    }
    assert struck == BOUNDARIES.keys()
    assert count <= 100


def test_as_many_histories_as_there_are_troubles_are_struck_by_every_one() -> None:
    """Each history fails unless the sandbox shows that its trouble struck, and the client made of it what it is."""
    steps = [step for seed in range(7, 7 + len(TROUBLES)) for step in draw(seed).steps]
    assert {step.trouble for step in steps if step.verb == "struck_cycle"} == set(TROUBLES)


def test_every_kind_of_error_that_a_sync_can_meet_strikes() -> None:
    """Only connecting meets the others."""
    kinds = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)}
    struck = {fault.error for fault in FAULTS.values() if fault.error}
    assert kinds - struck == {errors.ConstantContactError, errors.OAuthError, errors.OAuthDenied}


def test_each_boundary_and_each_trouble_meets_others_every_time() -> None:
    counts = len(BOUNDARIES), len(covering_rows()), len(TROUBLES)
    assert all(gcd(one, other) == 1 for one, other in combinations(counts, 2))


def test_every_verb_and_every_trouble_is_drawn() -> None:
    steps = [step for seed in range(100) for step in draw(seed).steps]
    assert WEIGHTS.keys() <= {step.verb for step in steps}
    assert {step.trouble for step in steps if step.verb == "cycle"} == {"", *TROUBLES}
