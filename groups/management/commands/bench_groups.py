"""One step of `manage.py bench` about groups, in a process of its own; not for people."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from groups.bench.association import make_association
from groups.bench.pages import measure_pages
from groups.bench.recalculating import measure_recalculations


class Command(BaseCommand):
    help = "One step of `manage.py bench`."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=("make", "recalculate", "pages"))
        parser.add_argument("--members", type=int, default=0)
        parser.add_argument("--groups", type=int, default=0)

    def handle(self, *args: Any, step: str, members: int, groups: int, **options: Any) -> None:
        # Django keeps every query while debugging, which no process in production does.
        settings.DEBUG = False
        if step == "make":
            make_association(members=members, groups=groups)
            return
        found = measure_recalculations() if step == "recalculate" else measure_pages()
        self.stdout.write(json.dumps({name: one.as_dict() for name, one in found}))
