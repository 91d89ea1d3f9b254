"""Contacts that we made and that are on no list any more: Constant Contact bills them all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    MembershipState,
)
from members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Recorded(TypedDict):
        record_id: int | None
        record_name: str | None

    Unlisted = QuerySet[WithAnnotations[Contact, Recorded]]

UNBILLED = (ContactState.UNSUBSCRIBED, ContactState.DELETED_THERE)
"""Constant Contact charges neither for who opted out nor for who is gone."""


def contacts_on_no_list(words: str = "") -> Unlisted:
    """Ours, there, not seen on any of our lists and not on their way to one; by address.

    Each with `record_id` and `record_name`: a record that has this address, an active one before others, or None.
    """
    memberships = ListMembership.objects.filter(contact=OuterRef("pk"))
    on_its_way = memberships.filter(wanted=True, state__in=(MembershipState.OPEN, MembershipState.HELD))
    found = Contact.objects.filter(
        ~Exists(memberships.filter(seen=True)),
        ~Exists(on_its_way),
        account_id=ConstantContactConnection.current().account_id,
        we_created=True,
    ).exclude(contact_id="")
    if words:
        found = found.filter(email_key__contains=words.casefold())
    records = Member.objects.filter(email_key=OuterRef("email_key")).order_by("-active", "id")
    return (
        found.exclude(state__in=UNBILLED)
        .annotate(
            record_id=Subquery(records.values("id")[:1]),
            record_name=Subquery(records.values("display_name")[:1]),
        )
        .order_by("email_key")
    )


def cells_of(contacts: Unlisted) -> Iterator[tuple[str, str, str]]:
    """(address, record, Constant Contact's id) of each, streamed."""
    for contact in contacts.iterator(chunk_size=2_000):
        yield contact.email, contact.record_name or "", contact.contact_id
