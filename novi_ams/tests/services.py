"""Services that tests start for themselves: PostgreSQL and Redis, throw-away, on this machine."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED = "NOVI_REQUIRE_SERVICES"
START_SECONDS = 30


def unavailable(reason: str) -> NoReturn:
    """Skip, saying why; where every service has to be there (CI), fail instead."""
    if os.environ.get(REQUIRED):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def postgres_bin() -> Path | None:
    """The folder of initdb and postgres: on the PATH, or where Debian keeps the newest version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    return versions[-1].parent if versions else None


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """A PostgreSQL of our own without durability; yields its DATABASE_URL. Raises FileNotFoundError without one."""
    binaries = postgres_bin()
    if binaries is None:
        raise FileNotFoundError("No PostgreSQL on this machine: install Debian's postgresql.")
    with tempfile.TemporaryDirectory(prefix="novi-postgres-") as folder:
        data, port, account = Path(folder) / "data", free_port(), _account()
        if account:
            shutil.chown(folder, account)
        initdb = [binaries / "initdb", "-D", data, "-U", "novi", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(_as(account, initdb), check=True, capture_output=True)
        options = ["-c", f"port={port}", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        options += ["-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=60"]
        with _running(_as(account, [binaries / "postgres", "-D", data, *options]), port):
            yield f"postgres://novi@127.0.0.1:{port}/postgres"


@contextmanager
def throwaway_redis() -> Iterator[str]:
    """A Redis of our own that stores nothing; yields its REDIS_URL. Raises FileNotFoundError without one."""
    server = shutil.which("redis-server")
    if server is None:
        raise FileNotFoundError("No Redis on this machine: install Debian's redis-server.")
    port = free_port()
    with _running(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], port
    ):
        yield f"redis://127.0.0.1:{port}/0"


def _account() -> str:
    """PostgreSQL refuses to run as root; Debian's package makes an account for it."""
    if os.geteuid() != 0:
        return ""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError as error:
        raise FileNotFoundError(
            "PostgreSQL cannot run as root and there is no account “postgres”."
        ) from error


def _as(account: str, command: Sequence[object]) -> list[str]:
    words = [str(word) for word in command]
    return ["runuser", "-u", account, "--", *words] if account else words


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    try:
        _wait_until_open(port, process)
        yield
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(
        f"{Path(process.args[0] if isinstance(process.args, list) else '').name} did not start."
    )
