"""`manage.py check_constant_contact`: find out by experiment how the connected account really behaves."""

from __future__ import annotations

import json
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.experiments.findings import Answer
from integrations.experiments.questions import QUESTIONS
from integrations.experiments.readiness import NotReady, laboratory
from integrations.experiments.running import run
from integrations.experiments.table import as_json, lines

DOMAIN = "example.com"


class Command(BaseCommand):
    help = (
        "Answer what Constant Contact's documents leave open, by experiments on the connected account, best a trial "
        "account. It makes contacts, lists and fields of its own and deletes them again, also after Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="also where lists of this installation exist")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument(
            "--domain",
            default=DOMAIN,
            help=f"contacts are made with addresses under this domain; nothing is mailed to them (default: {DOMAIN})",
        )
        parser.add_argument(
            "--only",
            action="append",
            metavar="SWITCH",
            choices=sorted(each.switch for each in QUESTIONS if each.switch),
            help="ask only about this switch of the sandbox; may be given several times",
        )
        parser.add_argument(
            "--many-lists",
            action="store_true",
            help="also ask what a 51st list does; makes 51 lists for a while",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lab, account = laboratory(
                domain=options["domain"].lower(), may_disturb=options["yes"], many_lists=options["many_lists"]
            )
        except NotReady as error:
            raise CommandError(error.sentence) from error
        questions = [each for each in QUESTIONS if not options["only"] or each.switch in options["only"]]
        self.stderr.write(f"Asking {account.name} {len(questions)} questions; this can take some minutes.")
        with stopped_by_signals():
            report = run(
                lab,
                questions,
                many_lists=options["many_lists"],
                on_answer=self._tell,
                before_tidying=self._begin_tidying,
            )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report, account), ensure_ascii=False, indent=2))
        else:
            for line in lines(report):
                self.stdout.write(line)
        if report.stopped:
            raise CommandError(f"Stopped: {report.stopped}")
        if report.left_behind:
            raise CommandError("Some of what was made could not be deleted.")

    def _tell(self, answer: Answer) -> None:
        self.stderr.write(f"  {answer.verdict}: {answer.asks}")

    def _begin_tidying(self) -> None:
        """From here on a second Ctrl-C is not heard: it would leave things behind."""
        if threading.current_thread() is threading.main_thread():
            for each in SIGNALS:
                signal.signal(each, signal.SIG_IGN)
        self.stderr.write("Deleting what was made…")


SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let an end that is asked for by a signal come as KeyboardInterrupt, so that everything is tidied up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, _interrupt) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
