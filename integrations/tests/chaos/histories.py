"""Living a history, and the shortest one that still fails."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import time_machine

from integrations.sandbox.server import SandboxServer
from integrations.tests.chaos.cover import covering_rows
from integrations.tests.chaos.ending import (
    assert_all_is_as_it_should_be,
    assert_nobody_was_refused_in_passing,
    assert_nothing_was_forgotten,
)
from integrations.tests.chaos.scenes import BOUNDARIES, dying_at, struck_by
from integrations.tests.chaos.steps import BEGINNING, Step, draw_steps
from integrations.tests.chaos.trouble import TROUBLES
from integrations.tests.chaos.world import World

T = TypeVar("T")

LONGEST = 12


@dataclass(frozen=True)
class History:
    """`switches`: how Constant Contact behaves, one row of the table in which any two values meet."""

    seed: int
    switches: tuple[tuple[str, Any], ...]
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        lines = [f"seed {self.seed}", *(f"  {name} = {value!r}" for name, value in self.switches)]
        return "\n".join([*lines, *(f"  {step}" for step in self.steps)])


class NotStruckError(Exception):
    """A scene did not lead where it should, or there are boundaries that none leads to."""


Live = Callable[[History], None]


def draw(seed: int) -> History:
    """Consecutive seeds go through the rows of switches, so that as many histories as rows meet every pair, through the
    boundaries at which a worker dies, and through the troubles.
    """
    chance, rows, boundaries = random.Random(seed), covering_rows(), list(BOUNDARIES)
    switches, scene = rows[seed % len(rows)], dying_at(boundaries[seed % len(boundaries)])
    strike = struck_by(TROUBLES[seed % len(TROUBLES)], chance)
    drawn = draw_steps(chance, length=chance.randrange(2, LONGEST))
    return History(seed, tuple(switches.items()), (*BEGINNING, *scene, *strike, *drawn))


def live(history: History, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Raises AssertionError when something is not as it should be after quiet."""
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True) as travel:
        world = World(sandbox, monkeypatch, travel, switches=dict(history.switches))
        for step in history.steps:
            world.perform(step)
            assert_nobody_was_refused_in_passing(world)
        world.quieten()
        assert_nothing_was_forgotten(world)
        world.sleep_over_it()
        assert_all_is_as_it_should_be(world)
        if world.died_at != [step.at for step in history.steps if step.verb == "cycle" and step.at]:
            raise NotStruckError(f"the worker died at {world.died_at}")
        if missed := {one.trouble for one in history.steps if one.verb == "struck_cycle"} - world.struck:
            raise NotStruckError(f"nothing was struck by {missed}")
        if unknown := world.boundaries - BOUNDARIES.keys():
            raise NotStruckError(f"no scene leads to {sorted(unknown)}")


def shrink(history: History, fails: Callable[[History], bool], *, most: int = 120) -> History:
    """The shortest history found by dropping steps and switches that still fails."""
    tries = 0
    progress = True
    while progress and tries < most:
        progress = False
        for smaller in _smaller(history):
            tries += 1
            if fails(smaller):
                history, progress = smaller, True
                break
            if tries >= most:
                break
    return history


def _smaller(history: History) -> Sequence[History]:
    steps, switches = history.steps, history.switches
    return [
        *(History(history.seed, some, steps) for some in _halves(switches)),
        *(History(history.seed, switches, some) for some in _halves(steps)),
        *(History(history.seed, switches, some) for some in _without_one(steps)),
        *(History(history.seed, some, steps) for some in _without_one(switches)),
    ]


def _halves(items: tuple[T, ...]) -> list[tuple[T, ...]]:
    middle = len(items) // 2
    return [items[:middle], items[middle:]] if len(items) > 3 else []


def _without_one(items: tuple[T, ...]) -> list[tuple[T, ...]]:
    return [items[:place] + items[place + 1 :] for place in range(len(items))]
