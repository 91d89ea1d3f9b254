"""Loaded by pytest.ini before Django reads its settings: tests know nothing of a demo or an .env beside them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "var" / "tests"
THEIRS = {
    "DEBUG": "true",
    "SITE_URL": "http://localhost:8000",
    "CONSTANT_CONTACT_CLIENT_ID": "",
    "CONSTANT_CONTACT_CLIENT_SECRET": "",
    "CONSTANT_CONTACT_API_URL": "https://api.cc.email/v3",
    "CONSTANT_CONTACT_AUTH_URL": "https://authz.constantcontact.com/oauth2/default/v1",
    "CONSTANT_CONTACT_REQUESTS_PER_SECOND": "4",
    "CONSTANT_CONTACT_REQUESTS_PER_DAY": "10000",
    "REDIS_URL": "",
    "EMAIL_URL": "",
}


# What they assert is worth being told in full, as if it stood in a test.
pytest.register_assert_rewrite("novi_ams.tests.browser", "integrations.tests.chaos.ending")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    os.environ.update(THEIRS)
    os.environ.setdefault("DATABASE_URL", "")
    if not _is_worker():
        # Each run has its own, so that two at once do not share a database.
        FOLDER.mkdir(parents=True, exist_ok=True)
        os.environ["VAR_DIR"] = tempfile.mkdtemp(dir=FOLDER)
        # As if static files were collected; else every test that asks for a page warns.
        (Path(os.environ["VAR_DIR"]) / "static").mkdir()


def pytest_unconfigure() -> None:
    if not _is_worker():
        shutil.rmtree(os.environ["VAR_DIR"], ignore_errors=True)


def _is_worker() -> bool:
    """One of the processes of xdist, which share what the first one made."""
    return "PYTEST_XDIST_WORKER" in os.environ
