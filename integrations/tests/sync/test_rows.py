"""What is written without the ORM is what the ORM reads, and what is due is found by an index."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
from django.db import connection
from django.utils import timezone

from integrations.models import Contact, ContactState, ListMembership, ListState, SyncedList
from integrations.sync.memberships import Membership
from integrations.sync.need import contacts_to_write, joins, leaves
from integrations.sync.rows import insert_contacts, insert_rows, new_contact
from integrations.sync.session import SyncSession

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 23, 4, 5, 6, 789, tzinfo=UTC)


def stored(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def values(contact: Contact) -> dict[str, object]:
    return {one.attname: getattr(contact, one.attname) for one in Contact._meta.concrete_fields}


def contacts(*keys: str) -> list[Contact]:
    made = [new_contact("bench", key, since=MOMENT) for key in keys]
    insert_contacts(made)
    return made


def test_a_new_contact_has_the_defaults_of_the_orm() -> None:
    assert values(new_contact("bench", "a@example.org", since=MOMENT)) == values(
        Contact(account_id="bench", email_key="a@example.org", since=MOMENT)
    )


def test_rows_inserted_at_once_are_read_as_they_were() -> None:
    plain, odd = (new_contact("bench", key, since=MOMENT) for key in ("a@example.org", "ö'\"\\@example.org"))
    odd.email, odd.reason, odd.state = "Ö'\"\\@example.org", "[1, null] é 😀 %s", ContactState.REFUSED
    odd.precise, odd.attempts, odd.not_before, odd.since = True, 3, MOMENT, None
    insert_contacts([plain, odd])
    assert values(stored(plain)) == values(plain)
    assert values(stored(odd)) == values(odd)


def test_one_row_alone_is_inserted_and_no_row_is_nothing() -> None:
    (alone,) = contacts("a@example.org")
    insert_rows(Contact, [])
    assert values(stored(alone)) == values(alone)


def test_memberships_of_several_contacts_and_lists_keep_what_differs() -> None:
    lists = [SyncedList.objects.create(group_name=name, state=ListState.READY) for name in ("A", "B")]
    first, second = contacts("a@example.org", "b@example.org")
    rows = [
        Membership(lists[0].pk, contact_id=first.pk, wanted=True, since=MOMENT),
        Membership(lists[1].pk, contact_id=first.pk, seen=True, since=MOMENT),
        Membership(lists[1].pk, contact_id=second.pk, wanted=True, background=True, since=None),
    ]
    insert_rows(ListMembership, rows)
    found = ListMembership.objects.values_list(
        "synced_list_id", "contact_id", "wanted", "seen", "background", "since"
    )
    assert sorted(found, key=str) == sorted(
        (
            (one.synced_list_id, one.contact_id, one.wanted, one.seen, one.background, one.since)
            for one in rows
        ),
        key=str,
    )


def test_what_is_due_is_looked_for_among_what_differs_alone() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by how many rows it expects to find.")
    synced = SyncedList.objects.create(account_id="bench", state=ListState.READY, read_at=timezone.now())
    session = Mock(spec=SyncSession, account_id="bench")
    session.lists.return_value = [synced]
    for due in (joins(session), leaves(session)):
        assert "membership_differs" in due.order_by().values("contact_id").distinct()[:11].explain()
    assert "contact_differs" in contacts_to_write(session).values("pk")[:11].explain()
