"""A person becomes a company, or a company a person: what moves, what goes, what forbids it."""

import pytest
from django.test import Client

from members.converting import convert, obstacles, suggested_names, values_lost
from members.fields import catalogue
from members.models import Member, RoleKind
from members.records import InvalidRecordError, save_member
from members.roles import set_roles
from members.tests.builders import STAFF, audited, company, custom_field, person
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def convert_page(client: Client, member: Member, **typed: str | int) -> str:
    """The page after a POST with these names."""
    member.refresh_from_db()
    answer = client.post(f"/members/{member.pk}/kind/", {"version": member.version, **typed}, follow=True)
    return answer.content.decode()


def lost(member: Member) -> dict[str, str]:
    return {one.label: one.text for one in values_lost(member, catalogue())}


def test_a_company_becomes_a_person_and_keeps_what_both_kinds_have() -> None:
    firm = company("Dana Whitlock", email="dana@whitlock.example.org", county="Lucas", import_id="c1")
    dana = convert(firm, {"first_name": "Dana", "last_name": "Whitlock"}, actor=STAFF)
    assert (dana.pk, dana.kind, dana.display_name) == (firm.pk, "person", "Dana Whitlock")
    assert (dana.name, dana.email, dana.county, dana.import_id) == ("", firm.email, "Lucas", "c1")


def test_a_person_becomes_a_company_and_what_companies_have_not_is_cleared_and_logged() -> None:
    custom_field("Nickname", applies_to="person", required=True)
    steel = person("Acme", "Steel", job_title="Founder", custom={"nickname": "Ace"})
    assert lost(steel) == {"Job Title": "Founder", "Nickname": "Ace"}
    acme = convert(steel, {"name": "Acme Steel"}, actor=STAFF)
    assert (acme.kind, acme.name, acme.job_title, acme.custom) == ("company", "Acme Steel", "", {})
    assert ("Converted", "Job Title", "Founder", "") in audited(acme)
    assert ("Converted", "Record Type", "Person", "Company") in audited(acme)


def test_there_and_back_leaves_the_record_as_it_was() -> None:
    ada = person("Ada", "Lovelace", email="ada@example.org")
    convert(ada, {"name": "Ada Lovelace"}, actor=STAFF)
    back = convert(Member.objects.get(), {"first_name": "Ada", "last_name": "Lovelace"}, actor=STAFF)
    assert (back.kind, back.first_name, back.last_name, back.name) == ("person", "Ada", "Lovelace", "")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Dana Whitlock", "Dana", "Whitlock"), ("Acme", "", "Acme"), ("A B C", "A B", "C")],
)
def test_the_last_word_of_a_name_is_suggested_as_the_last_name(name: str, first: str, last: str) -> None:
    assert suggested_names(company(name)) == {"first_name": first, "last_name": last}


def test_sub_companies_and_roles_forbid_it_each_with_its_reason() -> None:
    acme = company()
    ada = person(parent=acme)
    company("Acme Rail", parent=acme)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    assert any("company roles" in one or "sub companies" in one for one in obstacles(acme))
    assert obstacles(ada) == ["It has company roles. Remove them before changing the record type."]
    with pytest.raises(InvalidRecordError):
        convert(acme, {"last_name": "Acme"}, actor=STAFF)
    assert Member.objects.get(pk=acme.pk).kind == "company"


def test_who_stands_under_a_person_cannot_become_a_company() -> None:
    child = person("Byron", parent=person("Ada"))
    assert obstacles(child) == ["A company can only stand under a company. Choose a company as its parent."]


def test_the_page_says_what_goes_and_does_it(staff: Client) -> None:
    ada = person("Ada", "Steel", job_title="Founder")
    asked = staff.get(f"/members/{ada.pk}/kind/").content.decode()
    assert "Founder" in asked
    assert "Ada Steel is a company now." in convert_page(staff, ada, name="Ada Steel")


def test_the_page_names_the_reason_and_offers_no_button(staff: Client) -> None:
    acme = company()
    company("Acme Rail", parent=acme)
    answer = staff.get(f"/members/{acme.pk}/kind/").content.decode()
    assert "It has sub companies, which cannot stand under a person." in answer
    assert '<form method="post" novalidate>' not in answer
    assert "It has sub companies" in convert_page(staff, acme, last_name="Acme")
    assert Member.objects.get(pk=acme.pk).kind == "company"


def test_a_name_that_is_missing_is_asked_for(staff: Client) -> None:
    assert "A company needs a name." in convert_page(staff, person("Ada"), name=" ")
    assert "A person needs a first name" in convert_page(staff, company(), first_name="", last_name="")


def test_a_change_by_somebody_else_is_said_and_nothing_done(staff: Client) -> None:
    ada = person("Ada")
    save_member(ada, {"county": "Lucas"}, actor=STAFF)
    answer = staff.post(f"/members/{ada.pk}/kind/", {"version": ada.version, "name": "Ada"})
    assert answer.status_code == 409
    assert "Nothing was saved" in answer.content.decode()
    assert Member.objects.get().kind == "person"
