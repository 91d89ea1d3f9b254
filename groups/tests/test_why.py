"""Why somebody is, or is not, in a group."""

from __future__ import annotations

from typing import Any

import pytest

from groups.conditions.evaluating import ConditionResult
from groups.models import BeneficiaryKind, CalculationState, Group
from groups.tests.cast import OHIO, STAFF, calculated, row, some
from groups.wanted import Standing
from groups.why import why
from members.models import Member, RoleKind
from members.records import save_member
from members.roles import set_roles
from members.tests.builders import company, person

pytestmark = pytest.mark.django_db


def test_each_condition_is_answered_with_the_records_value() -> None:
    ada = person("Ada", billing_state="Ohio", email="ada@example.com")
    made = calculated(OHIO, some(row("email", "blank"), row("status", "is", "current")))
    explained = why(made, ada)
    assert explained.conditions
    first, nested = explained.conditions.items
    assert isinstance(first, ConditionResult)
    assert (first.holds, first.actual) == (True, "Ohio")
    assert not isinstance(nested, ConditionResult)
    assert [(one.holds, one.actual) for one in nested.items if isinstance(one, ConditionResult)] == [
        (False, "ada@example.com"),
        (False, "Non-Member"),
    ]
    assert str(explained) == "Ada Lovelace is not in “Ohio”. It does not meet the conditions."


def test_a_beneficiary_is_told_through_whom() -> None:
    acme = company(billing_state="Ohio")
    ada = person("Ada", parent=acme, inherits_benefits=True)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    made = calculated(OHIO, beneficiaries=[BeneficiaryKind.PRIMARY, BeneficiaryKind.INHERITING])
    explained = why(made, ada)
    assert [str(path) for path in explained.paths] == [
        "through Acme Steel, inheriting benefits",
        "through Acme Steel, primary contact",
    ]
    assert explained.stored is explained.wanted is Standing.BENEFICIARY


def test_a_relationship_that_the_group_does_not_follow_is_no_path() -> None:
    acme = company(billing_state="Ohio")
    ada = person("Ada", parent=acme)
    assert why(calculated(OHIO, beneficiaries=[BeneficiaryKind.BILLING]), ada).paths == ()


@pytest.mark.parametrize(("column", "words"), [("active", "not active"), ("approved", "not approved")])
def test_a_record_that_groups_may_not_hold_is_told_so(column: str, words: str) -> None:
    values: dict[str, Any] = {"billing_state": "Ohio", column: False}
    ada = person("Ada", **values)
    explained = why(calculated(OHIO), ada)
    assert explained.meets
    assert explained.wanted is Standing.OUTSIDE
    assert words in str(explained)


def test_picked_or_not() -> None:
    ada, bob = person("Ada"), person("Bob")
    made = calculated(records=[ada], name="Board")
    assert str(why(made, ada)) == "Ada Lovelace is in “Board”. It was picked by hand."
    assert str(why(made, bob)) == "Bob Lovelace is not in “Board”. It was not picked."


def test_an_edit_that_is_not_calculated_yet_is_announced() -> None:
    ada = person("Ada")
    made = calculated(OHIO)
    save_member(ada, {"billing_state": "Ohio"}, actor=STAFF)
    explained = why(made, Member.objects.get(pk=ada.pk))
    assert explained.is_pending
    assert str(explained).endswith("It meets the conditions. After the next calculation it is in the group.")


def test_a_failed_group_says_why_it_failed() -> None:
    ada = person("Ada", billing_state="Ohio")
    made = calculated(OHIO)
    Group.objects.filter(pk=made.pk).update(state=CalculationState.FAILED, error="A field is gone.")
    made.refresh_from_db()
    explained = why(made, ada)
    assert explained.wanted is Standing.MEMBER
    assert "could not be calculated: A field is gone." in str(explained)
