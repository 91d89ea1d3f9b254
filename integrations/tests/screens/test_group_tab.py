"""The Integrations tab, and what other pages show of a group's sync."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import CalculationState, Group
from integrations.group_status import sync_of_group
from integrations.models import (
    ConnectionState,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    Observation,
    StaleContact,
    SyncedList,
)
from integrations.statuses import Family, SyncStatus
from integrations.sync.counts import refresh_stale_counts
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, stranger, synced
from integrations.views.group_panels import family_filter
from members.models import Member
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(association_admin())


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def tab(client: Client, board: Group) -> str:
    return words(client.get(reverse("integrations:group", args=[board.pk])))


def save(client: Client, board: Group, *, on: bool, **headers: str) -> Any:
    address = reverse("integrations:save", args=[board.pk])
    return client.post(address, {"sync": "on"} if on else {}, headers=headers)


def status(board: Group) -> SyncStatus:
    return sync_of_group(Group.objects.get(pk=board.pk)).status


def board_of(*members: Member, **values: object) -> Group:
    board = group("Board", *members)
    put_on(synced(board, **values), *members)
    return board


def test_a_group_is_off_by_default(client: Client) -> None:
    board = group("Board")
    assert status(board) is SyncStatus.OFF
    assert 'role="switch"' in tab(client, board)


def test_saving_the_toggle_turns_the_sync_on(client: Client) -> None:
    board = group("Board", person("ada@example.org"))
    assert save(client, board, on=True).status_code == 302
    assert status(board) is SyncStatus.MAKING_LIST
    assert "Making the list" in tab(client, board)


def test_saving_without_a_change_changes_nothing(client: Client) -> None:
    board = group("Board")
    save(client, board, on=False)
    assert not SyncedList.objects.exists()


def test_turning_off_asks_naming_the_list_and_its_size(client: Client) -> None:
    board = board_of(person("ada@example.org"), person("bob@example.org"))
    stranger(SyncedList.objects.get(), "someone@example.org")
    answer = save(client, board, on=False, **{"HX-Request": "true"})
    page = words(answer)
    assert "Turn sync off and delete the list “Board”?" in page
    assert "Delete list of 3" in page
    assert "<strong>1 of them</strong> was put on the list in Constant Contact" in page
    assert SyncedList.objects.get().state == ListState.READY


def test_without_script_turning_off_leads_to_the_same_question(client: Client) -> None:
    board = board_of(person("ada@example.org"))
    answer = save(client, board, on=False)
    assert answer["Location"] == reverse("integrations:turn_off", args=[board.pk])


def turn_off(client: Client, board: Group, **data: str) -> Any:
    return client.post(reverse("integrations:turn_off", args=[board.pk]), data)


def test_a_confirmed_size_turns_the_sync_off(client: Client) -> None:
    board = board_of(person("ada@example.org"))
    turn_off(client, board, size="1", understood="on")
    assert status(board) is SyncStatus.DELETING


def test_an_unticked_box_keeps_the_list(client: Client) -> None:
    board = board_of(person("ada@example.org"))
    answer = turn_off(client, board, size="1")
    assert answer.status_code == 422
    assert "Tick the box" in words(answer)
    assert SyncedList.objects.get().state == ListState.READY


@pytest.mark.parametrize("size", ["7", "", "many", "-1"])
def test_another_size_than_shown_keeps_the_list_and_shows_the_new_one(client: Client, size: str) -> None:
    board = board_of(person("ada@example.org"))
    answer = turn_off(client, board, size=size, understood="on")
    assert answer.status_code == 422
    assert "it has 1 address now" in words(answer)
    assert SyncedList.objects.get().state == ListState.READY


def test_pausing_is_offered_instead(client: Client) -> None:
    board = board_of(person("ada@example.org"))
    assert "Pause instead" in words(client.get(reverse("integrations:turn_off", args=[board.pk])))
    client.post(reverse("integrations:pause", args=[board.pk]))
    assert status(board) is SyncStatus.PAUSED
    client.post(reverse("integrations:resume", args=[board.pk]))
    assert status(board) is SyncStatus.SYNCED


def test_a_list_deleted_there_offers_both_ways_on(client: Client) -> None:
    board = board_of(person("ada@example.org"), state=ListState.GONE, error="Somebody deleted the list.")
    page = tab(client, board)
    assert "The list was deleted in Constant Contact." in page
    assert "Create the list again" in page
    assert "Turn sync off" in page
    client.post(reverse("integrations:create_again", args=[board.pk]))
    assert status(board) is SyncStatus.MAKING_LIST


def test_a_list_that_could_not_be_made_says_why(client: Client) -> None:
    board = board_of(state=ListState.FAILED, list_id="", error="Constant Contact has 1,000 lists already.")
    assert "Constant Contact has 1,000 lists already." in tab(client, board)


def test_every_number_leads_to_its_people(client: Client) -> None:
    ada, bob = person("ada@example.org"), person("")
    board = group("Board", ada, bob)
    where = synced(board)
    put_on(where, ada)
    stranger(where, "someone@example.org")
    page = tab(client, board)
    members = reverse("group_members", args=[board.pk])
    assert f'href="{members}?bucket=synced"' in page
    assert f'href="{members}?bucket=no_email"' in page
    found = words(client.get(f"{members}?bucket=no_email"))
    assert "No email in Professional Contact." in found
    assert "ada@example.org" not in found
    strangers = words(client.get(reverse("integrations:addresses", args=[board.pk]) + "?bucket=only_there"))
    assert "someone@example.org" in strangers
    assert "ada@example.org" not in strangers


def test_a_page_under_work_looks_again_and_stops_when_done(client: Client) -> None:
    ada = person("ada@example.org")
    board = board_of(ada)
    address = reverse("integrations:group_panel", args=[board.pk])
    assert "hx-trigger" not in client.get(address).content.decode().split("<form", 1)[0]
    ListMembership.objects.update(seen=False)
    moving = words(client.get(address))
    assert 'hx-trigger="every 2s"' in moving
    assert "0 of 1" in moving


@pytest.mark.parametrize("how", ["counts_stale", "counting"])
def test_no_count_is_shown_before_people_were_counted(client: Client, how: str) -> None:
    board = board_of(person("ada@example.org"), **{how: True})
    assert "0 emails synced" not in tab(client, board)
    assert status(board) is SyncStatus.SYNCING
    refresh_stale_counts()
    assert "1 email synced" in tab(client, board)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"state": ConnectionState.RECONNECT_NEEDED}, SyncStatus.RECONNECT_NEEDED),
        ({"state": ConnectionState.NOT_CONNECTED}, SyncStatus.WAITING),
        ({"site_url": "https://elsewhere.example.org"}, SyncStatus.ELSEWHERE),
        ({"paused": True}, SyncStatus.ALL_PAUSED),
        ({}, SyncStatus.SYNCED),
    ],
)
def test_the_connection_decides_what_a_sync_can_do(values: dict[str, object], expected: SyncStatus) -> None:
    connected(**values)
    assert status(board_of(person("ada@example.org"))) is expected


def test_a_group_that_calculates_or_failed_says_so_first() -> None:
    connected()
    board = board_of(person("ada@example.org"))
    Group.objects.filter(pk=board.pk).update(state=CalculationState.WAITING)
    assert status(board) is SyncStatus.CALCULATING
    Group.objects.filter(pk=board.pk).update(state=CalculationState.FAILED, error="A field was deleted.")
    assert status(board) is SyncStatus.NOT_CALCULATED
    assert sync_of_group(Group.objects.get()).explanation == "A field was deleted."


def test_a_day_without_requests_waits_until_midnight() -> None:
    connected(parked_until=timezone.now() + timedelta(hours=3))
    board = board_of(person("ada@example.org"))
    assert status(board) is SyncStatus.SYNCED
    ListMembership.objects.update(seen=False)
    assert status(board) is SyncStatus.TOMORROW


def test_who_cannot_be_written_does_not_keep_a_list_busy() -> None:
    connected()
    ada, bob, eve = person("ada@example.org"), person("bob@example.org"), person("eve@example.org")
    board = group("Board", ada, bob, eve)
    where = synced(board)
    on_list(where, contact(ada, ContactState.UNSUBSCRIBED), ada, seen=False)
    on_list(where, contact(bob, ContactState.REFUSED), bob, seen=False)
    on_list(where, contact(eve), eve, seen=False, state=MembershipState.LEFT)
    assert status(board) is SyncStatus.SYNCED


def test_the_groups_list_shows_each_state_and_filters_by_it(client: Client) -> None:
    board_of(person("ada@example.org"), synced_count=1)
    synced(group("Golf"), paused=True)
    synced(group("Gone"), state=ListState.GONE, error="Somebody deleted it.")
    group("Off")
    page = words(client.get(reverse("groups")))
    assert "1 email synced" in page
    assert "List deleted" in page
    assert "3 of 4 groups sync to Constant Contact." in page
    chosen = family_filter()
    found = {
        family: [one.name for one in chosen.apply(Group.objects.order_by("name"), family.value)]
        for family in Family
    }
    assert found == {
        Family.SYNCED: ["Board"],
        Family.WORKING: [],
        Family.NEEDS_YOU: ["Gone"],
        Family.PAUSED: ["Golf"],
        Family.OFF: ["Off"],
    }


def test_the_groups_list_costs_the_same_for_many_groups(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("groups"))
        return len(captured)

    members = [person(f"p{n}@example.org") for n in range(3)]
    synced(group("First", *members))
    queries()
    few = queries()
    for number in range(12):
        synced(group(f"Group {number}", *members))
    assert queries() == few


def test_the_tab_costs_the_same_for_many_people(client: Client) -> None:
    def queries(board: Group) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("integrations:group", args=[board.pk]))
        return len(captured)

    members = [person(f"p{n}@example.org") for n in range(12)]
    small, large = group("Small", members[0]), group("Large", *members)
    put_on(synced(small), members[0])
    where = synced(large)
    for one in ListMembership.objects.all():
        on_list(where, one.contact, one.stand_in)
    put_on(where, *members[1:])
    queries(small)
    assert queries(large) == queries(small) <= 30


def test_deleting_a_synced_group_names_its_list(client: Client) -> None:
    board = board_of(person("ada@example.org"))
    page = words(client.get(reverse("group_delete", args=[board.pk])))
    assert "Its list is deleted in Constant Contact" in page
    assert "1 address" in page


def test_a_members_page_tells_the_status_in_every_synced_group(client: Client) -> None:
    ada = person("ada@example.org")
    board_of(ada)
    page = words(client.get(reverse("member", args=[ada.pk])))
    assert "Email sync" in page
    assert "Synced" in page


def test_home_lists_what_waits_for_a_person(client: Client) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    where = synced(board)
    on_list(where, contact(ada, ContactState.REFUSED, reason="Odd address."), ada, seen=False)
    synced(group("Gone"), state=ListState.GONE, error="Somebody deleted it.")
    page = words(client.get(reverse("home")))
    assert "The list of “Gone” is gone" in page
    assert "1 address was refused by Constant Contact" in page
    assert "Odd address." in page


def test_help_answers_about_every_status(client: Client) -> None:
    page = words(client.get(reverse("help")))
    for bucket in ("Left the list", "Refused by Constant Contact", "Same address as another record"):
        assert bucket in page


def held_board() -> tuple[Group, ListMembership]:
    ada = person("ada@example.org")
    board = group("Board")
    where = synced(board, held_count=1)
    reason = "This morning's import would take off 1 at once."
    return board, on_list(where, contact(ada), wanted=False, state=MembershipState.HELD, reason=reason)


def test_held_changes_are_shown_and_approved_by_address(client: Client) -> None:
    board, row = held_board()
    address = reverse("integrations:held", args=[board.pk])
    assert status(board) is SyncStatus.HELD
    page = words(client.get(address))
    assert "ada@example.org" in page
    assert "Ada Lovelace" in page
    assert "This morning&#x27;s import would take off 1 at once." in page
    assert "The list has 1 address now and would have 0." in page
    assert "Would leave the list" in page
    assert "Approve 1" in page
    assert '>1</span> <span class="muted">person on 1 list<' in words(client.get(reverse("home")))
    client.post(address, {"change": str(row.pk), "approve": "1"})
    row.refresh_from_db()
    assert row.state == MembershipState.OPEN


def test_held_changes_may_be_left_alone(client: Client) -> None:
    board, row = held_board()
    client.post(reverse("integrations:held", args=[board.pk]), {"change": str(row.pk), "reject": "1"})
    row.refresh_from_db()
    assert row.state == MembershipState.KEPT


def test_a_decision_about_nothing_shown_decides_nothing(client: Client) -> None:
    board, row = held_board()
    client.post(reverse("integrations:held", args=[board.pk]), {"change": "all", "approve": "1"})
    row.refresh_from_db()
    assert row.state == MembershipState.HELD


def test_many_who_left_at_once_are_one_question(client: Client) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    where = synced(board, leavers_since=timezone.now() - timedelta(hours=1))
    on_list(where, contact(ada), ada, seen=False, state=MembershipState.LEFT)
    assert "1 person was removed in Constant Contact at once." in tab(client, board)
    address = reverse("integrations:leavers", args=[board.pk])
    client.post(address, {"add_back": "1"})
    assert ListMembership.objects.get().state == MembershipState.OPEN
    assert "at once" not in tab(client, board)


def test_a_check_is_awaited_on_the_page_until_the_lists_were_read(client: Client) -> None:
    board = board_of(person("ada@example.org"))
    observation = Observation.objects.create(
        account_id=SyncedList.objects.get().account_id,
        updated_after=timezone.now(),
        lists_read_at=timezone.now(),
    )
    assert "data-poll" not in tab(client, board)
    client.post(reverse("integrations:check", args=[board.pk]))
    StaleContact.objects.all().delete()
    assert "data-poll" in tab(client, board)
    assert "Comparing with the list" in tab(client, board)
    observation.lists_read_at = timezone.now()
    observation.save()
    assert "data-poll" not in tab(client, board)
