"""Thin tasks: decide nothing, call the verb."""

from celery import shared_task

from members import background


@shared_task(name="members.work")
def work() -> None:
    """Imports and bulk actions that wait."""
    background.work()


@shared_task(name="members.sweep")
def sweep() -> None:
    """Every minute: find whatever nobody was told of."""
    background.sweep()
