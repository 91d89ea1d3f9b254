"""Reading the difference between desired and observed out of the database."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from groups.models import CalculationState
from integrations.models import (
    MEMBERSHIP_DIFFERS,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
)
from integrations.sync.plan import Ids, Need, NoIds
from integrations.sync.rows import streamed
from integrations.sync.session import SyncSession

RETRY_JOIN = timedelta(hours=24)
WRITABLE = (ContactState.PENDING, ContactState.SYNCED, ContactState.REFUSED)


def writable_contacts(session: SyncSession) -> QuerySet[Contact]:
    """Contacts that may be written now: not opted out, not held, not in a wave, not waiting after a refusal."""
    return Contact.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=timezone.now()),
        account_id=session.account_id,
        state__in=WRITABLE,
        blocked_by__isnull=True,
        wave__isnull=True,
    )


def contacts_to_write(session: SyncSession) -> QuerySet[Contact]:
    """Contacts whose values differ and that belong on at least one list that is not paused."""
    carried = ListMembership.objects.filter(
        contact=OuterRef("pk"),
        wanted=True,
        synced_list__state=ListState.READY,
        synced_list__paused=False,
        state=MembershipState.OPEN,
    )
    return writable_contacts(session).filter(
        ~Q(desired_hash=F("observed_hash")) & ~Q(desired_hash=""),
        ~Q(repaired_hash=F("desired_hash")),
        Exists(carried),
    )


def joins(session: SyncSession) -> QuerySet[ListMembership]:
    """Memberships that are wanted and not seen, of contacts that may be written."""
    retry = Q(state=MembershipState.REFUSED, tried_at__lt=timezone.now() - RETRY_JOIN)
    return ListMembership.objects.filter(
        MEMBERSHIP_DIFFERS,
        Q(state=MembershipState.OPEN) | retry,
        Exists(writable_contacts(session).filter(pk=OuterRef("contact"))),
        wanted=True,
        seen=False,
        synced_list__in=_lists_at_work(session),
    )


def _lists_at_work(session: SyncSession) -> list[int]:
    """Ids of the lists that are there and not paused; given, not joined, because a list's index is used only then."""
    return [one.pk for one in session.lists() if not one.paused]


def leaves(session: SyncSession) -> QuerySet[ListMembership]:
    """Memberships that we made and nobody wants any more.

    Absence from a group is no order before the group was completely recalculated; consent never waits for that.
    """
    calculated = Q(
        synced_list__group__state=CalculationState.IDLE,
        synced_list__group__calculated_version=F("synced_list__group__version"),
    )
    moving = Contact.objects.filter(
        former=OuterRef("contact"), contact_id="", state=ContactState.PENDING, winner__isnull=False
    ).exclude(desired_hash="")
    return (
        ListMembership.objects.filter(
            MEMBERSHIP_DIFFERS,
            ~Exists(moving),
            calculated | Q(consent=True),
            Q(contact__not_before__isnull=True) | Q(contact__not_before__lte=timezone.now()),
            wanted=False,
            seen=True,
            added_by_us=True,
            synced_list__in=_lists_at_work(session),
            contact__wave__isnull=True,
        )
        .exclude(state__in=(MembershipState.HELD, MembershipState.KEPT))
        .exclude(contact__contact_id="")
    )


@dataclass(frozen=True)
class Due:
    """Ids of contacts with something to do: `written` get values or a list, `leaving` only leave one."""

    written: Set[int]
    leaving: Set[int]

    def __len__(self) -> int:
        return len(self.written | self.leaving)


def due_contacts(session: SyncSession, *, limit: int) -> Due:
    """What is due, at most `limit` contacts looked for in each of three ways."""
    joining, leaving = (
        frozenset(queryset.order_by().values_list("contact_id", flat=True).distinct()[:limit])
        for queryset in (joins(session), leaves(session))
    )
    return Due(due_values(session, limit=limit).written | joining, leaving)


def due_values(session: SyncSession, *, limit: int, precise: bool = False) -> Due:
    """At most `limit` contacts whose values are due, or only those that no import may write."""
    found = contacts_to_write(session)
    some = found.filter(precise=True) if precise else found
    return Due(frozenset(some.values_list("pk", flat=True)[:limit]), NoIds)


def bulk_need(session: SyncSession) -> Need:
    """The whole difference, of all contacts that an import serves well."""
    differing = contacts_to_write(session).filter(precise=False)
    seen = ListMembership.objects.filter(
        contact__in=differing,
        wanted=True,
        seen=True,
        synced_list__state=ListState.READY,
        synced_list__paused=False,
    )
    return Need(
        values=Ids(pk for (pk,) in streamed(differing.values_list("pk"))),
        joins=contacts_by_list(joins(session).filter(contact__precise=False)),
        leaves=contacts_by_list(leaves(session)),
        carriers=contacts_by_list(seen),
    )


def small_need(session: SyncSession, contact_ids: Set[int]) -> Need:
    """Joins and leaves of a few contacts whose values were written one by one."""
    return Need(
        joins=contacts_by_list(joins(session).filter(contact_id__in=list(contact_ids))),
        leaves=contacts_by_list(leaves(session).filter(contact_id__in=list(contact_ids))),
    )


def contacts_by_list(memberships: QuerySet[ListMembership]) -> dict[int, Ids]:
    """`{list id: ids of its contacts}` of these memberships, streamed."""
    found: dict[int, array[int]] = defaultdict(lambda: array("q"))
    for list_id, contact_id in streamed(memberships.order_by().values_list("synced_list_id", "contact_id")):
        found[list_id].append(contact_id)
    return {list_id: Ids(contacts) for list_id, contacts in found.items()}
