"""Moving a record in its family tree, and the roles at a company."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import RoleKind
from members.records import deactivate, save_member
from members.roles import people_by_role, set_roles
from members.tests.builders import STAFF, audited, company, person
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def options(client: Client, **query: str | int) -> list[str]:
    answer = client.get(reverse("member_parents"), query)
    return [str(one) for one in answer.context["choice"].options]


def test_a_record_moves_under_another(staff: Client) -> None:
    acme, ada = company(), person("Ada")
    answer = staff.post(f"/members/{ada.pk}/move/", {"parent": acme.pk, "version": ada.version})
    ada.refresh_from_db()
    assert answer["Location"] == f"/members/{ada.pk}/family/"
    assert ada.parent == acme
    assert audited(ada)[-1][2:] == ("", "Acme Steel")


def test_a_record_may_stand_under_nobody(staff: Client) -> None:
    ada = person("Ada", parent=company())
    staff.post(f"/members/{ada.pk}/move/", {"parent": "", "version": ada.version})
    ada.refresh_from_db()
    assert ada.parent is None


def test_the_present_parent_is_chosen_when_the_page_opens(staff: Client) -> None:
    acme = company()
    ada = person("Ada", parent=acme)
    assert staff.get(f"/members/{ada.pk}/move/").context["choice"].chosen == acme


def test_two_companies_cannot_be_each_others_parent(staff: Client) -> None:
    acme = company("Acme")
    branch = company("Branch", parent=acme)
    answer = staff.post(f"/members/{acme.pk}/move/", {"parent": branch.pk, "version": acme.version})
    acme.refresh_from_db()
    assert answer.status_code == 422
    assert "stands below this record in the family tree" in answer.content.decode()
    assert answer.context["choice"].chosen == branch
    assert acme.parent is None


def test_a_longer_circle_is_refused_too(staff: Client) -> None:
    acme = company("Acme")
    deepest = company("Deepest", parent=company("Branch", parent=acme))
    answer = staff.post(f"/members/{acme.pk}/move/", {"parent": deepest.pk, "version": acme.version})
    assert answer.status_code == 422


@pytest.mark.parametrize("parent", ["4711", "nonsense"])
def test_a_parent_that_is_none_is_refused(staff: Client, parent: str) -> None:
    ada = person("Ada")
    answer = staff.post(f"/members/{ada.pk}/move/", {"parent": parent, "version": ada.version})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_move_meanwhile_is_said_and_the_choice_kept(staff: Client) -> None:
    acme, other, ada = company("Acme"), company("Other"), person("Ada")
    save_member(ada, {"parent": other}, actor=STAFF)
    answer = staff.post(f"/members/{ada.pk}/move/", {"parent": acme.pk, "version": ada.version})
    assert answer.status_code == 409
    assert "now stands under Other" in answer.content.decode()
    assert answer.context["choice"].chosen == acme
    again = {"parent": acme.pk, "version": answer.context["version"]}
    assert staff.post(f"/members/{ada.pk}/move/", again).status_code == 302


def test_the_search_finds_companies_first_and_keeps_the_choice(staff: Client) -> None:
    acme, steel, ada = company("Acme"), company("Steel House"), person("Ada", "Steel")
    assert options(staff, kind="person", parent_search="steel") == ["Steel House", "Ada Steel"]
    assert options(staff, kind="person", parent_search="steel", parent=acme.pk)[0] == "Acme"
    assert options(staff, kind="company", parent_search="steel") == ["Steel House"]
    assert options(staff, kind="person", parent_search="steel", below=ada.pk) == ["Steel House"]
    assert steel.pk


def test_inactive_records_are_no_parents(staff: Client) -> None:
    deactivate([company("Acme").pk], actor=STAFF)
    answer = staff.get(reverse("member_parents"), {"kind": "person", "parent_search": "acme"})
    assert "No active record matches “acme”." in answer.content.decode()


def test_moving_works_without_script_too(staff: Client) -> None:
    acme, ada = company(), person("Ada")
    sent = {"parent_search": "acme", "find_parent": "1", "version": ada.version}
    answer = staff.post(f"/members/{ada.pk}/move/", sent)
    assert [one.pk for one in answer.context["choice"].found] == [acme.pk]
    ada.refresh_from_db()
    assert ada.parent is None


def test_roles_are_given_and_taken(staff: Client) -> None:
    acme = company()
    ada, ben = person("Ada", parent=acme), person("Ben", parent=acme)
    set_roles(acme, {RoleKind.MANAGEMENT_ACCESS: [ben.pk]}, actor=STAFF)
    sent = {"primary": ada.pk, "billing": "", "management": [ada.pk]}
    assert staff.post(f"/members/{acme.pk}/roles/", sent).status_code == 302
    assert people_by_role(acme) == {
        RoleKind.PRIMARY_CONTACT: {ada.pk},
        RoleKind.BILLING_CONTACT: frozenset(),
        RoleKind.MANAGEMENT_ACCESS: {ada.pk},
    }


def test_active_people_of_the_whole_tree_are_offered(staff: Client) -> None:
    acme = company("Acme", parent=company("Holding"))
    person("Ada", parent=acme), person("Zoe", parent=acme.parent), person("Stranger")
    deactivate([person("Ben", parent=acme).pk], actor=STAFF)
    offered = staff.get(f"/members/{acme.pk}/roles/").context["form"].fields["primary"].choices
    assert [name for _, name in offered] == ["Nobody", "Ada Lovelace", "Zoe Lovelace"]


def test_somebody_of_another_tree_cannot_have_a_role(staff: Client) -> None:
    acme, stranger = company(), person("Stranger")
    answer = staff.post(f"/members/{acme.pk}/roles/", {"primary": stranger.pk})
    assert answer.status_code == 422
    assert "Choose an active person of the company’s family tree." in answer.content.decode()


@pytest.mark.parametrize("address", ["/members/new/?parent=²", "/members/parents/?parent=²&below=²"])
def test_a_digit_that_is_no_number_names_nobody(staff: Client, address: str) -> None:
    assert staff.get(address).context["choice"].chosen is None
