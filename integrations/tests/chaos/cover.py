"""Settings of the sandbox's switches such that any two values of any two switches meet in one of them.

What only a person can end (the service is down for good, the application is switched off) is left out, as is what the
troubles of a history bring one at a time; seconds are short, since nothing waits in a history.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from itertools import combinations, product
from typing import Any

from integrations.sandbox.switches import kind, names

Row = Mapping[str, Any]
Cell = tuple[str, Any]
Pair = tuple[Cell, Cell]

BROUGHT_BY_TROUBLE = {
    "down", "slow_seconds", "refuse_every", "lose_answer_every", "quota_used_up", "activity_outcome",
}  # fmt: skip
NEVER_ENDS = {"application_active", "privileges", "redirect_uris"}
PACING = {"requests_per_second", "requests_per_day", "token_requests_per_second", "throttled_requests_count"}
LEFT_OUT = BROUGHT_BY_TROUBLE | NEVER_ENDS | PACING
NUMBERS: Mapping[str, Sequence[float]] = {
    "access_token_seconds": (86_400, 3_600),
    "code_seconds": (300,),
    "rotation_grace_seconds": (0, 60),
    "read_lag_seconds": (0, 0.02),
    "count_lag_seconds": (0, 0.02),
    "search_lag_seconds": (0, 0.02),
    "activity_seconds": (0, 0.02),
}
CANDIDATES = 3
"""Rows drawn for each one kept: more make the table shorter by a row or two and take longer."""


def values() -> dict[str, Sequence[Any]]:
    """Every switch that varies, with all its values; the first is the default where it is a number."""
    return {name: _values_of(name) for name in names() if name not in LEFT_OUT}


def _values_of(name: str) -> Sequence[Any]:
    wanted = kind(name)
    if wanted is bool:
        return (False, True)
    return tuple(wanted) if issubclass(wanted, Enum) else NUMBERS[name]


@cache
def covering_rows() -> tuple[Row, ...]:
    """The same rows every time: greedily the best of some drawn ones, until no pair is left."""
    chance, switches = random.Random(1), values()
    left = dict.fromkeys(all_pairs())
    rows = []
    while left:
        drawn = [_drawn(chance, switches, left) for _ in range(CANDIDATES)]
        best = max(drawn, key=lambda row: sum(pair in left for pair in pairs(row)))
        for pair in pairs(best):
            left.pop(pair, None)
        rows.append(best)
    return tuple(rows)


def all_pairs() -> Iterator[Pair]:
    """Every two cells that could be in one row."""
    for (one, of_one), (other, of_other) in combinations(sorted(values().items()), 2):
        yield from product([(one, value) for value in of_one], [(other, value) for value in of_other])


def pairs(row: Row) -> Iterator[Pair]:
    """Every two cells of a row."""
    return combinations(sorted(row.items()), 2)


def _drawn(chance: random.Random, switches: Mapping[str, Sequence[Any]], left: Mapping[Pair, None]) -> Row:
    """A row around the first pair that is left, each further value the one that meets the most new pairs."""
    row = dict(next(iter(left)))
    for name in chance.sample(sorted(switches), len(switches)):
        if name not in row:
            options = chance.sample(list(switches[name]), len(switches[name]))
            row[name] = max(options, key=lambda value: _new((name, value), row, left))
    return row


def _new(cell: Cell, row: Row, left: Mapping[Pair, None]) -> int:
    """How many pairs that are left the cell makes with those of the row."""
    return sum((min(cell, other), max(cell, other)) in left for other in row.items())
