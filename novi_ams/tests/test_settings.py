"""What a process that is not for development needs before it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DEBUG": "false",
    "SITE_URL": "https://members.example.org",
    "ALLOWED_HOSTS": "members.example.org",
    "SECRET_KEY": "a secret",
    "FIELD_ENCRYPTION_KEYS": "a key",
}


def refusal(environment: dict[str, str], folder: Path) -> str:
    """What reading the settings with this environment ends with; empty when all is in order."""
    unset = dict.fromkeys(PRODUCTION, "")
    done = subprocess.run(
        [sys.executable, "-c", "import novi_ams.settings"],
        cwd=BASE_DIR,
        env=os.environ | unset | {"VAR_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
    )
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def test_production_starts_with_all_it_needs(tmp_path: Path) -> None:
    assert refusal(PRODUCTION, tmp_path) == ""
    assert [*tmp_path.glob("*key*")] == []


@pytest.mark.parametrize("missing", ["SITE_URL", "ALLOWED_HOSTS", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS"])
def test_production_starts_on_no_default(missing: str, tmp_path: Path) -> None:
    assert f"Set {missing}" in refusal(PRODUCTION | {missing: ""}, tmp_path)


def test_a_site_on_this_machine_makes_its_own_keys(tmp_path: Path) -> None:
    assert refusal({"DEBUG": "false", "SITE_URL": "http://localhost:8000"}, tmp_path) == ""
    assert len([*tmp_path.glob("*key*")]) == 2


def test_development_is_refused_for_another_machine(tmp_path: Path) -> None:
    assert "set DEBUG=false" in refusal(
        {"DEBUG": "true", "SITE_URL": "https://members.example.org"}, tmp_path
    )
