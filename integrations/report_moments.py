"""The report's rows by the moment since which their status holds: the first pages without sorting everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, DateTimeField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from groups.models import GroupMember
from integrations.models import Contact, ContactState, ListMembership
from integrations.person_status import OF_THE_CONTACT
from members.models import Member

if TYPE_CHECKING:
    from integrations.accounting import People

REACH, FURTHER, FARTHEST = 4, 8, 20_000
"""Look at four times as many changes as rows are wanted, then at eight times as many, and so on to the last; whoever
turns pages that far waits for everybody to be sorted."""


def with_since(people: People, account_id: str) -> People:
    """Each with the moment since which its status holds, as `person_status` tells it."""
    contact = Contact.objects.filter(account_id=account_id, email_key=OuterRef("member__email_key"))
    membership = ListMembership.objects.filter(
        contact__account_id=account_id,
        contact__email_key=OuterRef("member__email_key"),
        synced_list=OuterRef("group__synced_list"),
    )
    of_contact, of_list = _since_of(contact), _since_of(membership)
    return people.annotate(
        status_since=Case(
            When(bucket__in=[one.code for one in OF_THE_CONTACT], then=of_contact),
            default=Coalesce(_since_of(contact.filter(state=ContactState.REFUSED)), of_list, of_contact),
            output_field=DateTimeField(),
        )
    )


def _since_of(rows: QuerySet[Contact] | QuerySet[ListMembership]) -> Subquery:
    return Subquery(rows.values("since")[:1])


def sliced(rows: People, start: int, stop: int, *, account_id: str, newest: bool) -> Sequence[GroupMember]:
    """Rows from `start` to `stop` of all that `with_since` and the order by it give.

    Those whose contact or membership changed last are asked first: if enough of them are in the rows, nobody else
    can be before them.
    """
    for reach in _reaches(stop):
        moment = _moment_of(reach, newest=newest)
        if moment is None:
            break
        near = Q(status_since__gte=moment) if newest else Q(status_since__lte=moment)
        # Counted out, so that the database begins with them.
        changed = list(changed_near(moment, account_id=account_id, after=newest))
        found = list(rows.filter(near, member__in=changed)[start:stop])
        if len(found) == stop - start:
            return found
    return list(rows[start:stop])


def _reaches(stop: int) -> Iterator[int]:
    reach = stop * REACH
    while reach <= FARTHEST:
        yield reach
        reach *= FURTHER


def _moment_of(reach: int, *, newest: bool) -> datetime | None:
    """A moment since (or until) which no more than so many contacts and so many memberships are as they are."""
    far = [_since_at(Contact.objects.all(), reach, newest=newest)]
    far += [_since_at(ListMembership.objects.all(), reach, newest=newest)]
    return (max if newest else min)((one for one in far if one), default=None)


def _since_at(
    rows: QuerySet[Contact] | QuerySet[ListMembership], place: int, *, newest: bool
) -> datetime | None:
    """The moment of the row at this place in order, if there are as many."""
    in_order = rows.filter(since__isnull=False).order_by("-since" if newest else "since")
    return next(iter(in_order.values_list("since", flat=True)[place : place + 1]), None)


def changed_near(moment: datetime, *, account_id: str, after: bool) -> QuerySet[Member, int]:
    """Ids of the records whose status on any list may hold since the moment or later (or earlier)."""
    near = Q(since__gte=moment) if after else Q(since__lte=moment)
    of_contacts = Contact.objects.filter(near, account_id=account_id).order_by().values("email_key")
    of_lists = ListMembership.objects.filter(near).order_by()  # of another account: a few too many, no harm
    # A union of two: with OR, PostgreSQL expects half of all addresses and works out the status of everybody.
    keys = of_contacts.union(of_lists.values("contact__email_key"))
    return Member.objects.filter(email_key__in=keys).order_by().values_list("pk", flat=True)
