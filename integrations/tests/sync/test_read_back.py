"""Pages that are read back are stored several at a time."""

from __future__ import annotations

from collections import Counter
from unittest.mock import Mock

import pytest
from django.utils import timezone

from integrations.constant_contact.contacts import EVERYTHING, ContactPage, Permission
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.models import ListMembership, ListState, SyncedList
from integrations.sync.mapping import FieldMapping
from integrations.sync.readback import _note_pages
from integrations.sync.rows import insert_contacts, new_contact
from integrations.sync.session import SyncSession

pytestmark = pytest.mark.django_db


def test_who_changes_meanwhile_and_stands_on_two_pages_is_as_on_the_later() -> None:
    synced = SyncedList.objects.create(account_id="bench", list_id="list-1", state=ListState.READY)
    ada = new_contact("bench", "ada@example.org", since=timezone.now())
    insert_contacts([ada])
    session = Mock(
        spec=SyncSession,
        account_id="bench",
        mapping=FieldMapping(()),
        joined=Counter(),
        gone=Counter(),
        updated=0,
    )
    session.lists.return_value = [synced]
    pages = [ContactPage([shown(name, lists=["list-1"])], total=None, at=None) for name in ("Ada", "Augusta")]
    _note_pages(session, 1, pages, began=timezone.now())
    ada.refresh_from_db()
    later = session.mapping.values_seen(pages[1].contacts[0])
    assert ada.observed_hash == session.mapping.fingerprint(later)
    assert ListMembership.objects.filter(contact=ada, synced_list=synced, seen=True).count() == 1


def shown(first_name: str, *, lists: list[str]) -> RemoteContact:
    return RemoteContact(
        contact_id="contact-1",
        email="ada@example.org",
        permission=Permission.IMPLICIT,
        first_name=first_name,
        list_ids=frozenset(lists),
        included=EVERYTHING,
    )
