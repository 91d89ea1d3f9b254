"""How much is still to be done."""

from __future__ import annotations

from django.db.models import F, Q

from integrations.models import (
    MEMBERSHIP_DIFFERS,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    StaleContact,
)

MAILABLE = (ContactState.PENDING, ContactState.SYNCED)


def pending_count(account_id: str) -> int:
    """Addresses that wait for the sync: marked stale, other values there, or not seen on or off a list yet.

    What is held waits for a person instead.
    """
    memberships = ListMembership.objects.filter(
        MEMBERSHIP_DIFFERS,
        Q(wanted=True, state="open", contact__state__in=MAILABLE, contact__blocked_by__isnull=True)
        | Q(wanted=False, added_by_us=True) & ~Q(state__in=(MembershipState.HELD, MembershipState.KEPT)),
        synced_list__account_id=account_id,
        synced_list__paused=False,
        synced_list__state__in=(ListState.WANTED, ListState.READY),
    )
    values = Contact.objects.filter(
        ~Q(desired_hash=F("observed_hash")) & ~Q(desired_hash="") & ~Q(repaired_hash=F("desired_hash")),
        account_id=account_id,
        state__in=MAILABLE,
        memberships__wanted=True,
        memberships__synced_list__paused=False,
    )
    waiting = Contact.objects.filter(
        Q(pk__in=values.values("pk")) | Q(pk__in=memberships.values("contact_id"))
    )
    return waiting.count() + StaleContact.objects.values("email_key").distinct().count()
