"""Write-ahead intents: what is asked of Constant Contact is written down before it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from integrations.constant_contact.activities import Activity
from integrations.constant_contact.limits import LIMITS
from integrations.models import Operation, OperationKind, OperationState, SyncedList, SyncField
from integrations.sync.session import SyncSession

OPEN = (OperationState.INTENDED, OperationState.SUBMITTED, OperationState.UNKNOWN)
REFUSED_WAIT = timedelta(minutes=5)


def intend(
    session: SyncSession,
    kind: OperationKind,
    *,
    wave: int | None = None,
    synced_list: SyncedList | None = None,
    sync_field: SyncField | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Operation:
    return Operation.objects.create(
        account_id=session.account_id,
        kind=kind,
        key=uuid4(),
        wave=wave,
        synced_list=synced_list,
        sync_field=sync_field,
        payload=dict(payload or {}),
        fence=session.lease.fence,
    )


def submitted(operation: Operation, activity: Activity) -> None:
    """Constant Contact took the job; `at` in the payload is its clock, from which the read-back counts."""
    operation.state, operation.activity_id = OperationState.SUBMITTED, activity.activity_id
    operation.submitted_at = timezone.now()
    if activity.created_at:
        operation.payload["at"] = activity.created_at.isoformat()
    operation.save(update_fields=["state", "activity_id", "submitted_at", "payload"])


def finished(operation: Operation, *, outcome: str = "", failed: bool = False) -> None:
    operation.state = OperationState.FAILED if failed else OperationState.DONE
    operation.outcome, operation.finished_at = outcome[:500], timezone.now()
    operation.save(update_fields=["state", "outcome", "finished_at"])


def lost(operation: Operation) -> None:
    """The answer was lost: whether it was done has to be looked up."""
    operation.state = OperationState.UNKNOWN
    operation.save(update_fields=["state"])


def note_lost_job(operation: Operation) -> None:
    """A job of which nothing will ever be heard is over, whether it was done or not: the read-back shows which."""
    operation.payload["lost"] = True
    operation.save(update_fields=["payload"])
    finished(operation, outcome="the answer was lost; read back")


def open_operations(session: SyncSession) -> QuerySet[Operation]:
    return Operation.objects.filter(account_id=session.account_id, state__in=OPEN).order_by("id")


def refused_lately(kind: OperationKind) -> QuerySet[Operation]:
    """What failed so short a time ago that it is not to be asked for again yet, whatever else is to be done."""
    failed = Operation.objects.filter(kind=kind, state=OperationState.FAILED)
    return failed.filter(finished_at__gt=timezone.now() - REFUSED_WAIT)


def doubt_predecessors(session: SyncSession) -> None:
    """What an earlier holder of the lease was about to send may have been sent: its outcome is unknown."""
    stale = Operation.objects.filter(account_id=session.account_id, state=OperationState.INTENDED)
    stale.filter(fence__lt=session.lease.fence).update(state=OperationState.UNKNOWN)


def may_still_arrive(operation: Operation) -> bool:
    """Whether the lost request itself may still be on its way, so that looking would be too early."""
    return timezone.now() - operation.created_at < timedelta(seconds=LIMITS.call_seconds)
