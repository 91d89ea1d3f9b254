"""Thin tasks: load nothing, decide nothing, call the verb."""

from __future__ import annotations

from celery import shared_task
from django.db import IntegrityError, OperationalError

from groups.days import local_today, start_new_day
from groups.membership import is_anything_waiting, recalculate

PASSING = (IntegrityError, OperationalError)
"""A record deleted while it was added to a group; a database that was busy for too long."""


@shared_task(name="groups.recalculate", autoretry_for=PASSING, max_retries=5, retry_backoff=True)
def recalculate_what_waits() -> None:
    """Every waiting group and every mark."""
    recalculate()


@shared_task(name="groups.sweep")
def sweep() -> None:
    """Every minute: find whatever nobody was told of."""
    if is_anything_waiting():
        recalculate()


@shared_task(name="groups.new_day")
def new_day() -> None:
    """Every few minutes: recalculate what depends on the date, once the association's date is another."""
    if start_new_day(local_today()):
        recalculate()
