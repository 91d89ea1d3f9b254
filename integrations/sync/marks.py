"""Marking addresses stale, in the transaction of the change that made them so."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from groups.models import GroupMember
from integrations.models import Contact, ListState, StaleContact
from members.models import Member

T = TypeVar("T")

CHUNK = 1000


def mark_members(member_ids: Iterable[int], *, background: bool = False) -> None:
    """Mark the addresses of these records and of their children, whose contacts show values of the parent.

    An address that no contact has and that is in no synced group is left alone: nobody would look at its mark.
    """
    for chunk in _chunks(member_ids):
        family = Member.objects.filter(Q(id__in=chunk) | Q(parent_id__in=chunk))
        _mark(_relevant(family), background=background)


def mark_memberships(member_ids: Iterable[int], *, background: bool) -> None:
    """Mark the addresses of records that joined or left a synced group."""
    for chunk in _chunks(member_ids):
        members = Member.objects.filter(id__in=chunk).exclude(email_key="")
        _mark(members.values_list("email_key", flat=True), background=background)


def mark_addresses(email_keys: Iterable[str], *, background: bool = False) -> None:
    """Mark addresses as such: those that records held before."""
    _mark((key for key in email_keys if key), background=background)


def mark_every_contact() -> None:
    """Mark every address that has a winner: the mapping changed, or everything is to be compared."""
    keys = Contact.objects.filter(winner__isnull=False).values_list("email_key", flat=True)
    _mark(keys.iterator(chunk_size=CHUNK), background=False)


def mark_group(group_id: int) -> None:
    """Mark the addresses of everybody in the group and of everybody who was seen on its list."""
    # Not by name, as members come otherwise: by what is stored beside each other they are read and written faster.
    in_group = Member.objects.filter(group_memberships__group_id=group_id).exclude(email_key="").order_by()
    on_list = Contact.objects.filter(memberships__synced_list__group_id=group_id)
    _mark(in_group.values_list("email_key", flat=True).iterator(chunk_size=CHUNK), background=False)
    _mark(on_list.values_list("email_key", flat=True).iterator(chunk_size=CHUNK), background=False)


def _relevant(members: QuerySet[Member]) -> QuerySet[Member, str]:
    known = Contact.objects.filter(email_key=OuterRef("email_key"))
    synced = GroupMember.objects.filter(member=OuterRef("id"), group__synced_list__isnull=False).exclude(
        group__synced_list__state=ListState.DELETING
    )
    found = members.filter(Exists(known) | Exists(synced)).exclude(email_key="")
    return found.values_list("email_key", flat=True)


def _mark(email_keys: Iterable[str], *, background: bool) -> None:
    for chunk in _chunks(email_keys):
        StaleContact.objects.bulk_create(
            StaleContact(email_key=key, background=background) for key in dict.fromkeys(chunk)
        )


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
