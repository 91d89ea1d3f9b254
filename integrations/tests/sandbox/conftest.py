from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.api import Api


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def sandbox(clock: HandClock) -> Iterator[SandboxServer]:
    """A fresh sandbox without pacing whose activities finish at the next look."""
    with SandboxServer(clock=clock) as running:
        running.set(requests_per_second=0, token_requests_per_second=0, activity_seconds=0)
        yield running


@pytest.fixture
def api(sandbox: SandboxServer) -> Api:
    return Api(sandbox)
