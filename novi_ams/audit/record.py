"""Writing to the audit log, one thing or thousands; called inside the transaction of the change itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from novi_ams.audit.actor import Actor, current_actor, current_batch
from novi_ams.audit.models import AuditEntry, Component

Changes = Mapping[str, tuple[Any, Any]]
"""Field label → (before, after)."""


@dataclass(frozen=True)
class Event:
    """Something that happened to one item; one row a changed field, or one row when no field is named."""

    component: Component
    item_id: object
    item_name: str
    action: str
    changes: Changes = field(default_factory=dict)
    after: str = ""


def record(
    component: Component,
    *,
    item_id: object,
    item_name: str,
    action: str,
    changes: Changes | None = None,
    after: str = "",
    actor: Actor | None = None,
) -> None:
    """Record one event; `after` is a sentence of detail for an event that changes no field."""
    record_many([Event(component, item_id, item_name, action, changes or {}, after)], actor=actor)


def record_many(events: Iterable[Event], *, actor: Actor | None = None, batch_size: int = 1000) -> None:
    """Record many events with one INSERT a `batch_size` rows. Fields whose values are equal are left out."""
    who, when, batch = actor or current_actor(), timezone.now(), current_batch()
    rows = (
        AuditEntry(
            at=when,
            batch=batch,
            actor_id=who.user_id,
            actor_name=who.name,
            component=event.component,
            item_id=str(event.item_id),
            item_name=event.item_name[:255],
            action=event.action,
            field=label,
            before=before,
            after=after,
        )
        for event in events
        for label, before, after in _rows_of(event)
    )
    AuditEntry.objects.bulk_create(rows, batch_size=batch_size)


def _rows_of(event: Event) -> Iterable[tuple[str, str, str]]:
    if not event.changes:
        yield "", "", event.after
    for label, (before, after) in event.changes.items():
        if before != after:
            yield label, as_text(before), as_text(after)


def as_text(value: Any) -> str:
    """A value as people read it in the log: Yes/No, ISO dates, blank for nothing, `; ` between many."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(as_text(item) for item in value)
    return str(value)
