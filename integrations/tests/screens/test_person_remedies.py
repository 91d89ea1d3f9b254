"""Try again and Add back: from the report, a member's page and a group's, by those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from groups.models import Group
from integrations.models import (
    Contact,
    ContactState,
    ListMembership,
    MembershipState,
    StaleContact,
    SyncedList,
)
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, synced
from members.models import Member
from novi_ams.audit.models import AuditEntry
from novi_ams.tests.people import association_admin, client_of, limited_admin
from novi_ams.tests.people import person as user

pytestmark = pytest.mark.django_db
REASON = "This contact is on 50 lists already."


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(limited_admin())


def refused(where: SyncedList, member: Member, *, on_the_list_only: bool = False) -> Contact:
    """Constant Contact did not take the member: at all, or on this list."""
    state = ContactState.SYNCED if on_the_list_only else ContactState.REFUSED
    row = contact(member, state, reason="" if on_the_list_only else REASON)
    of_list = MembershipState.REFUSED if on_the_list_only else MembershipState.OPEN
    on_list(where, row, member, seen=False, state=of_list, reason=REASON if on_the_list_only else "")
    return row


def left(where: SyncedList, member: Member) -> ListMembership:
    return on_list(where, contact(member), member, seen=False, state=MembershipState.LEFT)


def board(*members: Member) -> SyncedList:
    return synced(group("Board", *members))


def of_list(where: SyncedList) -> Group:
    assert where.group is not None
    return where.group


def is_tried_again(row: Contact) -> bool:
    row.refresh_from_db()
    marked = StaleContact.objects.filter(email_key=row.email_key).exists()
    still = ListMembership.objects.filter(contact=row, state=MembershipState.REFUSED).exists()
    return marked and not still and row.state != ContactState.REFUSED


@pytest.mark.parametrize("on_the_list_only", [False, True])
def test_one_refused_person_is_tried_again(client: Client, on_the_list_only: bool) -> None:
    ada = person("ada@example.org")
    row = refused(board(ada), ada, on_the_list_only=on_the_list_only)
    answer = client.post(reverse("integrations:try_again", args=[row.pk]), follow=True)
    assert "ada@example.org will be tried again now." in answer.content.decode()
    assert is_tried_again(row)
    assert AuditEntry.objects.get(action="asked to be tried again").item_name == "ada@example.org"


def test_who_is_not_refused_is_left_alone(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    put_on(where, ada)
    row = Contact.objects.get()
    answer = client.post(reverse("integrations:try_again", args=[row.pk]), follow=True)
    assert "is not refused any more" in answer.content.decode()
    assert not StaleContact.objects.exists()


def test_all_that_the_filter_leaves_are_tried_again_and_no_others(client: Client) -> None:
    ada, bob, eve = (person(f"{name}@example.org", name) for name in ("ada", "bob", "eve"))
    where, other = board(ada, bob), synced(group("Golf", eve))
    rows = [refused(where, ada), refused(where, bob, on_the_list_only=True), refused(other, eve)]
    answer = client.post(
        reverse("integrations:try_refused_again"), {"group": str(where.group_id), "status": "refused"}
    )
    assert answer["Location"] == f"/reports/email-sync/?group={where.group_id}&status=refused"
    assert [is_tried_again(row) for row in rows] == [True, True, False]
    client.post(reverse("integrations:try_refused_again"))
    assert is_tried_again(rows[2])


def test_many_refused_are_tried_again_in_few_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    people = [person(f"p{n}@example.org") for n in range(60)]
    where = board(*people)
    for one in people:
        refused(where, one)
    with django_assert_max_num_queries(35):
        client.post(reverse("integrations:try_refused_again"))
    assert not Contact.objects.filter(state=ContactState.REFUSED).exists()


def test_the_button_names_how_many(client: Client) -> None:
    people = [person(f"p{n}@example.org") for n in range(3)]
    where = board(*people)
    put_on(where, people[0])
    for one in people[1:]:
        refused(where, one)
    page = client.get(reverse("integrations:report")).content.decode()
    assert "Try all 2 refused again" in page
    assert "refused again" not in client.get("/reports/email-sync/?status=synced").content.decode()


def add_back_url(where: SyncedList, member: Member) -> str:
    return reverse("integrations:add_back", args=[where.pk, member.pk])


def test_adding_back_asks_and_says_what_it_means_for_consent(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    membership = left(where, ada)
    page = client.get(add_back_url(where, ada)).content.decode()
    assert "Add Ada Lovelace back?" in page
    assert "Whoever unsubscribed stays unsubscribed." in page
    membership.refresh_from_db()
    assert membership.state == MembershipState.LEFT


def test_who_left_is_added_back(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    membership = left(where, ada)
    client.post(add_back_url(where, ada))
    membership.refresh_from_db()
    assert membership.state == MembershipState.OPEN
    assert StaleContact.objects.filter(email_key="ada@example.org").exists()
    assert AuditEntry.objects.filter(action="asked to be added back").count() == 1


def test_who_was_deleted_there_is_revived_by_the_precise_call(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    on_list(where, contact(ada, ContactState.DELETED_THERE), ada, seen=False)
    assert "is made a contact again" in client.get(add_back_url(where, ada)).content.decode()
    client.post(add_back_url(where, ada))
    row = Contact.objects.get()
    assert (row.state, row.precise) == (ContactState.PENDING, True)


def test_who_unsubscribed_cannot_be_added_back(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    on_list(where, contact(ada, ContactState.UNSUBSCRIBED), ada, seen=False)
    assert client.get(add_back_url(where, ada)).status_code == 404
    answer = client.post(add_back_url(where, ada), follow=True)
    assert "Nothing to add back" in answer.content.decode()
    assert Contact.objects.get().state == ContactState.UNSUBSCRIBED


@pytest.mark.parametrize("address", ["report", "member", "group_members"])
def test_the_same_remedy_stands_wherever_the_status_does(client: Client, address: str) -> None:
    ada, bob, eve = (person(f"{name}@example.org", name) for name in ("ada", "bob", "eve"))
    nobody = person("", "nobody")
    where = board(ada, bob, eve, nobody)
    row = refused(where, ada)
    left(where, bob)
    put_on(where, eve)
    people: dict[str, list[tuple[str, str]]] = {
        "report": [("/reports/email-sync/", "")],
        "group_members": [(reverse("group_members", args=[where.group_id]), "")],
        "member": [(reverse("member", args=[one.pk]), "") for one in (ada, bob, eve, nobody)],
    }
    page = "".join(client.get(url).content.decode() for url, _ in people[address])
    assert reverse("integrations:try_again", args=[row.pk]) in page
    assert page.count(add_back_url(where, bob)) >= 1
    assert add_back_url(where, eve) not in page
    assert "Add email" in page


def test_the_person_comes_back_to_where_they_were_and_nowhere_else(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    row = refused(where, ada)
    address = reverse("integrations:try_again", args=[row.pk])
    ours, theirs = f"http://testserver/members/{ada.pk}/", "https://evil.example.org/"
    assert client.post(address, headers={"referer": ours})["Location"] == ours
    assert client.post(address, headers={"referer": theirs})["Location"] == "/reports/email-sync/"
    answer = client.post(add_back_url(where, ada), {"back": theirs})
    assert answer["Location"] == "/reports/email-sync/"


def test_who_is_refused_and_what_takes_which_method() -> None:
    connected()
    ada = person("ada@example.org")
    where = board(ada)
    row = refused(where, ada)
    posts = [reverse("integrations:try_again", args=[row.pk]), reverse("integrations:try_refused_again")]
    gets = [reverse(f"integrations:{name}") for name in ("report_csv", "unlisted", "unlisted_csv")]
    both = [add_back_url(where, ada)]
    for address in [*posts, *gets, *both]:
        answers = [Client().get(address), Client().post(address)]
        assert {answer.status_code for answer in answers} == {302}, address
        nobody = client_of(user())
        assert 403 in {nobody.get(address).status_code, nobody.post(address).status_code}, address
    csrf = client_of(association_admin(), enforce_csrf_checks=True)
    for address in [*posts, *both]:
        assert csrf.post(address).status_code == 403, address
    admin = client_of(association_admin())
    assert {admin.get(address).status_code for address in posts} == {405}
    assert {admin.post(address).status_code for address in gets} == {405}
    assert not is_tried_again(row)


def test_a_list_or_a_person_that_does_not_exist_is_not_found(client: Client) -> None:
    ada = person("ada@example.org")
    where = board(ada)
    assert client.get(reverse("integrations:add_back", args=[9_999, ada.pk])).status_code == 404
    assert client.get(reverse("integrations:add_back", args=[where.pk, 9_999])).status_code == 404
    assert client.post(add_back_url(where, ada)).status_code == 404
    assert client.post(reverse("integrations:try_again", args=[9_999])).status_code == 404
