from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from integrations.sandbox.server import SandboxServer
from integrations.tests.sync import cast


@pytest.fixture
def sandbox(transactional_db: None, settings: Settings) -> Iterator[SandboxServer]:
    """A quick sandbox that the product is connected to."""
    settings.CONSTANT_CONTACT_CLIENT_ID = "sandbox-client"
    settings.CONSTANT_CONTACT_CLIENT_SECRET = "sandbox-secret"
    settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 0
    with SandboxServer() as server:
        server.set(requests_per_second=0, activity_seconds=0)
        settings.CONSTANT_CONTACT_API_URL = server.api_url
        settings.CONSTANT_CONTACT_AUTH_URL = server.auth_url
        cast.connect(server)
        server.clear_requests()
        yield server
