from collections.abc import Iterator
from typing import Any

import pytest

from members.custom_fields import (
    InvalidFieldError,
    add_options,
    delete_custom_field,
    edit_custom_field,
    holders_of_option,
    read_options,
    remove_option,
    rename_option,
    reorder_custom_fields,
    reorder_options,
    retype,
)
from members.models import AppliesTo, CustomField, FieldType, Member
from members.signals import custom_field_changed
from members.tests.builders import STAFF, announcements, audited, company, custom_field, divisions, person
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def hear(sender: object, signal: object, **said: Any) -> None:
        heard.append(said)

    custom_field_changed.connect(hear)
    yield heard
    custom_field_changed.disconnect(hear)


def field_audit(definition: CustomField) -> list[tuple[str, str, str, str]]:
    entries = AuditEntry.objects.filter(component="custom_field", item_id=definition.key).order_by("id")
    return list(entries.values_list("action", "field", "before", "after"))


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Certification Expires", "certification_expires"),
        ("  2nd  Phone__No. ", "field_2nd_phone_no"),
        ("Größe", "grosse"),
        ("日本", "field"),
        ("Contains", "contains_2"),
    ],
)
def test_a_key_is_made_from_the_label_and_is_never_a_lookup(label: str, key: str) -> None:
    assert custom_field(label).key == key


def test_a_key_is_never_given_out_twice() -> None:
    delete_custom_field(custom_field("Division"), actor=STAFF)
    assert custom_field("Division").key == "division_2"


@pytest.mark.parametrize("label", ["", "billing CITY", "Parent Email", "division", "x" * 101])
def test_a_label_is_there_once_in_the_whole_catalogue(label: str) -> None:
    custom_field("Division")
    with pytest.raises(InvalidFieldError) as caught:
        custom_field(label)
    assert list(caught.value.problems) == ["label"]


def test_renaming_keeps_the_key_and_is_audited_and_announced(told: list[dict[str, Any]]) -> None:
    definition = custom_field("Division")
    edit_custom_field(definition, label="Branch", required=True, actor=STAFF)
    assert (CustomField.objects.get().key, CustomField.objects.get().label) == ("division", "Branch")
    assert field_audit(definition)[1:] == [
        ("Edited", "Name", "Division", "Branch"),
        ("Edited", "Required", "No", "Yes"),
    ]
    assert told[-1] == {"key": "custom.division", "deleted": False, "renamed_options": {}, "actor": STAFF}


def test_an_edit_without_a_change_says_nothing(told: list[dict[str, Any]]) -> None:
    definition = custom_field("Division")
    told.clear()
    edit_custom_field(definition, label="Division", required=False, actor=STAFF)
    assert told == []
    assert len(field_audit(definition)) == 1


def test_a_field_cannot_be_taken_from_companies_that_hold_a_value() -> None:
    definition = custom_field("Bonded", FieldType.CHECKBOX)
    company(custom={"bonded": "yes"})
    with pytest.raises(InvalidFieldError, match="1 companies have a value"):
        edit_custom_field(definition, applies_to=AppliesTo.PERSON, actor=STAFF)


def test_fields_are_put_in_order() -> None:
    first, second = custom_field("First"), custom_field("Second")
    reorder_custom_fields([second, first], actor=STAFF)
    assert [field.label for field in CustomField.objects.all()] == ["Second", "First"]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("A\n B, C \r\n\nD", ["A", "B, C", "D"]),
        ("A; B, C;D", ["A", "B, C", "D"]),
        ("A, B,C", ["A", "B", "C"]),
        ("Only one", ["Only one"]),
        ("", []),
    ],
)
def test_options_are_read_from_a_paste(text: str, options: list[str]) -> None:
    assert read_options(text) == options


def test_pasted_options_are_appended_and_known_ones_passed_over() -> None:
    definition = divisions("Heavy", "Utility")
    assert add_options(definition, ["Rail", "HEAVY"], actor=STAFF).options == ["Heavy", "Utility", "Rail"]
    assert field_audit(definition)[-1] == ("Edited", "Options", "Heavy; Utility", "Heavy; Utility; Rail")


@pytest.mark.parametrize(
    ("option", "sentence"),
    [("A;B", "has a semicolon"), ("x" * 76, "has 76 characters; an option has at most 75")],
)
def test_an_option_has_no_semicolon_and_75_characters(option: str, sentence: str) -> None:
    with pytest.raises(InvalidFieldError, match=sentence):
        divisions(option)


