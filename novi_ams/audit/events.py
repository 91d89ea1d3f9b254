"""The log's rows as people read them: one event of one item, with all its fields, under its day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.utils import timezone

from novi_ams.audit.links import page_of
from novi_ams.audit.models import AuditEntry, Component

SHOWN_OPEN = 3
"""An event with at most so many fields is unfolded from the start."""


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class LogEvent:
    at: datetime
    actor_name: str
    by_person: bool
    component: Component
    item_name: str
    url: str
    action: str
    detail: str
    changes: list[FieldChange] = field(default_factory=list)

    @property
    def unfolded(self) -> bool:
        return len(self.changes) <= SHOWN_OPEN

    @property
    def verb(self) -> str:
        """The action up to the thing's name: “renamed the list”."""
        verb = self.action.removesuffix(THERE)
        noun = NOUNS.get(self.component, "")
        return f"{verb} {noun}" if noun and self.item_name and noun not in verb else verb

    @property
    def tail(self) -> str:
        """What follows the thing's name: the place, and the details."""
        place = THERE if self.action.endswith(THERE) else ""
        joint = " " if self.detail.startswith("for ") else ": "
        return f"{place}{joint}{self.detail}" if self.detail else place

    @property
    def about_self(self) -> bool:
        """Signing in concerns nobody else, so the name is not said twice."""
        return self.component == Component.SIGN_IN


@dataclass(frozen=True)
class LogDay:
    day: date
    events: list[LogEvent]


NOUNS = {
    Component.LIST: "the list",
    Component.SYNC_FIELD: "the sync field",
    Component.CUSTOM_FIELD: "the custom field",
}
"""What is said before the names of things that could be taken for something else."""

THERE = " in Constant Contact"


Key = tuple[UUID, str, str, str]


def key_of(entry: AuditEntry) -> Key:
    return entry.batch, entry.component, entry.item_id, entry.action


def days_on(page: Page[AuditEntry], *, within: QuerySet[AuditEntry]) -> list[LogDay]:
    """The page's events by local day; those cut by the page's edges are completed with one query."""
    rows = _completed(list(page.object_list), within=within)
    events = (event_from(list(group)) for _, group in groupby(rows, key=key_of))
    return [
        LogDay(day, list(group))
        for day, group in groupby(events, key=lambda event: timezone.localtime(event.at).date())
    ]


def _completed(rows: list[AuditEntry], *, within: QuerySet[AuditEntry]) -> list[AuditEntry]:
    edges = [row for row in (*rows[:1], *rows[-1:]) if row.field]
    if not edges:
        return rows
    same_event = Q()
    for row in edges:
        same_event |= Q(
            batch=row.batch, component=row.component, item_id=row.item_id, action=row.action, at=row.at
        )
    found = {row.pk: row for row in (*within.filter(same_event), *rows)}
    return sorted(found.values(), key=lambda row: (row.at, row.pk), reverse=True)


def event_from(entries: Sequence[AuditEntry]) -> LogEvent:
    """One event from its rows, newest first as the log orders them."""
    first = entries[-1]
    # It stands in the middle of a sentence, whatever its case in a column of its own.
    action = first.action[:1].lower() + first.action[1:]
    return LogEvent(
        at=first.at,
        actor_name=first.actor_name,
        by_person=first.actor_id is not None,
        component=Component(first.component),
        item_name=first.item_name,
        url="" if "deleted" in action else page_of(first.component, first.item_id),
        action=action,
        detail="" if first.field else first.after,
        changes=list(_changes(reversed(entries))),
    )


def _changes(entries: Iterable[AuditEntry]) -> Iterable[FieldChange]:
    return (FieldChange(entry.field, entry.before, entry.after) for entry in entries if entry.field)
