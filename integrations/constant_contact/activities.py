"""Bulk activities: jobs that Constant Contact does in its own time and answers with counts only.

There is deliberately no way to add people to lists here: `import_contacts` is the call that leaves out the
unsubscribed, and what `add_list_memberships` does with them is undocumented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from integrations.constant_contact.client import Client, Params
from integrations.constant_contact.imports import ImportChunk, single_chunk
from integrations.constant_contact.limits import LIMITS
from integrations.constant_contact.times import parse_time


class ActivityState(StrEnum):
    INITIALIZED = "initialized"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> ActivityState:
        return cls.UNKNOWN


RUNNING = frozenset({ActivityState.INITIALIZED, ActivityState.PROCESSING, ActivityState.UNKNOWN})


@dataclass(frozen=True)
class ActivityCounts:
    """Each 0 where it does not apply. `items_total_count` of an import has one more for a header row."""

    items_total_count: int = 0
    items_completed_count: int = 0
    person_count: int = 0
    error_count: int = 0
    correctable_count: int = 0
    cannot_add_to_list_count: int = 0
    list_count: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """SW ActivityStatus."""
        return cls(**{name: int(data.get(name) or 0) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Activity:
    """A job. `errors` are Constant Contact's own words and rarely tell whom they concern."""

    activity_id: str
    state: ActivityState
    percent_done: int = 0
    errors: tuple[str, ...] = ()
    counts: ActivityCounts = field(default_factory=ActivityCounts)
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def finished(self) -> bool:
        """Nothing will change any more; whether all of it was done only a read-back tells."""
        return self.state not in RUNNING

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """SW Activity."""
        return cls(
            activity_id=data["activity_id"],
            state=ActivityState(data.get("state") or "unknown"),
            percent_done=int(data.get("percent_done") or 0),
            errors=tuple(_error_text(each) for each in data.get("activity_errors") or []),
            counts=ActivityCounts.from_json(data.get("status") or {}),
            created_at=parse_time(data.get("created_at")),
            started_at=parse_time(data.get("started_at")),
            completed_at=parse_time(data.get("completed_at")),
            updated_at=parse_time(data.get("updated_at")),
        )


def _error_text(error: Any) -> str:
    """Plain strings, except in tag activities, which give objects (SW ActivityErrors)."""
    return str(error.get("message", "")) if isinstance(error, dict) else str(error)


def import_contacts(client: Client, chunk: ImportChunk) -> Activity:
    """Begin to create or update contacts and add them to the chunk's lists (SW bulkImportContactsJSON).

    Updates only the properties that are sent; adds nobody who is unsubscribed; memberships are only added.
    A finished job proves nothing about any one row. Raises QueueFull, and OutcomeUnknown when it may have
    begun.
    """
    return _begin(client, "/activities/contacts_json_import", chunk.body)


def import_rows(client: Client, rows: Iterable[Mapping[str, str]], *, list_ids: Sequence[str]) -> Activity:
    """Import rows that fit into one job, as `import_contacts`. Raises ValueError when they do not."""
    return import_contacts(client, single_chunk(rows, list_ids=list_ids))


def remove_list_memberships(
    client: Client, *, contact_ids: Sequence[str], list_ids: Sequence[str]
) -> Activity:
    """Begin to take up to 500 contacts off up to 50 lists; they stay in the account.

    SW postListRemoveContact.

    Raises ValueError beyond those limits, QueueFull, and OutcomeUnknown when it may have begun.
    """
    _check("contact_ids", contact_ids, LIMITS.membership_contacts)
    _check("list_ids", list_ids, LIMITS.membership_lists)
    body = {"source": {"contact_ids": list(contact_ids)}, "list_ids": list(list_ids)}
    return _begin(client, "/activities/remove_list_memberships", body)


def read(client: Client, activity_id: str) -> Activity:
    """One job. Raises NotFound 10 days after it ended (SW getActivity)."""
    return Activity.from_json(client.get(f"/activities/{activity_id}"))


def read_all(client: Client, *, state: ActivityState | None = None) -> list[Activity]:
    """The account's jobs of the last 10 days, of everybody's; one request up to 500.

    SW getActivityStatusCollection.

    `state` may be any but INITIALIZED and UNKNOWN. Needs the privilege contacts:write.
    """
    params: Params = {"limit": LIMITS.activity_page} | ({"state": state.value} if state else {})
    pages = client.pages("/activities", params)
    return [Activity.from_json(each) for page in pages for each in page.data.get("activities") or []]


def _begin(client: Client, path: str, body: Any) -> Activity:
    return Activity.from_json(client.write("POST", path, body))


def _check(name: str, ids: Sequence[str], most: int) -> None:
    if not 1 <= len(ids) <= most:
        raise ValueError(f"{name} must hold 1 to {most} ids, not {len(ids)}")
