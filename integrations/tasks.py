"""Thin tasks: load nothing, decide nothing, call the verb."""

from __future__ import annotations

from celery import shared_task

from integrations.sync.cycle import run_cycle
from novi_ams.association.worker import tell_worker


@shared_task(name="integrations.sync_cycle")
def sync_cycle(trigger: str = "") -> None:
    """One cycle; does nothing while another worker has the lease, because that one sees every mark."""
    run_cycle(trigger=trigger)


@shared_task(name="integrations.sweep")
def sweep() -> None:
    """Every minute: find whatever nobody was told of. Costs no request while nothing is due."""
    run_cycle(trigger="the minute's sweep")


def wake(trigger: str) -> None:
    """Hurry, once this transaction is committed; `trigger` says why in the run that people see."""
    tell_worker("integrations.sync_cycle", trigger=trigger)
