"""Thin tasks: load nothing, decide nothing, call the verb."""

from celery import shared_task

from novi_ams.association.digest import send_due_digest


@shared_task(name="association.daily_digest")
def daily_digest() -> None:
    """Every five minutes: mail the digest once its time has come."""
    send_due_digest()
