"""How many are on lists; and the counts that lists of groups show: stored, counted anew only where something moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db.models import Count, Q

from integrations.accounting import refresh_counts
from integrations.models import ListMembership, SyncedList


def seen_on(lists: Collection[SyncedList]) -> Counter[int]:
    """How many were seen on each of these lists, by its id: one query."""
    seen = ListMembership.objects.filter(synced_list__in=[one.pk for one in lists], seen=True).order_by()
    return Counter(dict(seen.values_list("synced_list").annotate(n=Count("pk"))))


def counts_changed(list_ids: Collection[int]) -> None:
    """Note that these lists have to be counted again."""
    if list_ids:
        SyncedList.objects.filter(pk__in=list_ids, counts_stale=False).update(counts_stale=True)


def counts_changed_for(contact_id: int) -> None:
    """Note it for every list the contact has to do with."""
    lists = ListMembership.objects.filter(contact_id=contact_id).values("synced_list_id")
    SyncedList.objects.filter(pk__in=lists, counts_stale=False).update(counts_stale=True)


def refresh_stale_counts() -> None:
    """Count the noted lists. Outside the lease: at 100,000 members it takes a second, and edits need not wait."""
    for synced in SyncedList.objects.filter(Q(counts_stale=True) | Q(counting=True)):
        # The flag first: what moves while we count sets it again.
        SyncedList.objects.filter(pk=synced.pk).update(counts_stale=False, counting=True)
        refresh_counts(synced)
        SyncedList.objects.filter(pk=synced.pk).update(counting=False)
