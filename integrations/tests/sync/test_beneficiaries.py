"""Who is on a list through somebody else comes and goes with the relationship, in whole cycles."""

from __future__ import annotations

import pytest

from groups.definitions import Definition, create_group
from groups.models import BeneficiaryKind
from integrations.sandbox.server import SandboxServer
from integrations.tests.sync.cast import TESTER, company, cycle, edit, person, sync, there
from members.models import Member, RoleKind
from members.roles import set_roles

pytestmark = pytest.mark.django_db(transaction=True)
ADA, BOB, OFFICE = "ada@acme.example.org", "bob@acme.example.org", "office@acme.example.org"


def give(acme: Member, *contacts: Member) -> None:
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [one.pk for one in contacts]}, actor=TESTER)


def sync_companies(*kinds: BeneficiaryKind) -> None:
    conditions = {"match": "all", "items": [{"field": "kind", "operator": "is", "value": "company"}]}
    sync(create_group(Definition(name="Firms", conditions=conditions, beneficiaries=kinds), actor=TESTER))
    cycle()


def test_a_role_that_passes_on_takes_one_off_the_list_and_puts_the_other_on(sandbox: SandboxServer) -> None:
    acme = company("Acme Steel", OFFICE)
    ada, bob = person(ADA, parent=acme), person(BOB, "Bob", parent=acme)
    give(acme, ada)
    sync_companies(BeneficiaryKind.PRIMARY)
    assert sandbox.members("Firms") == [ADA, OFFICE]
    give(acme, bob)
    cycle()
    assert sandbox.members("Firms") == [BOB, OFFICE]
    assert there(sandbox, ADA)["permission"] == "implicit"


def test_one_relationship_is_enough_to_stay(sandbox: SandboxServer) -> None:
    acme = company("Acme Steel", OFFICE)
    ada = person(ADA, parent=acme, inherits_benefits=True)
    give(acme, ada)
    sync_companies(BeneficiaryKind.PRIMARY, BeneficiaryKind.INHERITING)
    give(acme)
    cycle()
    assert sandbox.members("Firms") == [ADA, OFFICE]
    edit(ada, inherits_benefits=False)
    cycle()
    assert sandbox.members("Firms") == [OFFICE]


@pytest.mark.parametrize("column", ["active", "approved"])
def test_whoever_may_be_in_no_group_brings_nobody_along(sandbox: SandboxServer, column: str) -> None:
    acme, dock = company("Acme Steel", OFFICE), company("Dockside", "office@dock.example.org")
    ada, bob = person(ADA, parent=acme), person(BOB, "Bob", parent=dock)
    sync_companies(BeneficiaryKind.PEOPLE)
    assert sandbox.members("Firms") == [ADA, BOB, OFFICE, "office@dock.example.org"]
    edit(acme, **{column: False})
    edit(bob, **{column: False})
    cycle()
    assert sandbox.members("Firms") == ["office@dock.example.org"]
    assert Member.objects.filter(pk=ada.pk, active=True, approved=True).exists()


def test_a_person_who_leaves_the_company_leaves_its_list(sandbox: SandboxServer) -> None:
    acme, dock = company("Acme Steel", OFFICE), company("Dockside", active=False)
    ada = person(ADA, parent=acme)
    sync_companies(BeneficiaryKind.PEOPLE)
    edit(ada, parent=dock)
    cycle()
    assert sandbox.members("Firms") == [OFFICE]
