"""Two people edit one group: what a form carries along to find that out, and what the later one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.dateparse import parse_datetime

from groups.models import Group
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.views import entries_for

SHOWN_ENTRIES = 30


@dataclass(frozen=True)
class Seen:
    """The group as the person saw it: when it was saved last, and the newest entry of its log then."""

    saved_at: datetime | None
    entry: int = 0

    @classmethod
    def read(cls, text: str) -> Seen:
        """What `str()` of another wrote; anything else saw nothing in particular."""
        saved_at, _, entry = text.partition("|")
        try:
            return cls(parse_datetime(saved_at), int(entry or 0))
        except ValueError:
            return cls(None)

    def __str__(self) -> str:
        return f"{self.saved_at.isoformat() if self.saved_at else ''}|{self.entry}"


@dataclass(frozen=True)
class Conflict:
    """What somebody else did to the group while it was being edited."""

    who: str
    at: datetime
    changes: Sequence[AuditEntry]


def newest_entry(pk: int) -> int:
    """Read before the group: what is saved between the two is then shown as the other's, never swallowed."""
    newest: int | None = entries_for(Component.GROUP, pk).aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def conflict_since(seen: Seen, now: Group) -> Conflict:
    entries = list(
        entries_for(Component.GROUP, now.pk).filter(pk__gt=seen.entry).order_by("pk")[:SHOWN_ENTRIES]
    )
    who = " and ".join(dict.fromkeys(entry.actor_name for entry in entries)) or "Somebody"
    return Conflict(who, now.updated_at, [entry for entry in entries if entry.field])
