"""Measure the sync against a sandbox without its pacing: requests, time, memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from groups.bench import pages
from groups.bench import running as groups
from integrations.bench.course import run_course
from integrations.bench.scenarios import NAMES, courses_for, smaller
from integrations.bench.table import lines


class Command(BaseCommand):
    help = "Measure requests, time and memory of the sync; prints a table and writes var/bench.json."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only", action="append", choices=(*NAMES, *groups.NAMES), help="a scenario; may be repeated"
        )
        parser.add_argument("--members", type=int, help="at most so many members, for a trial")
        parser.add_argument("--out", type=Path, default=settings.VAR_DIR / "bench.json")

    def handle(
        self, *args: Any, only: Sequence[str] | None, members: int | None, out: Path, **options: Any
    ) -> None:
        wanted, measured = only or (*NAMES, *groups.NAMES), {}
        for course in courses_for(wanted):
            course = smaller(course, members) if members else course
            self.stderr.write(f"{course.members:,} members in {course.lists} lists …")
            for name, found in run_course(course, settings.VAR_DIR / "bench"):
                self.stderr.write(f"  {name}: {found}")
                if name in wanted:
                    measured[name] = found
        for name, found in groups.run(wanted, settings.VAR_DIR / "bench", members=members):
            self.stderr.write(f"  {name}: {found}")
            measured[name] = found
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(measured, indent=2) + "\n")
        for line in (*lines(measured), *pages.lines(measured)):
            self.stdout.write(line)
