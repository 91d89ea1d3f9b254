"""How far every contact has come after the fields that sync changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q

from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    RemoteFieldState,
    StaleContact,
    SyncField,
)

MAILABLE = (ContactState.PENDING, ContactState.SYNCED)
UNDER_WAY = (RemoteFieldState.WANTED, RemoteFieldState.DELETING)


@dataclass(frozen=True)
class FullSync:
    """`done` of `total` contacts carry what they should; `total` is 0 while that is being worked out."""

    done: int
    total: int

    @property
    def note(self) -> str:
        if not self.total:
            return "Working out what every contact should carry. You can leave this page."
        return "Contacts that carry their new values. You can leave this page."


def full_sync(connection: ConstantContactConnection) -> FullSync | None:
    """What is under way over all contacts, or None when nothing is (or nothing may be): 2 or 3 queries.

    Who is on paused, held or deleted lists only, or opted out, gets no new values now and is not waited for.
    """
    if not connection.is_connected or connection.paused:
        return None
    sent_to = ListMembership.objects.filter(
        wanted=True, synced_list__paused=False, synced_list__state__in=(ListState.WANTED, ListState.READY)
    )
    contacts = Contact.objects.filter(
        account_id=connection.account_id,
        winner__isnull=False,
        blocked_by__isnull=True,
        state__in=MAILABLE,
        pk__in=sent_to.values("contact_id"),
    ).exclude(desired_hash="")
    carrying = Q(desired_hash=F("observed_hash")) | Q(desired_hash=F("repaired_hash"))
    counted = contacts.aggregate(total=Count("pk"), done=Count("pk", filter=carrying))
    if not counted["total"]:
        return None
    preparing = StaleContact.objects.exists() or SyncField.objects.filter(state__in=UNDER_WAY).exists()
    if preparing:
        return FullSync(0, 0)
    done, total = counted["done"], counted["total"]
    return FullSync(done, total) if done < total else None
