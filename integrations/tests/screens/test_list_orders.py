"""Ordering another name for a list, and people off it whom we did not put there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from groups.models import Group
from integrations.models import ListMembership, ListState, SyncedList
from integrations.tests.ledgers import connected, group, person, put_on, stranger, synced
from novi_ams.tests.people import association_admin, client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> SyncedList:
    connected()
    ada = person("ada@example.org")
    made = synced(group("Board", ada))
    put_on(made, ada)
    return made


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def tab(where: SyncedList) -> str:
    return reverse("integrations:group", args=[where.group_id])


def rename_group(where: SyncedList, name: str) -> None:
    Group.objects.filter(pk=where.group_id or 0).update(name=name)


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_renamed_group_offers_to_rename_its_list(where: SyncedList, staff: Client) -> None:
    assert "Rename the list to match" not in text_of(staff, tab(where))
    rename_group(where, "Directors")
    page = text_of(staff, tab(where))
    assert "The group is called “Directors”." in page
    assert "Rename the list to match" in page
    answer = staff.post(reverse("integrations:rename", args=[where.group_id]), follow=True)
    assert "It is being renamed to “Directors” in Constant Contact." in answer.content.decode()
    where.refresh_from_db()
    assert (where.rename_to, where.ordered_by_name) == ("Directors", "Margaret Olsen")


def test_why_a_name_was_not_to_be_had_is_told(where: SyncedList, staff: Client) -> None:
    rename_group(where, "Directors")
    SyncedList.objects.update(rename_error="A list called “Directors” exists already.")
    page = text_of(staff, tab(where))
    assert "A list called “Directors” exists already." in page
    assert "Try the name again" in page


@pytest.mark.parametrize("values", [{"paused": True}, {"state": ListState.GONE}])
def test_nothing_is_renamed_while_nothing_is_sent(
    where: SyncedList, staff: Client, values: dict[str, object]
) -> None:
    rename_group(where, "Directors")
    SyncedList.objects.update(**values)
    assert "Rename the list to match" not in text_of(staff, tab(where))


def question(where: SyncedList) -> str:
    return reverse("integrations:remove_strangers", args=[where.group_id])


def shown_in(page: str) -> str:
    return page.split('name="shown" value="')[1].split('"')[0]


def test_strangers_are_removed_after_a_question_with_their_count(where: SyncedList, staff: Client) -> None:
    for name in ("bob", "cleo"):
        stranger(where, f"{name}@example.net")
    addresses = reverse("integrations:addresses", args=[where.group_id])
    assert "Remove all 2 from the list" in text_of(staff, addresses)
    page = text_of(staff, question(where))
    assert "Remove 2 people from the list “Board”?" in page
    assert "Remove 2 from list" in page
    answer = staff.post(question(where), {"shown": shown_in(page)}, follow=True)
    assert "2 people are being taken off the list." in answer.content.decode()
    assert ListMembership.objects.filter(added_by_us=True, wanted=False).count() == 2


def test_one_of_them_is_named(where: SyncedList, staff: Client) -> None:
    bob, _cleo = stranger(where, "bob@example.net"), stranger(where, "cleo@example.net")
    page = text_of(staff, f"{question(where)}?only={bob.pk}")
    assert "Remove bob@example.net from the list “Board”?" in page
    staff.post(f"{question(where)}?only={bob.pk}", {"shown": shown_in(page)})
    ours = ListMembership.objects.filter(added_by_us=True, wanted=False)
    assert list(ours.values_list("contact__email", flat=True)) == ["bob@example.net"]


def test_who_came_after_the_question_was_asked_is_asked_about(where: SyncedList, staff: Client) -> None:
    stranger(where, "bob@example.net")
    shown = shown_in(text_of(staff, question(where)))
    stranger(where, "cleo@example.net")
    answer = staff.post(question(where), {"shown": shown})
    assert answer.status_code == 422
    assert "Others are on the list by now than were shown." in answer.content.decode()
    assert not ListMembership.objects.filter(added_by_us=True, wanted=False).exists()


def test_a_member_of_the_group_is_never_removed_so(where: SyncedList, staff: Client) -> None:
    mine = ListMembership.objects.get()
    answer = staff.get(f"{question(where)}?only={mine.pk}", follow=True)
    assert "Nobody is only in Constant Contact any more." in answer.content.decode()


def test_who_may_only_look_is_not_offered_it(where: SyncedList) -> None:
    stranger(where, "bob@example.net")
    looking = association_admin()
    role = looking.groups.get()
    role.permissions.remove(*role.permissions.filter(codename="change_syncedlist"))
    page = text_of(client_of(looking), reverse("integrations:addresses", args=[where.group_id]))
    assert "bob@example.net" in page
    assert "Remove" not in page
