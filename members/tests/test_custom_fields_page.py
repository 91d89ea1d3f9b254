"""Custom Fields: the list, defining, ordering, deleting."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import slots
from members.models import CustomField, FieldType, Member
from members.slots import FieldUse
from members.tests.builders import custom_field, divisions, person
from novi_ams.association.slots import Slot
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db
EDIT = "/fields/division/edit/"


@pytest.fixture
def admin() -> Client:
    return client_of(association_admin())


def definition(key: str = "division") -> CustomField:
    return CustomField.objects.get(key=key)


def typed(**values: Any) -> dict[str, Any]:
    return {"label": "Division", "type": "options", "applies_to": "both", **values}


def rows(*pairs: tuple[str, str]) -> dict[str, Any]:
    """Option rows as the form sends them: (what it was, what it is called now)."""
    return typed(option_was=[was for was, _ in pairs], option=[name for _, name in pairs])


def value_of(member: Member, key: str = "division") -> Any:
    member.refresh_from_db()
    return member.custom.get(key)


def test_fields_are_listed_under_their_sections_in_order(admin: Client) -> None:
    custom_field("Second", section="Events"), custom_field("Alone"), custom_field("Third", section="Events")
    sections = admin.get("/fields/").context["sections"]
    assert [(one.title, [str(line.definition) for line in one.lines]) for one in sections] == [
        ("More fields", ["Alone"]),
        ("Events", ["Second", "Third"]),
    ]


def test_what_uses_a_field_is_named_with_one_question_for_all(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def uses(keys: Any) -> dict[str, list[FieldUse]]:
        asked.append(list(keys))
        return {"custom.division": [FieldUse("Group “Ohio”", "/groups/1/", "it fails with that reason.")]}

    slot: Slot[Any, Any] = Slot()
    slot.register(uses)
    monkeypatch.setattr(slots, "field_uses", slot)
    divisions(), custom_field("Badge")
    page = admin.get("/fields/").content.decode()
    assert [sorted(keys) for keys in asked] == [["custom.badge", "custom.division"]]
    assert '<a href="/groups/1/">Group “Ohio”</a>' in page
    assert "it fails with that reason." in admin.get("/fields/division/delete/").content.decode()


def test_more_fields_cost_no_more_queries(admin: Client) -> None:
    custom_field("First")
    admin.get("/fields/")
    few = _queries(admin)
    for number in range(12):
        custom_field(f"Field {number}", section=f"Section {number % 3}")
    assert _queries(admin) == few


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get("/fields/")
    return len(queries)


def test_a_field_with_pasted_options_is_added(admin: Client) -> None:
    answer = admin.post("/fields/new/", typed(section="Work", more_options="Heavy\nUtility\n\nCommercial"))
    made = definition()
    assert answer["Location"] == "/fields/"
    assert (made.label, made.type, made.section) == ("Division", "options", "Work")
    assert made.options == ["Heavy", "Utility", "Commercial"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"label": ""}, "Give the field a name."),
        ({"label": "First Name"}, "There is already a field called “First Name”."),
        ({"more_options": ""}, "Add at least one option."),
        ({"more_options": "a; b\nc"}, "“a; b” has a semicolon, which options cannot have."),
        ({"more_options": "x" * 76 + "\ny"}, "an option has at most 75."),
        ({"more_options": "Heavy\nheavy"}, "is there twice."),
        ({"type": "picture"}, "Select a valid choice."),
        ({"applies_to": "dogs"}, "Select a valid choice."),
    ],
)
def test_a_definition_that_cannot_be_is_refused_and_typing_stays(
    admin: Client, wrong: dict[str, str], sentence: str
) -> None:
    sent = typed(more_options="Heavy\nUtility", help_text="Kept") | wrong
    answer = admin.post("/fields/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    form = answer.context["form"]
    assert {name: form[name].value() for name in sent} == sent
    assert CustomField.objects.count() == 0


def test_name_section_and_help_are_edited_without_touching_values(admin: Client) -> None:
    divisions("Heavy", "Utility")
    ada = person(custom={"division": "Heavy"})
    admin.post(
        EDIT, rows(("Heavy", "Heavy"), ("Utility", "Utility")) | {"label": "Branch", "section": "Work"}
    )
    assert (definition().label, definition().section) == ("Branch", "Work")
    assert (value_of(ada), ada.version) == (";Heavy;", 1)


def test_an_option_renamed_is_renamed_in_every_record(admin: Client) -> None:
    divisions("Heavy", "Utility")
    ada = person(custom={"division": "Heavy; Utility"})
    admin.post(EDIT, rows(("Heavy", "Highway"), ("Utility", "Utility")))
    assert definition().options == ["Highway", "Utility"]
    assert value_of(ada) == ";Highway;Utility;"


def test_options_take_the_order_of_the_form_and_new_ones_come_last(admin: Client) -> None:
    divisions("Heavy", "Utility")
    admin.post(EDIT, rows(("Utility", "Utility"), ("Heavy", "Heavy")) | {"more_options": "Bridge"})
    assert definition().options == ["Utility", "Heavy", "Bridge"]


def test_removing_an_option_that_records_hold_is_asked_first(admin: Client) -> None:
    divisions("Heavy", "Utility")
    ada = person(custom={"division": "Heavy; Utility"})
    sent = rows(("Utility", "Utility"))
    answer = admin.post(EDIT, sent)
    assert answer.status_code == 422
    assert "“Heavy” is the value of 1 record." in answer.content.decode()
    assert value_of(ada) == ";Heavy;Utility;"
    admin.post(EDIT, sent | {"sure": "on"})
    assert definition().options == ["Utility"]
    assert value_of(ada) == ";Utility;"


def test_an_option_emptied_counts_as_removed(admin: Client) -> None:
    divisions("Heavy", "Utility")
    admin.post(EDIT, rows(("Heavy", " "), ("Utility", "Utility")))
    assert definition().options == ["Utility"]


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("up:1", ["Utility", "Heavy!", "Bridge"]),
        ("down:1", ["Heavy!", "Bridge", "Utility"]),
        ("drop:0", ["Utility", "Bridge"]),
        ("up:9", ["Heavy!", "Utility", "Bridge"]),
        ("up:x", ["Heavy!", "Utility", "Bridge"]),
    ],
)
def test_rows_are_arranged_without_saving(admin: Client, button: str, order: list[str]) -> None:
    divisions("Heavy", "Utility", "Bridge")
    sent = rows(("Heavy", "Heavy!"), ("Utility", "Utility"), ("Bridge", "Bridge"))
    answer = admin.post(EDIT, sent | {"arrange": button, "more_options": "Kept"})
    form = answer.context["form"]
    assert answer.status_code == 200
    assert [row.name for row in form.options] == order
    assert form["more_options"].value() == "Kept"
    assert definition().options == ["Heavy", "Utility", "Bridge"]


def test_a_type_changes_when_every_value_can_be_read(admin: Client) -> None:
    custom_field("Crew", FieldType.TEXT)
    ada = person(custom={"crew": "12"})
    admin.post("/fields/crew/edit/", typed(label="Crew", type="number"))
    assert definition("crew").type == "number"
    assert value_of(ada, "crew") == 12


def test_a_type_that_does_not_fit_changes_nothing_at_all(admin: Client) -> None:
    custom_field("Crew", FieldType.TEXT)
    ada = person(custom={"crew": "twelve"})
    answer = admin.post("/fields/crew/edit/", typed(label="Team", type="number"))
    assert answer.status_code == 422
    assert "1 record has a value of" in answer.content.decode()
    assert (definition("crew").label, definition("crew").type) == ("Crew", "text")
    assert value_of(ada, "crew") == "twelve"


def test_options_may_become_one_of_many_with_their_order(admin: Client) -> None:
    custom_field("Division", FieldType.OPTION, options=["Heavy", "Utility"])
    ada = person(custom={"division": "Heavy"})
    admin.post(EDIT, rows(("Utility", "Utility"), ("Heavy", "Highway")) | {"more_options": "Bridge"})
    assert definition().options == ["Utility", "Highway", "Bridge"]
    assert (definition().type, value_of(ada)) == ("options", ";Highway;")


def test_a_field_moves_within_its_section(admin: Client) -> None:
    for label in ("First", "Second", "Third"):
        custom_field(label, section="Work")
    answer = admin.post("/fields/third/move/", {"to": "up"})
    assert answer["Location"] == "/fields/#field-third"
    assert [str(one) for one in CustomField.objects.all()] == ["First", "Third", "Second"]
    fragment = admin.post("/fields/first/move/", {"to": "down"}, headers={"HX-Request": "true"})
    assert [str(one) for one in CustomField.objects.all()] == ["Third", "First", "Second"]
    assert fragment.content.decode().lstrip().startswith('<div id="field-sections"')


def test_the_first_cannot_move_up(admin: Client) -> None:
    custom_field("First"), custom_field("Second")
    admin.post("/fields/first/move/", {"to": "up"})
    assert [str(one) for one in CustomField.objects.all()] == ["First", "Second"]


def test_deleting_names_how_many_records_lose_a_value_and_asks_twice(admin: Client) -> None:
    divisions()
    ada = person(custom={"division": "Heavy"})
    page = admin.get("/fields/division/delete/").content.decode()
    assert "1 record" in page
    assert admin.post("/fields/division/delete/").status_code == 422
    assert value_of(ada) == ";Heavy;"
    admin.post("/fields/division/delete/", {"sure": "on"})
    assert not CustomField.objects.exists()
    assert value_of(ada) is None


def test_the_audit_log_leads_to_the_line_of_the_field(admin: Client) -> None:
    divisions()
    page = admin.get("/reports/audit/").content.decode()
    assert 'href="/fields/division/"' in page
    assert admin.get("/fields/division/")["Location"] == "/fields/#field-division"


def test_without_fields_the_page_says_how_to_begin(admin: Client) -> None:
    page = admin.get("/fields/").content.decode()
    assert "No custom fields yet" in page
    assert reverse("custom_field_new") in page