def test_renaming_an_option_rewrites_and_announces_the_records_that_hold_it(
    told: list[dict[str, Any]],
) -> None:
    definition = divisions("Heavy", "Utility")
    ada = person(custom={"division": "Heavy;Utility"})
    person("Bob", custom={"division": "Utility"})
    with announcements() as heard:
        rename_option(definition, "Heavy", "Heavy & Highway", actor=STAFF)
    after = Member.objects.get(pk=ada.pk)
    assert after.custom == {"division": ";Heavy & Highway;Utility;"}
    assert after.folded["custom.division"] == ";heavy & highway;utility;"
    assert audited(ada)[-1] == ("Edited", "Division", "Heavy; Utility", "Heavy & Highway; Utility")
    assert told[-1]["renamed_options"] == {"Heavy": "Heavy & Highway"}
    assert [said["member_ids"] for said in heard] == [[ada.pk]]


def test_an_option_cannot_take_the_name_of_another() -> None:
    with pytest.raises(InvalidFieldError, match="is there twice"):
        rename_option(divisions("Heavy", "Utility"), "Heavy", "utility", actor=STAFF)


def test_removing_an_option_removes_it_from_records() -> None:
    definition = divisions("Heavy", "Utility")
    ada, bob = person(custom={"division": "Heavy;Utility"}), person("Bob", custom={"division": "Heavy"})
    assert set(holders_of_option(definition, "Heavy")) == {ada, bob}
    remove_option(definition, "Heavy", actor=STAFF)
    assert Member.objects.get(pk=ada.pk).custom == {"division": ";Utility;"}
    assert Member.objects.get(pk=bob.pk).custom == {}


def test_values_follow_the_order_of_options() -> None:
    definition = divisions("Heavy", "Utility")
    ada = person(custom={"division": "Heavy;Utility"})
    with announcements() as heard:
        reorder_options(definition, ["Utility", "Heavy"], actor=STAFF)
    assert Member.objects.get(pk=ada.pk).custom == {"division": ";Utility;Heavy;"}
    assert [said["member_ids"] for said in heard] == [[ada.pk]]


def test_a_type_can_change_where_every_value_can_be_read() -> None:
    definition = custom_field("Founded")
    ada = person(custom={"founded": "1,987"})
    with announcements() as heard:
        retype(definition, FieldType.NUMBER, actor=STAFF)
    after = Member.objects.get(pk=ada.pk)
    assert after.custom == {"founded": 1987}
    assert "custom.founded" not in after.folded
    assert [said["member_ids"] for said in heard] == [[ada.pk]]


def test_a_type_that_values_do_not_fit_is_refused_with_their_number() -> None:
    definition = custom_field("Founded")
    person(custom={"founded": "1987"})
    person("Bob", custom={"founded": "long ago"})
    with pytest.raises(
        InvalidFieldError, match="1 record has a value of Founded that cannot be read as “Number”"
    ):
        retype(definition, FieldType.NUMBER, actor=STAFF)
    assert CustomField.objects.get().type == "text"


def test_text_becomes_options_when_all_values_are_among_them() -> None:
    definition = custom_field("Region")
    ada = person(custom={"region": "north"})
    retype(definition, FieldType.OPTION, options=["North", "South"], actor=STAFF)
    assert Member.objects.get(pk=ada.pk).custom == {"region": "North"}


def test_deleting_a_field_removes_its_values_and_says_so(told: list[dict[str, Any]]) -> None:
    definition = divisions("Heavy")
    ada = person(custom={"division": "Heavy"})
    person("Bob")
    with announcements() as heard:
        assert delete_custom_field(definition, actor=STAFF) == 1
    after = Member.objects.get(pk=ada.pk)
    assert (after.custom, "custom.division" in after.folded) == ({}, False)
    assert audited(ada)[-1] == ("Edited", "Division", "Heavy", "")
    assert field_audit(definition)[-1][0] == "Deleted"
    assert told[-1] == {"key": "custom.division", "deleted": True, "renamed_options": {}, "actor": STAFF}
    assert [said["member_ids"] for said in heard] == [[ada.pk]]


def test_records_that_hold_a_value_are_announced_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.custom_fields.CHUNK", 2)
    definition = divisions("Heavy")
    for number in range(5):
        person(f"P{number}", custom={"division": "Heavy"})
    with announcements() as heard:
        delete_custom_field(definition, actor=STAFF)
    assert [len(said["member_ids"]) for said in heard] == [2, 2, 1]
