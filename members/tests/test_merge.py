"""Two records become one."""

import pytest

from members.fields import catalogue
from members.merge import UnmergeableError, differences, merge_members
from members.models import CompanyRole, Member, RoleKind
from members.records import EditConflictError, InvalidRecordError, save_member
from members.roles import set_roles
from members.tests.builders import STAFF, announcements, audited, company, custom_field, person

pytestmark = pytest.mark.django_db


def merged(survivor: Member, other: Member, *take: str) -> Member:
    return merge_members(survivor, other, take=take, actor=STAFF)


def test_chosen_values_are_taken_and_the_other_record_is_gone() -> None:
    custom_field("Union Local")
    ada = person("Ada", "Lovelace", email="ada@example.org", phone="614", import_id="p1")
    double = person("Ada", "Byron", email="ada@example.net", import_id="p2", custom={"union_local": "18"})
    stored = merged(ada, double, "email", "import_id", "custom.union_local")
    assert (stored.pk, stored.email, stored.import_id) == (ada.pk, "ada@example.net", "p2")
    assert (stored.last_name, stored.phone, stored.custom) == ("Lovelace", "614", {"union_local": "18"})
    assert not Member.objects.filter(pk=double.pk).exists()


def test_what_is_there_is_suggested_before_what_is_blank_and_no_consent_is_lost() -> None:
    ada = person("Ada", "Lovelace", email="ada@example.org")
    double = person("Ada", "Lovelace", email="a@example.net", phone="614", do_not_send=True)
    found = {one.key: one.takes_other for one in differences(ada, double, catalogue())}
    assert found == {"email": False, "phone": True, "do_not_send": True}


def test_a_parent_is_chosen_like_any_value() -> None:
    acme, zenith = company("Acme"), company("Zenith")
    ada, double = person(parent=acme), person(parent=zenith)
    assert merged(ada, double, "parent").parent == zenith


def test_children_and_roles_move_to_who_stays() -> None:
    acme, double = company("Acme Steel"), company("Acme Steel Inc.")
    ada, ben = person("Ada", parent=acme), person("Ben", parent=double)
    roof = company("Acme Roofing", parent=double)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    roles = {RoleKind.PRIMARY_CONTACT: [ben.pk], RoleKind.BILLING_CONTACT: [ben.pk]}
    set_roles(double, roles, actor=STAFF)
    merged(acme, double)
    assert set(acme.children.all()) == {ada, ben, roof}
    held = set(CompanyRole.objects.values_list("company", "person", "role"))
    assert held == {(acme.pk, ada.pk, "primary"), (acme.pk, ben.pk, "billing")}


def test_a_person_s_roles_move_but_none_is_held_twice() -> None:
    acme = company()
    ada, double = person("Ada", parent=acme), person("Ada", "Byron", parent=acme)
    both = [ada.pk, double.pk]
    set_roles(acme, {RoleKind.MANAGEMENT_ACCESS: both, RoleKind.BILLING_CONTACT: [double.pk]}, actor=STAFF)
    merged(ada, double)
    held = set(CompanyRole.objects.values_list("person", "role"))
    assert held == {(ada.pk, "management"), (ada.pk, "billing")}


def test_the_log_says_in_one_entry_what_went_where() -> None:
    acme, double = company("Acme Steel"), company("Acme Steel Inc.", phone="614")
    ben = person("Ben", "Ito", parent=double)
    set_roles(double, {RoleKind.PRIMARY_CONTACT: [ben.pk]}, actor=STAFF)
    merged(acme, double, "phone")
    entries = [entry[1:] for entry in audited(acme) if entry[0] == "Merged"]
    assert entries == [
        ("Phone", "", "614"),
        ("Merged with", "", f"Acme Steel Inc. (record {double.pk})"),
        ("Children moved here", "", "Ben Ito"),
        ("Roles moved here", "", "Primary Contact: Ben Ito"),
    ]
    assert audited(double)[-1][0] == "Deleted"


def test_who_stays_is_announced_even_when_no_value_changes() -> None:
    ada, double = person(email="ada@example.org"), person(email="ada@example.org")
    with announcements() as heard:
        merged(ada, double)
    assert {pk for said in heard for pk in said["member_ids"]} == {ada.pk, double.pk}


def test_a_company_and_a_person_cannot_become_one() -> None:
    with pytest.raises(UnmergeableError, match="company and a person"):
        merged(company(), person())


def test_a_record_cannot_be_merged_with_itself() -> None:
    ada = person()
    with pytest.raises(UnmergeableError, match="same record"):
        merged(ada, ada)


@pytest.mark.parametrize("upside_down", [True, False])
def test_nobody_is_merged_with_who_stands_above(upside_down: bool) -> None:
    top = company("Top")
    below = company("Below", parent=company("Middle", parent=top))
    pair = (below, top) if upside_down else (top, below)
    with pytest.raises(UnmergeableError, match="stands above"):
        merged(*pair)


def test_a_change_by_somebody_else_stops_the_merge() -> None:
    ada, double = person("Ada"), person("Ada", "Byron")
    save_member(double, {"phone": "614"}, actor=STAFF)
    with pytest.raises(EditConflictError):
        merge_members(ada, double, take=(), actor=STAFF, expected_versions=(ada.version, double.version))
    assert Member.objects.count() == 2


def test_what_cannot_be_stored_leaves_both_as_they_were() -> None:
    acme, double = company("Acme"), company("Zenith", phone="614")
    ben = person("Ben", parent=double)
    custom_field("Region", required=True)
    acme = save_member(acme, {"custom.region": "North"}, actor=STAFF)
    with pytest.raises(InvalidRecordError):
        merged(acme, double, "custom.region")
    ben.refresh_from_db()
    assert (ben.parent, Member.objects.count()) == (double, 3)
