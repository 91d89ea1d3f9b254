"""Something goes wrong in a cycle: at its n-th request, or where the worker comes to a boundary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.tests.chaos.boundaries import Killed, watched
from integrations.tests.chaos.faults import FAULTS, Before, mend
from integrations.tests.sync.cast import expire_leases

MOST_REQUESTS = 250
"""No cycle over a dozen people needs so many: it would never end."""

ANOTHER_WORKER = "another worker comes", "another worker takes over"
QUOTA = "quota used up"
BEFORE_THE_WORK, AFTER_THE_WORK = "killed before the work", "killed after the work"
BETWEEN_REQUESTS = "killed between requests"
KILLED = BEFORE_THE_WORK, AFTER_THE_WORK, BETWEEN_REQUESTS
TROUBLES = (*FAULTS, *KILLED, *ANOTHER_WORKER)
KILLED_AT = "killed at a boundary"
"""By the history's scene, not by chance."""

struck: Counter[tuple[str, str]] = Counter()
"""How often each trouble met each kind of request, or a worker died at a boundary: else nothing is proved."""


class TooManyRequestsError(AssertionError):
    """A cycle asked on and on, or though today's requests are used up, or another worker took over."""


@dataclass
class Cycle:
    """What happens in one: `trouble` (one of TROUBLES, or blank) at the `nth` request, counted from 0; or death `at`
    a boundary, the first time it is come to. `later`: so many commits after that request somebody dies between two, or
    as much later something comes. `struck` and `errors`: what surely went wrong, and what the client made of it.
    """

    sandbox: SandboxServer
    trouble: str = ""
    nth: int = 0
    later: int = 0
    at: str = ""
    most: int = MOST_REQUESTS
    requests: list[str] = field(default_factory=list)
    boundaries: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)
    errors: set[type[Exception]] = field(default_factory=set)
    before: Before | None = None
    commits: int = 0
    dead: bool = False
    busy: bool = False

    def come(self, boundary: str) -> None:
        """The worker comes to a boundary; another one that came in between does what it does undisturbed."""
        if self.busy:
            return
        self.boundaries.add(boundary)
        if boundary == self.at:
            self._die(KILLED_AT, boundary)
        where, _, what = boundary.partition(" ")
        {"sent": self._sent, "answered": self._answered, "committed": self._committed}[where](what)

    def _sent(self, request: str) -> None:
        if request == "POST /token":
            return
        self.requests.append(request)
        if len(self.requests) > self.most:
            raise TooManyRequestsError(f"{len(self.requests)} requests in one cycle, the last {request}")
        if not self._is_due():
            return
        if self.trouble == BEFORE_THE_WORK:
            self._die(self.trouble, request)
        if self.trouble == QUOTA:
            self.most = len(self.requests)
        if fault := FAULTS.get(self.trouble):
            self.before = Before.now(self.sandbox)
            fault.order(self.sandbox, self.later)

    def _answered(self, request: str) -> None:
        if request == "POST /token" or not self._is_due():
            return
        if self.trouble == AFTER_THE_WORK:
            self._die(self.trouble, request)
        if self.trouble in ANOTHER_WORKER:
            takes_over = self.trouble == "another worker takes over"
            self._strike(self.trouble, request)
            self.busy = True
            _another_worker(takes_over=takes_over)
            self.busy = False
            # It lost its lease, and has to notice before it sends anything.
            self.most = len(self.requests) if takes_over else self.most

    def _committed(self, what: str) -> None:
        self.commits += len(self.requests) > self.nth
        if self.trouble == BETWEEN_REQUESTS and self.commits > self.later:
            self._die(self.trouble, what)

    def _is_due(self) -> bool:
        return bool(self.trouble) and len(self.requests) == self.nth + 1

    def _die(self, how: str, where: str) -> None:
        self.dead = True
        self._strike(how, where)
        raise Killed

    def _strike(self, how: str, where: str) -> None:
        self.struck.add(how)
        struck[how, where] += 1

    def end(self) -> None:
        """See what the sandbox says of it, and let nothing go wrong any more."""
        if not self.before:
            return
        fault = FAULTS[self.trouble]
        if fault.error is None or any(issubclass(one, fault.error) for one in self.errors):
            for where in fault.struck(self.sandbox, self.before):
                self._strike(self.trouble, where)
        mend(self.sandbox)


@contextmanager
def troubled(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, **what: Any) -> Iterator[Cycle]:
    """Let it happen to the cycle in the block; `what` as in `Cycle`."""
    with monkeypatch.context() as patched:
        cycle = Cycle(sandbox, **what)
        with watched(patched, cycle):
            try:
                yield cycle
            finally:
                cycle.end()


def _another_worker(*, takes_over: bool) -> None:
    """A second worker between a request and the next: it finds the lease taken, or the first one was away too long.

    Whoever takes over then does everything before the first one comes to, with an answer of before in its hands.
    """
    if takes_over:
        expire_leases()
    outcome = run_cycle(trigger="another worker")
    assert takes_over or outcome.reason == "another worker is at it"
