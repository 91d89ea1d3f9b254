"""Preview on the Integrations tab, and what the edit page says of the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Basis, CalculationState, Group, GroupRecord
from integrations.models import (
    ConnectionState,
    Contact,
    ContactState,
    ListMembership,
    MembershipState,
    StaleContact,
    SyncedList,
)
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, synced
from integrations.views import group_preview
from members.models import Member
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(association_admin())


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def look(client: Client, board: Group) -> Any:
    return client.get(reverse("integrations:preview", args=[board.pk]))


def sections(answer: Any) -> dict[str, list[str]]:
    """Names of the people in each section, by its title."""
    return {each.title: [str(line.member) for line in each.lines] for each in answer.context["sections"]}


def board_of_all_kinds() -> Group:
    """One who stays, one to join, one to leave, one with new values, one refused."""
    stays, joins, leaves = (
        person("stays@example.org", "Stan"),
        person("joins@example.org", "Jo"),
        person("leaves@example.org", "Lee"),
    )
    changed, refused = person("changed@example.org", "Chan"), person("refused@example.org", "Ray")
    board = group("Board", stays, joins, changed, refused)
    where = synced(board)
    put_on(where, stays)
    on_list(where, contact(joins, ContactState.PENDING, contact_id="", observed_hash=""), joins, seen=False)
    on_list(where, contact(leaves, winner=None), None, wanted=False)
    on_list(where, contact(changed, observed_hash="b"), changed)
    on_list(where, contact(refused, ContactState.REFUSED, reason="Flagged for abuse"), refused, seen=False)
    return board


# A group that syncs


def test_the_tab_leads_to_the_preview(client: Client) -> None:
    for board in (group("Off"), board_of_all_kinds()):
        tab = words(client.get(reverse("integrations:group", args=[board.pk])))
        assert reverse("integrations:preview", args=[board.pk]) in tab


def test_the_preview_names_who_joins_leaves_changes_and_is_refused(client: Client) -> None:
    answer = look(client, board_of_all_kinds())
    assert sections(answer) == {
        "Put on the list": ["Jo Lovelace"],
        "Taken off the list": ["Lee Lovelace"],
        "Get new values": ["Chan Lovelace"],
        "Refused by Constant Contact": ["Ray Lovelace"],
    }


def test_the_preview_links_to_the_people(client: Client) -> None:
    page = words(look(client, board_of_all_kinds()))
    jo = Member.objects.get(first_name="Jo")
    assert f'<a href="{reverse("member", args=[jo.pk])}">Jo Lovelace</a>' in page
    assert "New to the account" in page
    assert "Flagged for abuse" in page


def test_the_preview_adds_up_to_the_size_of_the_list(client: Client) -> None:
    answer = look(client, board_of_all_kinds())
    assert (answer.context["now"], answer.context["then"]) == (3, 3)
    assert "Takes about 6 requests to Constant Contact" in words(answer)


def test_a_list_in_step_has_nothing_to_do(client: Client) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    put_on(synced(board), ada)
    assert "Nothing: the list is as the group wants it." in words(look(client, board))


def test_what_just_changed_is_in_the_preview_and_still_waits_afterwards(client: Client) -> None:
    board = group("Board", person("new@example.org", "Nell"))
    synced(board)
    StaleContact.objects.create(email_key="new@example.org")
    assert sections(look(client, board)) == {"Put on the list": ["Nell Lovelace"]}
    assert StaleContact.objects.count() == 1
    assert not Contact.objects.exists()
    assert not ListMembership.objects.exists()


def test_what_changed_beyond_a_batch_is_said_to_be_missing(client: Client) -> None:
    board = group("Board")
    synced(board)
    StaleContact.objects.bulk_create(
        StaleContact(email_key=f"a{number}@example.org") for number in range(1_002)
    )
    assert "2 addresses changed just now" in words(look(client, board))


def test_what_waits_for_approval_is_counted_apart(client: Client) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    where = synced(board, held_count=1)
    on_list(where, contact(ada), ada, wanted=False, state=MembershipState.HELD)
    page = words(look(client, board))
    assert reverse("integrations:held", args=[board.pk]) in page
    assert look(client, board).context["preview"].removes == 0


def test_a_paused_list_says_that_its_changes_wait(client: Client) -> None:
    board = board_of_all_kinds()
    SyncedList.objects.update(paused=True)
    answer = look(client, board)
    assert "waits until that has changed" in words(answer)
    assert answer.context["preview"].adds == 1


def test_the_preview_takes_the_same_queries_for_any_number_of_people(client: Client) -> None:
    def queries(board: Group) -> int:
        look(client, board)
        with CaptureQueriesContext(connection) as found:
            look(client, board)
        return len(found)

    few, many = (_joining(name, count) for name, count in (("few", 11), ("many", 49)))
    assert queries(few) == queries(many)


def _joining(name: str, count: int) -> Group:
    people = [person(f"{name}{number}@example.org") for number in range(count)]
    board = group(name, *people)
    where = synced(board)
    for one in people:
        on_list(where, contact(one, ContactState.PENDING, contact_id="", observed_hash=""), one, seen=False)
    return board


# A group that does not sync


def test_before_the_sync_is_on_everybody_is_accounted_for(client: Client) -> None:
    board = group("Board", person("ada@example.org"), person("", "Nora"), person("no address", "Ivan"))
    answer = look(client, board)
    assert sections(answer) == {
        "Would be on the list": ["Ada Lovelace"],
        "No email": ["Nora Lovelace"],
        "Invalid email": ["Ivan Lovelace"],
    }
    assert answer.context["first"].total == 3


def test_before_the_sync_is_on_new_contacts_are_told(client: Client) -> None:
    known, new = person("known@example.org"), person("new@example.org")
    contact(known)
    preview = look(client, group("Board", known, new)).context["preview"]
    assert (preview.adds, preview.new_contacts) == (2, 1)


def test_before_the_sync_is_on_a_shared_address_names_who_stands_for_it(client: Client) -> None:
    board = group("Board", person("both@example.org", "Ada"), person("both@example.org", "Bob"))
    ada = Member.objects.get(first_name="Ada")
    assert f'Same address as <a href="{reverse("member", args=[ada.pk])}">Ada Lovelace</a>' in words(
        look(client, board)
    )


def test_looking_turns_nothing_on(client: Client) -> None:
    look(client, group("Board", person("ada@example.org")))
    assert not SyncedList.objects.exists()
    assert not Contact.objects.exists()


def test_without_a_connection_the_first_sync_can_be_looked_at(client: Client) -> None:
    connected(state=ConnectionState.NOT_CONNECTED, account_id="")
    page = words(look(client, group("Board", person("ada@example.org"))))
    assert "Constant Contact is not connected." in page
    assert "Would be on the list" in page


def test_a_group_that_is_being_calculated_says_so(client: Client) -> None:
    board = group("Board")
    Group.objects.update(state=CalculationState.WAITING)
    assert "The group is being calculated." in words(look(client, board))


# What saving does to the list


def picked(name: str, *members: Member) -> Group:
    board = group(name, *members)
    Group.objects.filter(pk=board.pk).update(basis=Basis.RECORDS)
    GroupRecord.objects.bulk_create(GroupRecord(group=board, member=one) for one in members)
    return board


def edit_page(
    client: Client, board: Group, *, added: Sequence[Member] = (), dropped: Sequence[Member] = ()
) -> Any:
    """The moving parts of the edit page, with these records picked too and those no longer."""
    data = {
        "name": board.name,
        "basis": Basis.RECORDS,
        "added": [one.pk for one in added],
        "dropped": [one.pk for one in dropped],
    }
    return client.post(reverse("group_preview", args=[board.pk]), data)


def test_the_edit_page_says_how_many_addresses_the_list_gains_and_loses(client: Client) -> None:
    stays, shares = person("shared@example.org", "Ada"), person("shared@example.org", "Bob")
    goes = person("goes@example.org", "Gus")
    board = picked("Board", stays, shares, goes)
    where = synced(board)
    on_list(where, contact(stays), stays)
    on_list(where, contact(goes), goes)
    comes = [person("comes@example.org"), person("", "Nora")]
    answer = edit_page(client, board, added=comes, dropped=[shares, goes])
    page = words(answer)
    assert "What saving does to the list" in page
    (effect,) = [piece.context["effect"] for piece in answer.context["effects"]]
    assert (effect.now, effect.gains, effect.loses, effect.then) == (2, 1, 1, 2)
    assert "1 of the 1 is new to your Constant Contact account" in page
    assert "The group itself gains 2 records and loses 2" in page


def test_the_edit_page_warns_of_what_empties_the_list(client: Client) -> None:
    people = [person(f"p{number}@example.org") for number in range(12)]
    board = picked("Board", *people)
    put_on(synced(board), *people)
    assert "This takes everybody off the list." in words(edit_page(client, board, dropped=people))
    assert "off the list." not in words(edit_page(client, board, dropped=people[:1]))


def test_the_edit_page_does_not_work_out_too_many_addresses(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_preview, "WORKED_OUT_LIVE", 2)
    board = picked("Board")
    synced(board)
    added = [person(f"p{number}@example.org") for number in range(3)]
    assert "3 records join and 0 records leave the group: too many" in words(
        edit_page(client, board, added=added)
    )
    assert "too many" not in words(edit_page(client, board, added=added[:2]))


def test_the_edit_page_of_a_group_without_a_sync_shows_records(client: Client) -> None:
    page = words(
        edit_page(client, picked("Board", person("ada@example.org")), added=[person("new@example.org")])
    )
    assert "What saving does</h2>" in page


def test_the_edit_page_takes_the_same_queries_for_any_number(client: Client) -> None:
    people = [person(f"p{number}@example.org") for number in range(40)]
    board = picked("Board", *people[:20])
    put_on(synced(board), *people[:20])

    def queries(*, added: Sequence[Member], dropped: Sequence[Member]) -> int:
        edit_page(client, board, added=added, dropped=dropped)
        with CaptureQueriesContext(connection) as found:
            edit_page(client, board, added=added, dropped=dropped)
        return len(found)

    assert queries(added=people[20:21], dropped=people[:1]) == queries(added=people[20:], dropped=people[:20])
