"""`make demo`: web, worker, beat and sandbox together, on SQLite and the embedded broker, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")
LOG_DIR = VAR_DIR / "log"
DEMO_ENV = VAR_DIR / "demo.env"
STOP_SECONDS = 10
RESTART_SECONDS = 20
START_SECONDS = 60
PASSWORD = "novi-demo"  # noqa: S105 - printed in the README


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    port, sandbox_port = int(os.environ.get("PORT", "8000")), int(os.environ.get("SANDBOX_PORT", "8900"))
    for number, name in ((port, "PORT"), (sandbox_port, "SANDBOX_PORT")):
        if is_busy(number):
            sys.stderr.write(f"Port {number} is in use. Choose another: make demo {name}={number + 1}\n")
            return 1
    if arguments.parse_args().reset:
        reset()
    demo = Demo(environment(port, sandbox_port))
    # Ctrl-C is named, too: a shell that starts a command in the background has it ignored.
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, stop_quietly)
    try:
        demo.prepare()
        if not demo.start(port, sandbox_port):
            return 1
        demo.welcome(port, sandbox_port)
        demo.watch()
    except KeyboardInterrupt:
        sys.stdout.write("\nStopping…\n")
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"This step failed: {' '.join(error.cmd[1:])}\n")
        return 1
    finally:
        demo.stop()
    return 0


def stop_quietly(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def is_busy(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def reset() -> None:
    """Remove what the demo wrote: databases, queue, uploads. Keys stay."""
    for name in ("novi.sqlite3", "sandbox.sqlite3"):
        for path in VAR_DIR.glob(f"{name}*"):
            path.unlink()
    for folder in ("broker", "uploads"):
        shutil.rmtree(VAR_DIR / folder, ignore_errors=True)
    for path in VAR_DIR.glob("celerybeat-schedule*"):
        path.unlink()


def environment(port: int, sandbox_port: int) -> dict[str, str]:
    """The environment of the demo's processes, as in production but for its local keys; what is set already wins.

    The demo's own part is kept in var/demo.env, which settings read last, so that `manage.py sync` in another
    terminal talks to the same sandbox.
    """
    sandbox = f"http://localhost:{sandbox_port}"
    chosen = {
        "SITE_URL": f"http://localhost:{port}",
        "CONSTANT_CONTACT_CLIENT_ID": "sandbox-client",
        "CONSTANT_CONTACT_CLIENT_SECRET": "sandbox-secret",
        "CONSTANT_CONTACT_API_URL": f"{sandbox}/v3",
        "CONSTANT_CONTACT_AUTH_URL": f"{sandbox}/oauth2/default/v1",
    }
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DEMO_ENV.write_text("".join(f"{name}={value}\n" for name, value in chosen.items()))
    return {**chosen, "DEBUG": "false", **os.environ, "PYTHONUNBUFFERED": "1"}


@dataclass
class Demo:
    env: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    started_at: dict[str, float] = field(default_factory=dict)
    ended_at: dict[str, float] = field(default_factory=dict)

    def prepare(self) -> None:
        LOG_DIR.mkdir(parents=True, exist_ok=True)
        self._manage("migrate", "--verbosity", "0")
        self._manage("collectstatic", "--no-input", "--verbosity", "0")
        self._manage("load_demo", "--password", PASSWORD)

    def start(self, port: int, sandbox_port: int) -> bool:
        """Start all; False, having said which, when one does not stay up."""
        celery = (sys.executable, "-m", "celery", "-A", "novi_ams")
        self._launch("sandbox", sys.executable, "manage.py", "sandbox", "--port", str(sandbox_port))
        self._launch(
            "web", sys.executable, "-m", "gunicorn", "novi_ams.wsgi", "--bind", f"127.0.0.1:{port}",
            "--workers", "2", "--threads", "4", "--worker-tmp-dir", str(VAR_DIR),
        )  # fmt: skip
        self._launch(
            "worker", *celery, "worker", "--concurrency", "2", "--loglevel", "info",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip
        self._launch("beat", *celery, "beat", "--loglevel", "info", "--pidfile", "")
        self._until_open(port)
        self._until_open(sandbox_port)
        for name in self._ended():
            sys.stderr.write(f"The {name} process did not start; see {LOG_DIR / name}.log\n")
        return not self._ended()

    def welcome(self, port: int, sandbox_port: int) -> None:
        sys.stdout.write(
            f"\n  Novi AMS      http://localhost:{port}/\n"
            f"  Sign in with  admin@example.org  and the password  {PASSWORD}\n"
            f"  The stand-in for Constant Contact  http://localhost:{sandbox_port}/\n\n"
            "  Connect it under the gear > Association Settings > Integrations.\n"
            f"  Logs are in {LOG_DIR}. Ctrl-C stops everything.\n\n"
        )
        sys.stdout.flush()

    def watch(self) -> None:
        """For ever: start again what ends, after a pause in which one can see what the others do without it."""
        while True:
            for name in self._ended():
                if name not in self.ended_at:
                    self.ended_at[name] = time.monotonic()
                    sys.stderr.write(
                        f"The {name} process ended. It is started again in {RESTART_SECONDS} seconds.\n"
                    )
                elif time.monotonic() - self.ended_at[name] > RESTART_SECONDS:
                    self._restart(name)
            time.sleep(0.5)

    def _ended(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=self.env, check=True)

    def _launch(self, name: str, *command: str) -> None:
        """Start in a process group of its own: Ctrl-C reaches only us, and we stop each with its children."""
        self.commands[name], self.started_at[name] = command, time.monotonic()
        with (LOG_DIR / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=BASE_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def _restart(self, name: str) -> None:
        del self.ended_at[name]
        # Children of a killed process live on in its group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        self._launch(name, *self.commands[name])
        sys.stderr.write(f"The {name} process is started again.\n")

    def _until_open(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self._ended():
                return
            time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
