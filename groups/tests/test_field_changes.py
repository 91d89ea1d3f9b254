"""Custom fields change under the groups that read them."""

from __future__ import annotations

import pytest

from groups.definitions import change_group, definition_of
from groups.membership import recalculate
from groups.models import CalculationState, Group
from groups.tests.cast import OHIO, STAFF, calculated, every, hearing, inside, row, some
from members.custom_fields import (
    add_options,
    delete_custom_field,
    edit_custom_field,
    remove_option,
    rename_option,
    retype,
)
from members.models import CustomField, FieldType
from members.tests.builders import custom_field, divisions, person
from novi_ams.audit.models import AuditEntry, Component

pytestmark = pytest.mark.django_db


@pytest.fixture
def field() -> CustomField:
    return divisions("Heavy", "Light")


@pytest.fixture
def heavy(field: CustomField) -> Group:
    """Ada is heavy; the field is read two sets deep."""
    person("Ada", custom={"division": ["Heavy"]})
    return calculated(some(every(row("custom.division", "includes_any", ["Heavy"]))), name="Heavy")


def test_a_deleted_field_fails_the_group_and_keeps_its_people(field: CustomField, heavy: Group) -> None:
    other = calculated(OHIO)
    delete_custom_field(field, actor=STAFF)
    recalculate()
    heavy.refresh_from_db()
    assert heavy.state == CalculationState.FAILED
    assert heavy.error == (
        "Its conditions use the field “Division”, which was deleted. Change the conditions and save."
    )
    assert inside(heavy) == {"Ada": "member"}
    other.refresh_from_db()
    assert other.is_calculated


def test_a_renamed_option_is_followed(field: CustomField, heavy: Group) -> None:
    with hearing() as heard:
        rename_option(field, "Heavy", "Heavy & Highway", actor=STAFF)
        recalculate()
    heavy.refresh_from_db()
    assert heavy.conditions["items"][0]["items"][0]["items"][0]["value"] == ["Heavy & Highway"]
    assert heavy.is_calculated
    assert inside(heavy) == {"Ada": "member"}
    assert heard.said == []


def test_a_renamed_option_stands_in_the_log_of_each_group_whose_conditions_name_it(
    field: CustomField, heavy: Group
) -> None:
    calculated(row("custom.division", "includes_any", ["Light"]), name="Light")
    rename_option(field, "Heavy", "Heavy & Highway", actor=STAFF)
    [entry] = AuditEntry.objects.filter(component=Component.GROUP, action="Edited")
    assert (entry.item_id, entry.item_name, entry.field) == (str(heavy.pk), "Heavy", "Conditions")
    assert entry.actor_name == STAFF.name
    assert entry.before.replace("Heavy", "Heavy & Highway") == entry.after
    assert "Heavy" in entry.before


def test_a_group_whose_conditions_a_renamed_option_left_alone_is_saved_without_a_change(
    field: CustomField,
) -> None:
    made = calculated(row("custom.division", "blank"))
    rename_option(field, "Heavy", "Heavy & Highway", actor=STAFF)
    recalculate()
    made.refresh_from_db()
    assert not change_group(made, definition_of(made), actor=STAFF)


def test_an_option_that_is_gone_fails_the_group_with_the_reason(field: CustomField, heavy: Group) -> None:
    remove_option(field, "Heavy", actor=STAFF)
    recalculate()
    heavy.refresh_from_db()
    assert heavy.state == CalculationState.FAILED
    assert "“Heavy” is not one of the options: Light." in heavy.error


def test_a_group_comes_back_when_its_conditions_make_sense_again(field: CustomField, heavy: Group) -> None:
    remove_option(field, "Heavy", actor=STAFF)
    add_options(CustomField.objects.get(), ["Heavy"], actor=STAFF)
    recalculate()
    heavy.refresh_from_db()
    assert heavy.is_calculated
    assert inside(heavy) == {}


def test_another_type_that_the_operator_does_not_know_fails_the_group() -> None:
    seats = custom_field("Seats", FieldType.NUMBER)
    made = calculated(row("custom.seats", "gt", 5))
    retype(seats, FieldType.TEXT, actor=STAFF)
    made.refresh_from_db()
    assert made.state == CalculationState.FAILED
    assert "Choose how to compare “Seats”." in made.error


def test_another_label_is_a_background_recalculation(field: CustomField, heavy: Group) -> None:
    edit_custom_field(field, label="Branch", actor=STAFF)
    heavy.refresh_from_db()
    assert (heavy.state, heavy.background, heavy.version) == (CalculationState.WAITING, True, 2)
    recalculate()
    heavy.refresh_from_db()
    assert heavy.is_calculated
    assert not heavy.background


def test_a_field_that_no_group_reads_concerns_none() -> None:
    made = calculated(OHIO)
    edit_custom_field(custom_field("Shoe Size"), label="Hat Size", actor=STAFF)
    made.refresh_from_db()
    assert (made.version, made.state) == (1, CalculationState.IDLE)
