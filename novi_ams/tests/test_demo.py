"""`make demo` as people run it: everything comes up, what ends is started again, an interrupt ends all of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from novi_ams.tests.own_settings import THEIRS

BASE_DIR = Path(__file__).resolve().parents[2]
PATIENCE = 120.0

pytestmark = pytest.mark.processes


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(PATIENCE)


class Demo:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.sandbox_port = folder, free_port(), free_port()
        ours = {*THEIRS, "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        environment |= {
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
        }
        # As a shell starts a command in the background: with the interrupt ignored.
        self.process = subprocess.Popen(
            ["sh", "-c", "trap '' INT; exec \"$0\" -m novi_ams.demo", sys.executable],
            cwd=BASE_DIR, env=environment, stdout=(folder / "said").open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip

    def said(self) -> str:
        return (self.folder / "said").read_text()

    def processes(self, name: str) -> list[int]:
        """Ids of the running processes whose command line has the name and that belong to this demo."""
        return [
            int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and self._owns(one, name)
        ]

    def _owns(self, process: Path, name: str) -> bool:
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            return False
        return name.encode() in command and f"VAR_DIR={self.folder}".encode() in environment


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_demo_comes_up_survives_a_killed_worker_and_stops(demo: Demo) -> None:
    until(lambda: "Ctrl-C stops everything" in demo.said())
    assert f"http://localhost:{demo.port}/" in demo.said()
    assert "admin@example.org" in demo.said()
    assert "Sign in" in requests.get(f"http://127.0.0.1:{demo.port}/login/", timeout=30).text
    assert requests.get(f"http://127.0.0.1:{demo.sandbox_port}/", timeout=30).ok
    nowhere = requests.get(f"http://127.0.0.1:{demo.port}/nowhere/", timeout=30)
    assert (nowhere.status_code, "urlpatterns" in nowhere.text, "DEBUG" in nowhere.text) == (
        404,
        False,
        False,
    )

    for pid in demo.processes("\0worker\0"):
        os.kill(pid, signal.SIGKILL)
    until(lambda: "The worker process is started again." in demo.said())
    until(lambda: demo.processes("\0worker\0"))

    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE) == 0
    until(lambda: not demo.processes("novi_ams"))
