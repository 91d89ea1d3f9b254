"""Whom a group's members bring along."""

from __future__ import annotations

import pytest

from groups.models import BeneficiaryKind, Group
from groups.tests.cast import OHIO, calculated, company, give_role, inside, person, row
from members.models import Member, RoleKind

pytestmark = pytest.mark.django_db

INHERITING, PEOPLE = BeneficiaryKind.INHERITING, BeneficiaryKind.PEOPLE


def ohio(*kinds: BeneficiaryKind) -> Group:
    return calculated(OHIO, beneficiaries=kinds)


@pytest.fixture
def acme() -> Member:
    """In Ohio; Ada inherits, Bob does not, Dockside is a sub company."""
    acme = company(billing_state="Ohio")
    person("Ada", parent=acme, inherits_benefits=True)
    person("Bob", parent=acme)
    company("Dockside", parent=acme, inherits_benefits=True)
    return acme


def test_without_a_relationship_nobody_is_brought_along(acme: Member) -> None:
    assert inside(ohio()) == {"Acme Steel": "member"}


def test_people_who_inherit_benefits(acme: Member) -> None:
    assert inside(ohio(INHERITING)) == {"Acme Steel": "member", "Ada": "beneficiary"}


def test_all_people_of_the_company(acme: Member) -> None:
    assert inside(ohio(PEOPLE)) == {"Acme Steel": "member", "Ada": "beneficiary", "Bob": "beneficiary"}


def test_a_person_who_is_a_member_is_inherited_from_but_is_no_company(acme: Member) -> None:
    eve = person("Eve", billing_state="Ohio")
    person("Kim", parent=eve, inherits_benefits=True)
    assert "Kim" in inside(ohio(INHERITING))
    assert "Kim" not in inside(ohio(PEOPLE))


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (RoleKind.PRIMARY_CONTACT, BeneficiaryKind.PRIMARY),
        (RoleKind.BILLING_CONTACT, BeneficiaryKind.BILLING),
        (RoleKind.MANAGEMENT_ACCESS, BeneficiaryKind.MANAGEMENT),
    ],
)
def test_contacts_with_a_role_wherever_they_are_in_the_tree(
    acme: Member, role: RoleKind, kind: BeneficiaryKind
) -> None:
    give_role(person("Cy", parent=company("Dockside West")), role, at=acme)
    for other in BeneficiaryKind:
        assert ("Cy" in inside(ohio(other))) == (other == kind)


def test_who_is_both_counts_as_a_member(acme: Member) -> None:
    person("Dee", parent=acme, billing_state="Ohio")
    made = ohio(PEOPLE)
    assert inside(made)["Dee"] == "member"
    assert (made.member_count, made.beneficiary_count) == (2, 2)


def test_beneficiaries_bring_nobody(acme: Member) -> None:
    person("Kim", parent=Member.objects.get(first_name="Ada"), inherits_benefits=True)
    assert "Kim" not in inside(ohio(INHERITING))


@pytest.mark.parametrize("column", ["active", "approved"])
def test_only_active_and_approved_records_bring_and_are_brought(acme: Member, column: str) -> None:
    person("Eve", parent=acme, **{column: False})
    person("Fay", parent=company("Closed", billing_state="Ohio", **{column: False}))
    assert inside(ohio(PEOPLE)).keys() == {"Acme Steel", "Ada", "Bob"}


def test_picked_records_bring_theirs_along(acme: Member) -> None:
    made = calculated(records=[acme], beneficiaries=[INHERITING], name="Picked")
    assert inside(made) == {"Acme Steel": "member", "Ada": "beneficiary"}


def test_the_same_person_by_two_relationships_is_there_once(acme: Member) -> None:
    give_role(Member.objects.get(first_name="Ada"), RoleKind.PRIMARY_CONTACT, at=acme)
    made = calculated(row("kind", "is", "company"), OHIO, beneficiaries=list(BeneficiaryKind))
    assert inside(made)["Ada"] == "beneficiary"
    assert made.beneficiary_count == 2
