"""`pytest -p novi_ams.tests.on_postgres`: the tests that use a database, on a throw-away PostgreSQL.

Loaded by name, so that the server runs before Django reads its settings. Workers of xdist inherit the address.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from novi_ams.tests.services import REQUIRED, throwaway_postgres

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

_stack = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    try:
        os.environ["DATABASE_URL"] = _stack.enter_context(throwaway_postgres())
    except FileNotFoundError as error:
        if os.environ.get(REQUIRED):
            raise pytest.UsageError(str(error)) from error
        pytest.exit(f"Skipped on PostgreSQL: {error}", returncode=0)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database says the same on both."""
    others = [one for one in items if not _uses_database(one)]
    config.hook.pytest_deselected(items=others)
    items[:] = [one for one in items if _uses_database(one)]


def _uses_database(item: pytest.Item) -> bool:
    names: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(names)


def pytest_unconfigure() -> None:
    _stack.close()
