"""What a sync would do, by the same planner, without asking Constant Contact anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import ceil

from django.db import transaction
from django.db.models import F, Q, QuerySet

from integrations.constant_contact.limits import LIMITS
from integrations.models import (
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    StaleContact,
    SyncedList,
)
from integrations.sync.desired import refresh_desired
from integrations.sync.mapping import current_mapping
from integrations.sync.need import contacts_by_list
from integrations.sync.pending import MAILABLE
from integrations.sync.plan import Ids, Need, plan
from integrations.sync.rows import streamed

FEW = 10
"""Up to so many contacts are written one by one; more go by import."""

BYTES_A_VALUE = 40
"""What a value with its key takes in an import, on average; measured on the demo association."""

LOOKED_AHEAD = 1_000
"""Marks that a preview works out for itself; a batch of it takes some tenths of a second."""

OBSERVING = 5
"""Lists, opt-outs, fields, changed contacts, and one look at the jobs."""


@dataclass(frozen=True)
class Preview:
    """Counts of memberships (`adds`, `removes`), contacts (`updates`, `new_contacts`, `refused`) and requests."""

    adds: int
    removes: int
    updates: int
    new_contacts: int
    refused: int
    requests: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class Due:
    """The rows that a sync would deal with; `carried` are the memberships whose contacts may be written."""

    joining: QuerySet[ListMembership]
    leaving: QuerySet[ListMembership]
    differing: QuerySet[Contact]
    refused: QuerySet[ListMembership]
    carried: QuerySet[ListMembership]


def due(*, account_id: str, synced_list: SyncedList | None = None) -> Due:
    """What is due now for all lists or one. What waits for a person's decision is not."""
    memberships = ListMembership.objects.filter(
        synced_list__paused=False, synced_list__state__in=(ListState.READY, ListState.WANTED)
    )
    if synced_list:
        memberships = ListMembership.objects.filter(synced_list=synced_list)
    mailable = Q(contact__state__in=MAILABLE, contact__blocked_by__isnull=True)
    decided = (MembershipState.HELD, MembershipState.KEPT)
    differing = Contact.objects.filter(
        ~Q(desired_hash=F("observed_hash")) & ~Q(desired_hash="") & ~Q(repaired_hash=F("desired_hash")),
        account_id=account_id,
        state__in=MAILABLE,
        blocked_by__isnull=True,
        memberships__in=memberships.filter(wanted=True, state=MembershipState.OPEN),
    )
    return Due(
        joining=memberships.filter(mailable, wanted=True, seen=False, state=MembershipState.OPEN),
        leaving=memberships.filter(wanted=False, seen=True, added_by_us=True).exclude(state__in=decided),
        differing=differing.distinct(),
        refused=memberships.filter(
            Q(state=MembershipState.REFUSED) | Q(contact__state=ContactState.REFUSED), wanted=True
        ),
        carried=memberships.filter(mailable, wanted=True),
    )


@contextmanager
def as_worked_out(account_id: str) -> Iterator[int]:
    """Work out what just changed for as long as this lasts, and take it back; yields how many addresses still wait.

    At most a batch of addresses, because others wait for the database meanwhile.
    """
    if not StaleContact.objects.exists():
        yield 0
        return
    with transaction.atomic():
        refresh_desired(current_mapping(), account_id=account_id, limit=LOOKED_AHEAD)
        yield StaleContact.objects.values("email_key").distinct().count()
        transaction.set_rollback(True)


def preview(*, account_id: str, fields: int, synced_list: SyncedList | None = None) -> Preview:
    """What is due now for all lists or one, counted; `fields` is how many values a full row has."""
    found = due(account_id=account_id, synced_list=synced_list)
    new = found.differing.filter(contact_id="").count()
    need = Need(
        values=Ids(pk for (pk,) in streamed(found.differing.values_list("pk"))),
        joins=contacts_by_list(found.joining),
        leaves=contacts_by_list(found.leaving),
        carriers=contacts_by_list(found.carried),
    )
    return Preview(
        adds=_size(need.joins),
        removes=_size(need.leaves),
        updates=len(need.values) - new,
        new_contacts=new,
        refused=found.refused.count(),
        requests=requests_for(need, fields=fields),
    )


def _size(by_list: Mapping[int, Set[int]]) -> int:
    return sum(map(len, by_list.values()))


def requests_for(need: Need, *, fields: int) -> int:
    """Jobs by the bytes their rows take, one read-back page for 500 contacts, and looking before and meanwhile."""
    if not need.contacts:
        return 0
    if len(need.contacts) <= FEW:
        return 2 * len(need.contacts)
    steps = plan(need)
    full_rows = LIMITS.import_safe_bytes // ((fields + 5) * BYTES_A_VALUE)
    jobs = sum(
        ceil(len(step.contacts) / (full_rows if step.full else LIMITS.import_rows)) for step in steps.imports
    )
    return OBSERVING + jobs + len(steps.removals) + ceil(len(need.contacts) / LIMITS.contact_page)
