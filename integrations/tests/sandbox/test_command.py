"""`manage.py sandbox` in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.conf import settings

from integrations.sandbox.remote import RemoteSandbox

pytestmark = pytest.mark.processes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )


def hear_interrupts() -> None:
    """Whoever runs the suite in a shell's background has it deaf to Ctrl-C, and its children with it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until_up(url: str) -> RemoteSandbox:
    for _ in range(200):
        try:
            requests.get(url, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return RemoteSandbox(url)
    raise TimeoutError(url)


@contextmanager
def running(path: Path, *arguments: str) -> Iterator[tuple[RemoteSandbox, subprocess.Popen[str]]]:
    port = free_port()
    process = command("--path", str(path), *arguments, SANDBOX_PORT=str(port))
    try:
        yield wait_until_up(f"http://127.0.0.1:{port}"), process
    finally:
        process.kill()
        process.communicate()


def test_it_keeps_its_data_through_a_kill_and_drops_them_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    with running(path) as (sandbox, process):
        sandbox.people.add_contact("ada@example.org")
        process.kill()
    with running(path) as (sandbox, _):
        assert sandbox.contact("ada@example.org") is not None
    with running(path, "--reset") as (sandbox, _):
        assert sandbox.contact("ada@example.org") is None


def test_ctrl_c_stops_it_quietly(tmp_path: Path) -> None:
    with running(tmp_path / "sandbox.sqlite3") as (sandbox, process):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert sandbox.url in out


def test_a_busy_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = command("--port", str(port), "--path", str(tmp_path / "x.sqlite3"))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.strip().splitlines() == [
        f"CommandError: Port {port} is taken. Stop what uses it, or set SANDBOX_PORT to another port."
    ]
