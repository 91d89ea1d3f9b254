"""The bar that says how far new values have come ends: it waits only for who gets them."""

from __future__ import annotations

import pytest

from integrations.full_sync import FullSync, full_sync
from integrations.models import ConstantContactConnection, Contact, ContactState, ListState, StaleContact
from integrations.tests.ledgers import connected, contact, group, on_list, person, synced
from members.models import Member

pytestmark = pytest.mark.django_db


def board(state: str = ListState.READY, *, paused: bool = False, of: str = ContactState.SYNCED) -> Member:
    """One person on one list, who carries old values still."""
    ada = person("ada@example.org")
    where = synced(group("Board", ada), state=state, paused=paused)
    on_list(where, contact(ada, of, desired_hash="new", observed_hash="old"), ada)
    return ada


def under_way() -> FullSync | None:
    StaleContact.objects.all().delete()
    return full_sync(ConstantContactConnection.current())


def test_a_contact_with_old_values_is_under_way() -> None:
    connected()
    board()
    assert under_way() == FullSync(done=0, total=1)


def test_it_is_over_when_every_contact_carries_its_values() -> None:
    connected()
    board()
    Contact.objects.update(observed_hash="new")
    assert under_way() is None


@pytest.mark.parametrize("state", [ListState.GONE, ListState.FAILED, ListState.DELETING])
def test_who_is_on_no_living_list_is_not_waited_for(state: str) -> None:
    connected()
    board(state)
    assert under_way() is None


def test_who_is_on_a_paused_list_only_is_not_waited_for() -> None:
    connected()
    board(paused=True)
    assert under_way() is None


def test_who_opted_out_is_not_waited_for() -> None:
    connected()
    board(of=ContactState.UNSUBSCRIBED)
    assert under_way() is None
