"""Leases in the database: one holder at a time over any number of processes and machines.

`select_for_update` does nothing on SQLite, so a lease is claimed by a conditional UPDATE: one row
changed means won.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db.models import F, Q
from django.utils import timezone

from novi_ams.association.models import Lease


class LeaseLostError(Exception):
    """Somebody else holds the lease by now: stop, write nothing more."""


@dataclass(frozen=True)
class HeldLease:
    name: str
    holder: str
    fence: int
    took_over: bool

    def extend(self, *, seconds: float) -> None:
        """Hold on for `seconds` from now. Raises LeaseLostError when it was taken over."""
        changed = Lease.objects.filter(name=self.name, holder=self.holder, fence=self.fence).update(
            until=timezone.now() + timedelta(seconds=seconds)
        )
        if not changed:
            raise LeaseLostError(self.name)

    def is_mine(self) -> bool:
        return Lease.objects.filter(name=self.name, holder=self.holder, fence=self.fence).exists()


def claim(name: str, *, seconds: float) -> HeldLease | None:
    """Take the lease for `seconds`, or answer None while somebody else holds it.

    `took_over` says that the last holder never released it: whatever it was doing has an unknown end.
    """
    Lease.objects.get_or_create(name=name)
    now, holder = timezone.now(), str(uuid4())
    free = Q(until__isnull=True) | Q(until__lt=now)
    before = Lease.objects.get(name=name)
    changed = Lease.objects.filter(free, name=name, fence=before.fence).update(
        holder=holder, until=now + timedelta(seconds=seconds), fence=F("fence") + 1
    )
    if not changed:
        return None
    return HeldLease(name, holder, before.fence + 1, took_over=before.until is not None)


def release(lease: HeldLease) -> None:
    """Give the lease back; does nothing when it was taken over."""
    Lease.objects.filter(name=lease.name, holder=lease.holder, fence=lease.fence).update(
        holder="", until=None
    )


@contextmanager
def lease(name: str, *, seconds: float) -> Iterator[HeldLease | None]:
    """Hold the lease inside the block; None when it is taken."""
    held = claim(name, seconds=seconds)
    try:
        yield held
    finally:
        if held:
            release(held)
