"""What one cycle works with: the account, the client, the mapping, and the lease that makes it the only one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.utils import timezone

from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.client import Client
from integrations.models import ListState, Observation, SyncedList, SyncRun
from integrations.sync.mapping import FieldMapping, current_mapping
from integrations.sync.plan import Need
from integrations.usage import UsageBudget
from novi_ams.association.locks import HeldLease

SETTLING = timedelta(minutes=10)
"""How long after a write an absence proves nothing: jobs, counts and searches lag behind."""


@dataclass
class SyncSession:
    """`joined` and `gone` count by our list's id who was seen to get on and off it by our doing. `guarded` says
    that the guard has looked at what is due, `jobs_were_lost` that a wave of this cycle was made up for already.
    `fields_there` and `deleted_fields` are ids of custom fields."""

    account_id: str
    client: Client
    budget: UsageBudget
    lease: HeldLease
    run: SyncRun
    mapping: FieldMapping = field(default_factory=current_mapping)
    joined: Counter[int] = field(default_factory=Counter)
    gone: Counter[int] = field(default_factory=Counter)
    updated: int = 0
    guarded: bool = False
    attempts: Counter[tuple[int, str]] = field(default_factory=Counter)
    last_need: Need = field(default_factory=Need)
    names_were_checked: bool = False
    fields_there: set[str] = field(default_factory=set)
    deleted_fields: set[str] = field(default_factory=set)
    jobs_refused: int = 0
    jobs_were_lost: bool = False

    @cached_property
    def observing(self) -> Client:
        return self.client.for_purpose(Purpose.OBSERVE)

    @cached_property
    def bulk(self) -> Client:
        return self.client.for_purpose(Purpose.BACKFILL)

    @cached_property
    def observation(self) -> Observation:
        """How far the account was read; the first time nothing of ours is there, so changes count from now."""
        defaults = {"updated_after": timezone.now() - SETTLING}
        return Observation.objects.get_or_create(account_id=self.account_id, defaults=defaults)[0]

    def lists(self) -> list[SyncedList]:
        """The account's lists that exist, as they are in the database now."""
        return list(
            SyncedList.objects.filter(account_id=self.account_id, state=ListState.READY).order_by("id")
        )

    def reload_mapping(self) -> None:
        self.mapping = current_mapping()

    def say(self, line: str) -> None:
        """Add a line to the log that people see with the run."""
        self.run.log.append(f"{timezone.now():%H:%M:%S} {line}")


def settled(written_at: datetime | None, *, now: datetime) -> bool:
    """Whether the last write is long enough ago for an absence to mean something."""
    return written_at is None or now - written_at >= SETTLING
