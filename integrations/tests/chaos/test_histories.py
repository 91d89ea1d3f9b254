"""Random histories with random trouble: after quiet, both sides agree and nothing of anybody else's moved.

`make chaos N=5000` for more; `CHAOS_SEED=123` for one alone. A failing one shows its seed and the shortest history
that fails in the same way.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from integrations.sandbox.server import SandboxServer
from integrations.tests.chaos.histories import History, draw, live, shrink
from integrations.tests.chaos.trouble import struck

BLOCK = 10
COUNT = int(os.environ.get("CHAOS_N", "300"))
ONE = os.environ.get("CHAOS_SEED")
FIRST = int(os.environ.get("CHAOS_FIRST", "0"))
BLOCKS = (
    [(int(ONE), int(ONE) + 1)]
    if ONE
    else [(first, first + BLOCK) for first in range(FIRST, FIRST + COUNT, BLOCK)]
)


@pytest.mark.parametrize(("first", "end"), BLOCKS)
def test_after_quiet_both_sides_agree(
    sandbox: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    first: int,
    end: int,
) -> None:
    struck.clear()
    for seed in range(first, end):
        history = draw(seed)
        failure = trouble_of(history, sandbox, monkeypatch)
        if failure is not None:
            kind = type(failure)
            shortest = shrink(history, lambda one: isinstance(trouble_of(one, sandbox, monkeypatch), kind))  # noqa: B023
            last = trouble_of(shortest, sandbox, monkeypatch) or failure
            raise AssertionError(f"{shortest}\n\n{last!r}") from last
    record_property("struck", [(*met, times) for met, times in struck.items()])


def trouble_of(history: History, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Exception | None:
    """What went wrong in the history, if anything: a false proof, or an error that nobody expected."""
    try:
        live(history, sandbox, monkeypatch)
    except Exception as error:  # noqa: BLE001 - whatever it is, the history is to be shown with it
        return error
    return None
