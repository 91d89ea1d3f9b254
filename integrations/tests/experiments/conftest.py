from __future__ import annotations

import pytest

from integrations.experiments import readiness
from integrations.sandbox.server import SandboxServer
from integrations.tests.connections import connected


@pytest.fixture
def account(db: None, constant_contact: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """A connected account whose clock moves on where an experiment would wait."""
    connected(constant_contact)
    constant_contact.clear_requests()
    monkeypatch.setattr(readiness, "sleep", constant_contact.shift_clock)
    return constant_contact
