"""An installation of its own: database, queue and real worker processes in a folder of the test's."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from integrations.sandbox.controls import Controls

BASE_DIR = Path(__file__).resolve().parents[3]
PREAMBLE = """
import django
django.setup()
from integrations.tests.sync.cast import *
from members.models import Member
from groups.models import Group
"""
PATIENCE = 60.0


@dataclass
class Installation:
    """`redis_url` blank means the embedded broker."""

    folder: Path
    sandbox: Controls
    redis_url: str = ""
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "novi_ams.settings",
            "DEBUG": "true",
            "SITE_URL": "http://localhost:8000",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'novi.sqlite3'}",
            "REDIS_URL": self.redis_url,
            "CONSTANT_CONTACT_CLIENT_ID": "sandbox-client",
            "CONSTANT_CONTACT_CLIENT_SECRET": "sandbox-secret",
            "CONSTANT_CONTACT_API_URL": self.sandbox.api_url,
            "CONSTANT_CONTACT_AUTH_URL": self.sandbox.auth_url,
            "CONSTANT_CONTACT_REQUESTS_PER_SECOND": "0",
        }
        self.manage("migrate", "--verbosity", "0")

    def manage(self, *arguments: str) -> str:
        return self._run([sys.executable, "manage.py", *arguments])

    def do(self, code: str) -> str:
        """Run Python inside the installation, with the cast's shortcuts at hand."""
        return self._run([sys.executable, "-c", PREAMBLE + code])

    def start(self, code: str) -> subprocess.Popen[bytes]:
        """Begin to run Python inside the installation, and do not wait for it."""
        return subprocess.Popen([sys.executable, "-c", PREAMBLE + code], cwd=BASE_DIR, env=self.env)

    def count(self, sql: str) -> int:
        """The number that a query answers with, asked for without starting a process."""
        with closing(sqlite3.connect(self.folder / "novi.sqlite3", timeout=PATIENCE)) as database:
            (number,) = database.execute(sql).fetchone()
        return int(number)

    def connect(self) -> None:
        grant = self.sandbox.issue_token()
        self.do(f"store_grant({grant!r})")

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A Celery worker with two children, asked to stop when the block ends."""
        command = [sys.executable, "-m", "celery", "-A", "novi_ams", "worker", "--concurrency", "2"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning"]
        log = (self.folder / "worker.log").open("ab")
        process = subprocess.Popen(
            command, cwd=BASE_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            stop(process)
            log.close()

    def flush_queue(self) -> None:
        """Lose every message of the embedded broker."""
        for message in (self.folder / "broker").rglob("*.msg"):
            message.unlink()

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=BASE_DIR, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


def stop(process: subprocess.Popen[bytes]) -> None:
    """As an operator stops a worker: what it is doing is finished first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the worker and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def eventually(is_true: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Wait until it is true; fails after `seconds`, which is patience and not a measurement."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return
        time.sleep(0.1)
    raise AssertionError(f"Not within {seconds:.0f} s: {what}")
