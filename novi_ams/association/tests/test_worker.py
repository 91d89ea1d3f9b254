"""Telling the worker: after the transaction, once, and never at the cost of what was saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from novi_ams.association import worker
from novi_ams.association.models import Lease
from novi_ams.association.worker import tell_worker
from novi_ams.celery import app

Sent = list[str]
Capture = Callable[..., Any]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """Names of the tasks that reached the broker."""
    names: Sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: names.append(name))
    worker._teller.cache_clear()
    yield names
    worker._teller.cache_clear()


@pytest.mark.django_db
def test_the_worker_is_told_once_and_only_after_the_transaction(
    sent: Sent, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            tell_worker("groups.recalculate")
        tell_worker("integrations.sync_cycle")
        assert sent == []
    assert sent == ["groups.recalculate", "integrations.sync_cycle"]


@pytest.mark.django_db
def test_what_is_rolled_back_is_not_told_and_hides_nothing_else(
    sent: Sent, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            tell_worker("groups.recalculate")
            transaction.set_rollback(True)
        with transaction.atomic():
            tell_worker("integrations.sync_cycle")
    assert sent == ["integrations.sync_cycle"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError("refused")])
def test_a_broker_that_is_down_costs_no_save(
    sent: Sent, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(name: str, **options: Any) -> None:
        raise error

    monkeypatch.setattr(app, "send_task", refuse)
    with transaction.atomic():
        Lease.objects.create(name="saved")
        tell_worker("groups.recalculate")
    assert Lease.objects.filter(name="saved").exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_delays_the_first_save_a_little_and_the_next_not_at_all(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PATIENCE", 0.05)
    monkeypatch.setattr(app, "send_task", lambda name, **options: time.sleep(0.4))
    took = []
    for _ in range(2):
        start = time.monotonic()
        with transaction.atomic():
            tell_worker("groups.recalculate")
        took.append(time.monotonic() - start)
    assert 0.05 <= took[0] < 0.3
    assert took[1] < 0.05
