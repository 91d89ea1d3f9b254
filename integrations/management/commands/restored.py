"""`manage.py restored`: say that this database is the real one, after it was moved or restored from a backup."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integrations.connection import confirm_site
from integrations.models import Observation
from integrations.sync.marks import mark_every_contact
from novi_ams.audit.actor import SYSTEM


class Command(BaseCommand):
    help = "Bind the Constant Contact connection to this SITE_URL and compare everything before writing."

    def handle(self, *args: Any, **options: Any) -> None:
        confirm_site(actor=SYSTEM)
        # What was seen is as old as the backup: look at lists, opt-outs and values again from the beginning.
        Observation.objects.update(lists_read_at=None, opt_outs_after=None, unsubscribed_read_at=None)
        mark_every_contact()
        self.stdout.write(f"Constant Contact is now synced from {settings.SITE_URL}.")
