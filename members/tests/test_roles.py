import pytest

from members.models import CompanyRole, Member, RoleKind
from members.records import InvalidRecordError, delete_members
from members.roles import NewRole, give_roles, people_by_role, set_roles
from members.tests.builders import STAFF, announcements, audited, company, person

pytestmark = pytest.mark.django_db
PRIMARY, BILLING, MANAGEMENT = RoleKind


def test_roles_are_set_audited_and_announced_with_everybody_concerned() -> None:
    acme = company()
    ada, bob = person("Ada", parent=acme), person("Bob", parent=acme)
    set_roles(acme, {PRIMARY: [ada.pk]}, actor=STAFF)
    with announcements() as heard:
        assert set_roles(acme, {PRIMARY: [bob.pk], MANAGEMENT: [ada.pk, bob.pk]}, actor=STAFF)
    assert people_by_role(acme) == {PRIMARY: {bob.pk}, BILLING: set(), MANAGEMENT: {ada.pk, bob.pk}}
    assert [sorted(said["member_ids"]) for said in heard] == [sorted([acme.pk, ada.pk, bob.pk])]
    assert audited(acme)[-2:] == [
        ("Edited", "Primary Contact", "Ada Lovelace", "Bob Lovelace"),
        ("Edited", "Management Access", "", "Ada Lovelace; Bob Lovelace"),
    ]


def test_roles_that_are_not_named_stay() -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {PRIMARY: [ada.pk]}, actor=STAFF)
    set_roles(acme, {BILLING: [ada.pk]}, actor=STAFF)
    assert people_by_role(acme)[PRIMARY] == {ada.pk}


def test_setting_what_is_set_says_nothing() -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {PRIMARY: [ada.pk]}, actor=STAFF)
    with announcements() as heard:
        assert not set_roles(acme, {PRIMARY: [ada.pk]}, actor=STAFF)
    assert heard == []


def test_there_is_one_primary_contact() -> None:
    acme = company()
    people = [person(f"P{number}", parent=acme).pk for number in range(2)]
    with pytest.raises(InvalidRecordError, match="A company has one primary contact"):
        set_roles(acme, {PRIMARY: people}, actor=STAFF)


def test_a_stranger_to_the_family_tree_gets_no_role() -> None:
    acme = company()
    with pytest.raises(InvalidRecordError, match="Choose a person of Acme Steel’s family tree"):
        set_roles(acme, {PRIMARY: [person().pk]}, actor=STAFF)


def test_a_person_of_a_sub_company_may_have_a_role_above() -> None:
    acme = company()
    ada = person(parent=company("Acme Rail", parent=acme))
    assert set_roles(acme, {PRIMARY: [ada.pk]}, actor=STAFF)


def test_a_company_is_nobodys_contact() -> None:
    acme = company()
    sub = company("Acme Rail", parent=acme)
    with pytest.raises(InvalidRecordError, match="Choose an active person"):
        set_roles(acme, {PRIMARY: [sub.pk]}, actor=STAFF)


def test_a_person_has_no_contacts() -> None:
    ada = person()
    with pytest.raises(InvalidRecordError, match="Only a company has contacts"):
        set_roles(ada, {PRIMARY: [ada.pk]}, actor=STAFF)


def test_roles_are_given_in_bulk_and_what_is_unfit_is_refused_with_its_reason() -> None:
    acme, other = company("Acme"), company("Other")
    ada, bob, eve = person("Ada", parent=acme), person("Bob", parent=acme), person("Eve", parent=other)
    set_roles(acme, {BILLING: [bob.pk]}, actor=STAFF)
    wanted = [
        NewRole(acme.pk, ada.pk, PRIMARY),
        NewRole(acme.pk, bob.pk, PRIMARY),
        NewRole(acme.pk, bob.pk, BILLING),
        NewRole(acme.pk, eve.pk, MANAGEMENT),
        NewRole(ada.pk, bob.pk, MANAGEMENT),
        NewRole(acme.pk, other.pk, MANAGEMENT),
    ]
    with announcements() as heard:
        refused = give_roles(wanted, actor=STAFF)
    assert refused == [
        (wanted[1], "Acme has a primary contact already."),
        (wanted[3], "Choose a person of Acme’s family tree."),
        (wanted[4], "Only a company has contacts with roles."),
        (wanted[5], "Choose an active person."),
    ]
    assert people_by_role(acme) == {PRIMARY: {ada.pk}, BILLING: {bob.pk}, MANAGEMENT: set()}
    assert [sorted(said["member_ids"]) for said in heard] == [[acme.pk, ada.pk]]
    assert audited(acme)[-1] == ("Edited", "Primary Contact", "", "Ada Lovelace")


def test_role_facts_come_with_the_queryset() -> None:
    acme = company(status="Current")
    ada, bob = person("Ada", parent=acme, status="Expired"), person("Bob", parent=acme)
    set_roles(acme, {PRIMARY: [ada.pk], BILLING: [bob.pk]}, actor=STAFF)
    facts = [
        (one["display_name"], one["standing"], one["is_primary_contact"], one["is_other_contact"])
        for one in map(vars, Member.objects.with_role_facts())
    ]
    assert set(facts) == {
        ("Acme Steel", 0, False, False),
        ("Ada Lovelace", 4, True, False),
        ("Bob Lovelace", 5, False, True),
    }


def test_deleting_a_person_deletes_the_roles() -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {PRIMARY: [ada.pk]}, actor=STAFF)
    delete_members([ada.pk], actor=STAFF)
    assert not CompanyRole.objects.exists()
