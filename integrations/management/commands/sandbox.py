"""Run the stand-in Constant Contact in the foreground."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.sandbox.server import SandboxServer

DEFAULT_PORT = 8900


class Command(BaseCommand):
    help = "Run a stand-in Constant Contact on this machine (for the demo and for tests)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=int(os.environ.get("SANDBOX_PORT", DEFAULT_PORT)),
            help=f"default: $SANDBOX_PORT or {DEFAULT_PORT}",
        )
        parser.add_argument(
            "--path",
            type=Path,
            default=Path(settings.BASE_DIR) / "var" / "sandbox.sqlite3",
            help="the SQLite file that keeps its contacts (default: var/sandbox.sqlite3)",
        )
        parser.add_argument("--reset", action="store_true", help="start over with a fresh account")

    def handle(self, *args: Any, port: int, path: Path, reset: bool, **options: Any) -> None:
        try:
            sandbox = SandboxServer(path, port)
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken. Stop what uses it, or set SANDBOX_PORT to another port."
            ) from error
        if reset:
            sandbox.start_over()
        self.stdout.write(f"Constant Contact sandbox: {sandbox.url} (Ctrl-C stops it)")
        with contextlib.suppress(KeyboardInterrupt):
            sandbox.serve_forever()
        sandbox.stop()
