"""One step of `manage.py bench`, in a process of its own; not for people."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from integrations.bench.association import connect, make_association
from integrations.bench.course import PEOPLE
from integrations.bench.measuring import measure, prepare
from integrations.bench.scenarios import NAMES, scenario_named
from integrations.sandbox.remote import RemoteSandbox


class Command(BaseCommand):
    help = "One step of `manage.py bench`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=(PEOPLE, *NAMES))
        parser.add_argument("--members", type=int, default=0)
        parser.add_argument("--lists", type=int, default=0)
        parser.add_argument("--touched", type=int, default=0)
        parser.add_argument("--prepare", action="store_true")

    def handle(self, *args: Any, step: str, members: int, lists: int, touched: int, **options: Any) -> None:
        # Django keeps every query while debugging, which no worker in production does.
        settings.DEBUG = False
        sandbox = RemoteSandbox(settings.CONSTANT_CONTACT_API_URL.removesuffix("/v3"))
        if step == PEOPLE:
            sandbox.set(requests_per_second=0, requests_per_day=0, activity_seconds=0)
            connect(sandbox)
            make_association(members=members, lists=lists)
            return
        scenario = replace(scenario_named(step), touched=touched)
        if options["prepare"]:
            prepare(scenario)
        else:
            self.stdout.write(json.dumps(measure(scenario, sandbox).as_dict()))
