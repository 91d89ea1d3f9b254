"""Running the courses: each with its own database and sandbox, each step in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from integrations.bench.scenarios import Course
from integrations.sandbox.remote import RemoteSandbox

PEOPLE = "people"
"""The step that makes the association; the other steps have the names of scenarios."""

AN_HOUR = 3600
"""By Constant Contact's clock; right after a sync, a look at what changed there shows that sync once more."""


def run_course(course: Course, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run every scenario of the course, an hour apart; yields names and measurements. Raises CalledProcessError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _sandbox(folder) as url:
        env = _environment(folder, url)
        _manage(env, "migrate", "--verbosity", "0")
        _manage(env, "bench_step", PEOPLE, f"--members={course.members}", f"--lists={course.lists}")
        for scenario in course.scenarios:
            touched = f"--touched={scenario.touched}"
            RemoteSandbox(url).shift_clock(AN_HOUR)
            _manage(env, "bench_step", scenario.name, "--prepare", touched)
            yield scenario.name, json.loads(_manage(env, "bench_step", scenario.name, touched))
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    """A sandbox without its pacing, in another process; yields its address."""
    command = (
        sys.executable,
        "manage.py",
        "sandbox",
        "--port",
        "0",
        "--path",
        str(folder / "sandbox.sqlite3"),
    )
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, env=_unbuffered()
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    return next(word for word in line.split() if word.startswith("http://"))


def _unbuffered() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def _environment(folder: Path, url: str) -> dict[str, str]:
    return {
        **_unbuffered(),
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        "CONSTANT_CONTACT_CLIENT_ID": "sandbox-client",
        "CONSTANT_CONTACT_CLIENT_SECRET": "sandbox-secret",
        "CONSTANT_CONTACT_API_URL": f"{url}/v3",
        "CONSTANT_CONTACT_AUTH_URL": f"{url}/oauth2/default/v1",
        "CONSTANT_CONTACT_REQUESTS_PER_SECOND": "0",
        "CONSTANT_CONTACT_REQUESTS_PER_DAY": "0",
    }


def _manage(env: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        (sys.executable, "manage.py", *arguments),
        cwd=settings.BASE_DIR,
        env=dict(env),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout
