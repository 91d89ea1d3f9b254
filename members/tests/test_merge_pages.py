"""Finding the other record, and choosing between the two."""

import pytest
from django.test import Client
from django.urls import reverse

from groups.definitions import Definition, create_group
from groups.models import Basis, GroupRecord
from members.models import Member
from members.records import save_member
from members.tests.builders import STAFF, audited, company, person
from novi_ams.tests.people import association_admin, client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(association_admin())


def address(member: Member) -> str:
    return reverse("member_merge", args=[member.pk])


def versions(*members: Member) -> str:
    return "-".join(str(member.version) for member in members)


def test_the_usual_doubles_are_suggested_and_others_found(staff: Client) -> None:
    ada = person("Ada", "Lovelace", email="ada@example.org")
    person("Ada", "Lovelace"), person("Ada", "Byron", email="ADA@example.org"), person("Ben", "Ito")
    company("Ada Lovelace")
    suggested = staff.get(address(ada)).context["found"]
    assert sorted(map(str, suggested)) == ["Ada Byron", "Ada Lovelace"]
    assert [str(one) for one in staff.get(address(ada), {"q": "ito"}).context["found"]] == ["Ben Ito"]


def test_two_records_are_merged_as_chosen(staff: Client) -> None:
    ada = person("Ada", "Lovelace", phone="614", email="ada@example.org")
    double = person("Ada", "Byron", phone="740")
    page = staff.get(address(ada), {"with": double.pk}).content.decode()
    assert "Merge the 2 records" in page
    assert page.count('value="other" checked') == 0
    data = {"with": double.pk, "versions": versions(ada, double), "take-phone": "other"}
    answer = staff.post(address(ada), data)
    assert answer["Location"] == reverse("member", args=[ada.pk])
    ada.refresh_from_db()
    assert (ada.phone, ada.last_name, Member.objects.count()) == ("740", "Lovelace", 1)


def test_the_other_one_can_be_kept(staff: Client) -> None:
    ada, double = person("Ada", "Lovelace"), person("Ada", "Byron")
    data = {"with": str(double.pk), "keep": "other", "versions": versions(double, ada)}
    assert staff.get(address(ada), data).context["survivor"] == double
    assert staff.post(address(ada), data)["Location"] == reverse("member", args=[double.pk])
    assert Member.objects.get() == double


def test_what_moves_is_said_before(staff: Client) -> None:
    acme, double = company("Acme"), company("Acme Inc.")
    person(parent=double)
    create_group(Definition(name="Board", basis=Basis.RECORDS, record_ids=[double.pk]), actor=STAFF)
    page = staff.get(address(acme), {"with": double.pk}).content.decode()
    assert "1 record below it move here." not in page
    assert "1 record below it moves here." in page
    assert "Acme joins “Board”." in page


def test_picks_of_groups_move(staff: Client) -> None:
    ada, double = person("Ada"), person("Ada", "Byron")
    board = create_group(Definition(name="Board", basis=Basis.RECORDS, record_ids=[double.pk]), actor=STAFF)
    both = create_group(
        Definition(name="Both", basis=Basis.RECORDS, record_ids=[ada.pk, double.pk]), actor=STAFF
    )
    staff.post(address(ada), {"with": double.pk, "versions": versions(ada, double)})
    assert set(GroupRecord.objects.values_list("group", "member")) == {(board.pk, ada.pk), (both.pk, ada.pk)}
    assert ("Merged", "Groups joined", "", "Board") in audited(ada)


def test_a_change_by_somebody_else_shows_the_choice_again(staff: Client) -> None:
    ada, double = person("Ada", phone="1"), person("Ada", phone="2")
    seen = versions(ada, double)
    save_member(double, {"phone": "3"}, actor=STAFF)
    answer = staff.post(address(ada), {"with": double.pk, "versions": seen, "take-phone": "other"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "was changed by somebody else" in page
    assert 'value="other" checked aria-label="Phone: 3"' in page
    assert Member.objects.count() == 2


def test_records_that_cannot_become_one_are_refused_with_the_reason(staff: Client) -> None:
    acme = company()
    sub = company("Sub", parent=acme)
    ada = person()
    for other, reason in ((sub, "stands above"), (acme, "same record"), (ada, "company and a person")):
        answer = staff.post(address(acme), {"with": other.pk, "versions": "1-1"})
        assert answer.status_code == 422
        assert reason in answer.content.decode()
    assert Member.objects.count() == 3


def test_a_record_that_is_gone_leads_back_to_the_search(staff: Client) -> None:
    page = staff.get(address(person()), {"with": "4711"}).content.decode()
    assert "With which person?" in page


def test_merging_deletes_so_only_who_may_delete_may_merge() -> None:
    ada, double = person("Ada"), person("Ben")
    client = client_of(limited_admin())
    assert client.get(address(ada)).status_code == 403
    assert client.post(address(ada), {"with": double.pk, "versions": "1-1"}).status_code == 403
    assert Member.objects.count() == 2
    assert address(ada) not in client.get(reverse("member", args=[ada.pk])).content.decode()


def test_the_record_s_menu_leads_there(staff: Client) -> None:
    ada = person()
    assert address(ada) in staff.get(reverse("member", args=[ada.pk])).content.decode()
