"""The verbs that define groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groups.definitions import (
    Definition,
    InvalidGroupError,
    add_records,
    change_group,
    copy_group,
    create_group,
    definition_of,
    delete_group,
    set_records,
)
from groups.membership import recalculate
from groups.models import Basis, BeneficiaryKind, CalculationState, Group, GroupMember, GroupRecord
from groups.picked_records import picked_ids
from groups.signals import group_deleting
from groups.tests.cast import OHIO, STAFF, calculated, every, group, hearing, inside, row, some
from members.tests.builders import person
from novi_ams.audit.models import AuditEntry, Component

pytestmark = pytest.mark.django_db


def said(of: Group, action: str) -> list[tuple[str, str, str]]:
    """The audit log's (field, before, after) for one group."""
    entries = AuditEntry.objects.filter(component=Component.GROUP, item_id=str(of.pk), action=action)
    return list(entries.order_by("pk").values_list("field", "before", "after"))


class TestCreating:
    def test_waits_to_be_calculated_and_is_in_the_log(self) -> None:
        made = group(OHIO, name="  Ohio   members ")
        assert made.name == "Ohio members"
        assert (made.state, made.version, made.background) == (CalculationState.WAITING, 1, False)
        assert said(made, "Created") == [("", "", "Everyone whose Billing State is Ohio.")]

    def test_stores_conditions_as_they_were_understood(self) -> None:
        made = group(row("status", "any_of", ["Current"]), row("expires", "in_next_days", "60"))
        assert made.conditions == every(
            row("status", "any_of", ["current"]), row("expires", "in_next_days", 60)
        )
        assert made.uses_today

    def test_tells_everything_that_is_wrong_at_once(self) -> None:
        wrong = Definition(
            name=" ",
            description="x" * 256,
            beneficiaries=["neighbors"],
            conditions=every(OHIO, row("custom.shoe_size", "is", 9)),
        )
        with pytest.raises(InvalidGroupError) as caught:
            create_group(wrong, actor=STAFF)
        assert caught.value.problems.keys() == {"name", "description", "beneficiaries", "conditions"}
        assert caught.value.rows.keys() == {"1"}
        assert not Group.objects.exists()

    def test_with_picked_records_forgets_conditions(self) -> None:
        ada = person("Ada")
        made = create_group(
            Definition(name="Board", basis=Basis.RECORDS, conditions=every(OHIO), record_ids=[ada.pk]),
            actor=STAFF,
        )
        assert made.conditions == {}
        assert picked_ids(made) == {ada.pk}


class TestChanging:
    def test_nothing_starts_nothing(self) -> None:
        made = calculated(OHIO)
        with hearing() as heard:
            assert not change_group(made, definition_of(made), actor=STAFF)
        assert (made.version, made.state) == (1, CalculationState.IDLE)
        assert said(made, "Edited") == []
        assert heard.said == []

    def test_the_name_needs_no_calculation(self) -> None:
        made = calculated(OHIO)
        renamed = replace(definition_of(made), name="Buckeyes", category="Regions")
        assert change_group(made, renamed, actor=STAFF)
        assert (made.version, made.state, str(made.category)) == (1, CalculationState.IDLE, "Regions")
        assert said(made, "Edited") == [("Name", "Ohio", "Buckeyes"), ("Category", "", "Regions")]

    def test_the_conditions_makes_a_new_version_that_waits(self) -> None:
        made = calculated(OHIO)
        other = every(OHIO, some(row("email", "blank"), row("expires", "in_last_days", 3)))
        assert change_group(made, replace(definition_of(made), conditions=other), actor=STAFF)
        assert (made.version, made.state, made.uses_today) == (2, CalculationState.WAITING, True)
        assert not made.is_calculated
        after = (
            "Everyone whose Billing State is Ohio, and for whom one of these holds: "
            "Email is blank; or Membership Expires is in the last 3 days."
        )
        assert said(made, "Edited") == [("Conditions", "Everyone whose Billing State is Ohio.", after)]

    def test_the_beneficiaries_is_a_new_version_too(self) -> None:
        made = calculated(OHIO)
        wider = replace(definition_of(made), beneficiaries=["billing", "inheriting"])
        assert change_group(made, wider, actor=STAFF)
        assert (made.version, made.beneficiaries) == (2, ["inheriting", "billing"])
        assert said(made, "Edited") == [("Beneficiaries", "", "People inheriting benefits; Billing contacts")]

    def test_the_basis_forgets_the_other_one(self) -> None:
        ada = person("Ada")
        made = calculated(records=[ada])
        change_group(made, Definition(name=made.name, conditions=every(OHIO)), actor=STAFF)
        assert not GroupRecord.objects.exists()
        assert [field for field, _, _ in said(made, "Edited")] == [
            "Built on",
            "Conditions",
            "Records removed",
        ]

    def test_a_failed_group_is_calculated_anew_even_without_a_change(self) -> None:
        made = calculated(OHIO)
        Group.objects.filter(pk=made.pk).update(state=CalculationState.FAILED, error="It broke.")
        assert change_group(made, definition_of(made), actor=STAFF)
        assert (made.state, made.error, made.version) == (CalculationState.WAITING, "", 2)

    def test_a_group_that_is_gone_says_so(self) -> None:
        made = calculated(OHIO)
        Group.objects.all().delete()
        with pytest.raises(Group.DoesNotExist):
            change_group(made, definition_of(made), actor=STAFF)

    def test_an_invalid_one_changes_nothing(self) -> None:
        made = calculated(OHIO)
        with pytest.raises(InvalidGroupError):
            change_group(made, replace(definition_of(made), name=""), actor=STAFF)
        assert Group.objects.get().name == "Ohio"


