"""Fixtures that every room's tests may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from novi_ams.association.models import User
from novi_ams.association.roles import RoleName
from novi_ams.celery import app
from novi_ams.tests.browser import assert_no_csp_violations, assert_no_script_errors, watch
from novi_ams.tests.ids import FIRST_ID, begin_ids_at
from novi_ams.tests.people import person, session_cookie
from novi_ams.tests.services import unavailable

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""No sandbox, because tests may run as root; nothing drawn by a graphics card that is not there, nothing fetched."""


PATIENCE = 20_000
"""Milliseconds until something that a page is to show counts as missing; a busy machine may need more than five."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that commits begins with what the migrations put in.

    Otherwise Django makes the content types anew after its flush, with other numbers than those that the roles of
    a later test name.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            # What the migrations put in is kept only where the marker itself says so.
            whole = pytest.mark.django_db(**{**marker.kwargs, "serialized_rollback": True})
            item.add_marker(whole, append=False)
        elif "transactional_db" in (names := getattr(item, "fixturenames", [])):
            names.append("django_db_serialized_rollback")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Numbers begin above 1,000, as an association's do.

    People read numbers with a comma in them; an address or a form that carries one with a comma is broken, and
    nobody would see it on the first thousand records.
    """
    with django_db_blocker.unblock():
        begin_ids_at(FIRST_ID)


@pytest.fixture(scope="session", autouse=True)
def _broker_in_memory() -> None:
    """Tasks that tests cause are queued for nobody; the tests of real workers start their own broker."""
    app.conf.update(broker_url="memory://", broker_transport_options={})


@pytest.fixture(autouse=True)
def _clear_cache() -> None:
    """Counters that live in the cache (lock-outs, budgets) do not leak from one test into the next."""
    cache.clear()


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """One Chromium for the whole run, the machine's own: nothing is downloaded.

    Playwright leaves its event loop running in this thread. Django then refuses the database, which is allowed
    here, and hands out another connection than before, which does not know what the migrations had put in.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        unavailable("No Chromium on this machine: install Debian's chromium to run the browser tests.")
    expect.set_options(timeout=PATIENCE)
    migrated = getattr(connection, "_test_serialized_contents", "[]")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        setattr(connection, "_test_serialized_contents", migrated)  # noqa: B010 - no declared attribute
        launched = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()
        connections.close_all()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser, django_db_serialized_rollback: None, live_server: Any) -> Iterator[Page]:
    """A signed-out page of 1280 × 900 on the live server; addresses are paths.

    The roles that migrations made are there. Whatever broke the content security policy or raised in a script
    while the test ran fails it at the end.
    """
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    watch(opened)
    yield opened
    assert_no_csp_violations(opened)
    assert_no_script_errors(opened)
    context.close()


@pytest.fixture
def sign_in(page: Page, live_server: Any) -> Callable[..., User]:
    """`sign_in(role=…)` signs a new person in without typing, `sign_in(user=…)` one you made."""

    def signed_in(role: RoleName | None = RoleName.ASSOCIATION_ADMIN, *, user: User | None = None) -> User:
        who = user or person(role)
        cookie = session_cookie(who)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return who

    return signed_in
