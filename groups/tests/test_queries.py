"""How many queries the work takes, and on what that number does not depend."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.definitions import definition_of
from groups.marks import mark_stale
from groups.membership import recalculate
from groups.models import BeneficiaryKind, CalculationState, Group, StaleMember
from groups.preview import preview
from groups.tasks import recalculate_what_waits
from groups.tests.cast import OHIO, STAFF, calculated, group, row
from groups.why import why
from members.models import Member
from members.records import save_member
from members.tests.builders import company, person

pytestmark = pytest.mark.django_db


TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements_of_recalculation() -> list[str]:
    """Every statement from the task's start to its end but those that open and close its transaction: the lease, the
    marks, and what the room above asks when it is told included."""
    with CaptureQueriesContext(connection) as captured:
        recalculate_what_waits()
    statements = [query["sql"].strip() for query in captured.captured_queries]
    return [one for one in statements if not one.startswith(TRANSACTION)]


def two_hundred_groups() -> None:
    """One of Ohio, one of Utah with whom its records bring along, and many that nobody is in."""
    group(OHIO, name="Ohio")
    group(row("billing_state", "is", "Utah"), name="Utah", beneficiaries=list(BeneficiaryKind))
    for number in range(198):
        group(row("billing_state", "is", f"State {number}"), beneficiaries=[BeneficiaryKind.PEOPLE])
    recalculate()
    assert Group.objects.filter(state=CalculationState.IDLE).count() == 200


def test_one_saved_record_that_stays_where_it_is_costs_three_queries_with_two_hundred_groups() -> None:
    """Marks, definitions, the record."""
    ada = person("Ada", parent=company(), billing_state="Ohio")
    two_hundred_groups()
    save_member(ada, {"phone": "614-555-0100"}, actor=STAFF)
    assert len(statements_of_recalculation()) == 3
    assert not StaleMember.objects.exists()


def test_one_saved_record_that_leaves_one_group_and_joins_another_costs_six() -> None:
    """The three, then who joined, who left, and the counts."""
    ada = person("Ada", billing_state="Ohio")
    two_hundred_groups()
    save_member(ada, {"billing_state": "Utah"}, actor=STAFF)
    statements = statements_of_recalculation()
    assert len(statements) == 6, statements
    assert set(Group.objects.filter(member_count=1).values_list("name", flat=True)) == {"Utah"}


def test_a_saved_company_that_brings_its_people_along_costs_six_too() -> None:
    acme = company(billing_state="Ohio")
    for number in range(20):
        person(f"P{number}", parent=acme, inherits_benefits=True)
    two_hundred_groups()
    save_member(acme, {"billing_state": "Utah"}, actor=STAFF)
    assert len(statements_of_recalculation()) == 6
    assert Group.objects.get(name="Utah").beneficiary_count == 20


def test_a_record_that_joins_two_hundred_groups_at_once_costs_five() -> None:
    ada = person("Ada")
    for number in range(200):
        group(OHIO, name=str(number))
    recalculate()
    save_member(ada, {"billing_state": "Ohio"}, actor=STAFF)
    assert len(statements_of_recalculation()) == 5
    assert Group.objects.filter(member_count=1).count() == 200


def test_a_thousand_records_cost_as_many_statements_as_one_on_top_of_what_they_change() -> None:
    ids = [person(f"P{number}", billing_state="Ohio").pk for number in range(300)]
    two_hundred_groups()
    mark_stale(ids, background=True)
    assert len([one for one in statements_of_recalculation() if "jit" not in one]) == 3


def test_marking_is_one_statement_for_five_hundred_records() -> None:
    acme = company()
    ids = [person(f"P{number}", parent=acme).pk for number in range(5)]
    recalculate()
    with CaptureQueriesContext(connection) as captured:
        mark_stale([acme.pk], background=True)
    assert len(captured) == 1
    assert set(StaleMember.objects.values_list("member_id", flat=True)) == {acme.pk, *ids}


def test_a_preview_is_a_handful_of_queries_over_any_number_of_records() -> None:
    for number in range(20):
        person(f"P{number}", billing_state="Ohio", parent=company(f"C{number}"))
    made = calculated(OHIO)
    with CaptureQueriesContext(connection) as captured:
        preview(definition_of(made), group=made)
    assert len(captured) <= 8


def test_explaining_one_membership_is_a_handful_of_queries() -> None:
    ada = person("Ada", parent=company(billing_state="Ohio"), billing_state="Ohio")
    made = calculated(OHIO, beneficiaries=list(BeneficiaryKind))
    member = Member.objects.select_related("parent").get(pk=ada.pk)
    with CaptureQueriesContext(connection) as captured:
        why(made, member)
    assert len(captured) <= 8
