"""`manage.py prune_audit_log`: delete entries that are older than the association keeps them."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from novi_ams.association.models import Association
from novi_ams.audit.prune import count_older, prune


class Command(BaseCommand):
    help = (
        "Delete entries of the Audit Log that are older than Association Settings says; run it every night."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        days = Association.current().audit_retention_days
        if days is None:
            self.stdout.write("The Audit Log is kept for ever. Nothing was deleted.")
            return
        before = timezone.now() - timedelta(days=days)
        if options["dry_run"]:
            self.stdout.write(f"{count_older(before):,} entries are older than {days:,} days.")
            return
        deleted = prune(before=before, why=f"they were older than {days:,} days")
        self.stdout.write(f"Deleted {deleted:,} entries older than {days:,} days.")
