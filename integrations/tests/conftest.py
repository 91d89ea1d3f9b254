from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from integrations.sandbox.grants import DEFAULT_CLIENT
from integrations.sandbox.server import SandboxServer


@pytest.fixture
def constant_contact(settings: Settings) -> Iterator[SandboxServer]:
    """A sandbox without waits, and settings that lead to it."""
    with SandboxServer() as server:
        server.set(activity_seconds=0, requests_per_second=0, token_requests_per_second=0)
        settings.CONSTANT_CONTACT_CLIENT_ID, settings.CONSTANT_CONTACT_CLIENT_SECRET = DEFAULT_CLIENT
        settings.CONSTANT_CONTACT_API_URL, settings.CONSTANT_CONTACT_AUTH_URL = (
            server.api_url,
            server.auth_url,
        )
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 0
        yield server
