from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from integrations.constant_contact.client import Client
from integrations.sandbox.grants import DEFAULT_CLIENT
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Pauses
from integrations.tests.chaos.trouble import KILLED_AT, TROUBLES


@pytest.fixture
def sandbox(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SandboxServer]:
    """A sandbox for many histories, and a product that waits for nothing."""
    settings.CONSTANT_CONTACT_CLIENT_ID, settings.CONSTANT_CONTACT_CLIENT_SECRET = DEFAULT_CLIENT
    settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 0
    # The sandbox either did the work or never will: looking at once is right here.
    for module in ("operations", "remote_lists", "remote_fields", "waves", "renaming", "forgetting"):
        monkeypatch.setattr(f"integrations.sync.{module}.may_still_arrive", lambda _operation: False)
    monkeypatch.setitem(Client.__init__.__kwdefaults__ or {}, "sleep", lambda _seconds: None)
    monkeypatch.setattr(Pauses, "due", lambda _pauses: True)
    # Not `time.sleep` itself, which the sandbox waits with, too.
    hurried = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: time.sleep(0.02))
    monkeypatch.setattr("integrations.sync.cycle.time", hurried)
    monkeypatch.setattr("integrations.sync.readback.SEARCH_LAG", timedelta(seconds=1))
    with SandboxServer() as server:
        settings.CONSTANT_CONTACT_API_URL, settings.CONSTANT_CONTACT_AUTH_URL = (
            server.api_url,
            server.auth_url,
        )
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How often each trouble struck, and at how many kinds of request or boundaries."""
    met: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for report in terminalreporter.getreports("passed"):
        for trouble, where, times in dict(report.user_properties).get("struck", ()):
            met[trouble][where] += times
    if met:
        terminalreporter.section("troubles that struck, and at how many places")
        for trouble in (*TROUBLES, KILLED_AT):
            terminalreporter.line(f"{sum(met[trouble].values()):>6}  {len(met[trouble]):>3}  {trouble}")