class TestPickedRecords:
    def test_are_exactly_those_given(self) -> None:
        ada, bob, cy = person("Ada"), person("Bob", "Babbage"), person("Cy", "Clarke")
        made = calculated(records=[ada, bob])
        assert set_records(made, [bob.pk, cy.pk, 987654], actor=STAFF)
        recalculate()
        assert inside(made).keys() == {"Bob", "Cy"}
        assert said(made, "Edited") == [
            ("Records added", "", "Cy Clarke"),
            ("Records removed", "Ada Lovelace", ""),
        ]

    def test_that_are_there_already_change_nothing(self) -> None:
        ada = person("Ada")
        made = calculated(records=[ada])
        assert not set_records(made, [ada.pk], actor=STAFF)
        assert add_records(made, [ada.pk], actor=STAFF) == 0
        assert made.state == CalculationState.IDLE

    def test_are_added_to_those_that_are_there(self) -> None:
        ada, bob = person("Ada"), person("Bob")
        made = calculated(records=[ada])
        assert add_records(made, [ada.pk, bob.pk], actor=STAFF) == 1
        assert picked_ids(made) == {ada.pk, bob.pk}

    def test_cannot_be_added_to_a_group_of_conditions(self) -> None:
        with pytest.raises(InvalidGroupError, match="built on conditions"):
            add_records(calculated(OHIO), [person("Ada").pk], actor=STAFF)

    def test_are_named_in_the_log_up_to_a_dozen(self) -> None:
        many = [person(f"Person{number:02}", "") for number in range(15)]
        made = calculated(records=[])
        set_records(made, [one.pk for one in many], actor=STAFF)
        ((_, _, after),) = said(made, "Edited")
        assert after.startswith("Person00, Person01")
        assert after.endswith("and 3 more")


class TestCopying:
    def test_takes_over_what_the_group_is_made_of(self) -> None:
        ada = person("Ada")
        made = calculated(records=[ada], beneficiaries=[BeneficiaryKind.PRIMARY])
        copied = copy_group(made, actor=STAFF)
        recalculate()
        assert copied.name == "Copy of Ohio"
        assert copied.beneficiaries == ["primary"]
        assert inside(copied) == {"Ada": "member"}
        assert copied.pk != made.pk

    def test_a_long_name_stays_within_its_column(self) -> None:
        assert len(copy_group(group(OHIO, name="x" * 255), actor=STAFF).name) == 255


class TestDeleting:
    def test_tells_the_rooms_above_while_the_group_is_still_there(self) -> None:
        person("Ada", billing_state="Ohio")
        made = calculated(OHIO)
        heard: list[Any] = []

        def hear(*, group: Group, actor: Any, **_: Any) -> None:
            heard.append((group.pk, actor, GroupMember.objects.filter(group=group).count()))

        group_deleting.connect(hear)
        try:
            pk = made.pk
            delete_group(made, actor=STAFF)
        finally:
            group_deleting.disconnect(hear)
        assert heard == [(pk, STAFF, 1)]
        assert not Group.objects.exists()
        entry = AuditEntry.objects.get(action="Deleted", component=Component.GROUP)
        assert (entry.item_id, entry.item_name, entry.after) == (str(pk), "Ohio", "It had 1 record.")
