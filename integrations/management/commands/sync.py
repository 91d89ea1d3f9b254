"""`manage.py sync`: bring Constant Contact in step now, in the foreground."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from groups.membership import recalculate
from integrations.connection import why_unusable
from integrations.models import ConstantContactConnection
from integrations.sync.cycle import Outcome, run_cycle
from integrations.sync.desired import refresh_desired
from integrations.sync.mapping import current_mapping
from integrations.sync.pending import pending_count
from integrations.sync.preview import Preview, preview
from integrations.sync.session import SyncSession

BAR_SECONDS = 0.5
NOTHING = Preview(adds=0, removes=0, updates=0, new_contacts=0, refused=0, requests=0)


class Command(BaseCommand):
    help = "Run sync cycles until nothing is stale. Ctrl-C is safe: what was not done stays due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and send nothing")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON, without a bar")

    def handle(self, *args: Any, **options: Any) -> None:
        recalculate()
        unusable, stopped = why_unusable(), ""
        if options["dry_run"]:
            counts = NOTHING.as_dict() if unusable else self._preview().as_dict()
        else:
            outcome = self._run(show_bar=not options["json"])
            counts, stopped = self._counts(outcome), outcome.reason
        error = unusable or (stopped and f"Stopped: {stopped}")
        if options["json"]:
            self.stdout.write(json.dumps({"error": error, **counts} if error else counts))
        elif not unusable:
            self._say(counts)
        if error:
            raise CommandError(error)

    def _preview(self) -> Preview:
        """What is due. Not without a connection: marks would be worked off for an account that is not known yet."""
        account_id = ConstantContactConnection.current().account_id
        mapping = current_mapping()
        while refresh_desired(mapping, account_id=account_id):
            pass
        return preview(account_id=account_id, fields=len(mapping.fields))

    def _run(self, *, show_bar: bool) -> Outcome:
        """Cycle until nothing is due; the bar shows how many addresses have arrived of those that waited."""
        with tqdm(total=0, unit=" addresses", disable=not show_bar, leave=False, file=self.stderr) as bar:
            looked = [0.0]

            def advance(session: SyncSession) -> None:
                if time.monotonic() - looked[0] < BAR_SECONDS:
                    return
                looked[0] = time.monotonic()
                pending = pending_count(session.account_id)
                bar.total = max(bar.total or 0, pending)
                bar.n = bar.total - pending
                bar.refresh()

            return run_cycle(trigger="manage.py sync", check=True, on_progress=advance)

    def _counts(self, outcome: Outcome) -> dict[str, int]:
        return {
            "requests": outcome.requests,
            "pushed": outcome.added + outcome.updated,
            "removed": outcome.removed,
            "refused": outcome.refused,
            "pending": pending_count(ConstantContactConnection.current().account_id),
        }

    def _say(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            self.stdout.write(f"{count:>10,}  {name.replace('_', ' ')}")
