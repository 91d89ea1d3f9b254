"""Export, and that an import reads it back."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import bulk
from members.exports import csv_lines
from members.fields import catalogue
from members.models import FieldType, Member
from members.records import create_members, deactivate
from members.tests.builders import STAFF, company, custom_field, divisions, member_type, person
from members.tests.importing import counts, imported
from novi_ams.audit.models import AuditEntry
from novi_ams.spreadsheets import disarm, rearm
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def exported(client: Client, *columns: str, **more: str) -> list[list[str]]:
    answer = client.post(reverse("member_export"), {"column": columns, **more})
    assert answer.status_code == 200
    return list(csv.reader(StringIO(b"".join(answer).decode("utf-8-sig"))))


def everything() -> str:
    fields = catalogue()
    return "".join(csv_lines(Member.objects.all(), fields.exportable))


def test_chosen_columns_of_the_filtered_records_come_out_by_name(staff: Client) -> None:
    acme = company(phone="614")
    person("Zoe", "Ellis", parent=acme, status="current"), person("Ben", "Ito", status="grace")
    person("Ada", "Young", status="current", expires=date(2027, 1, 31))
    rows = exported(staff, "expires", "last_name", "company", query="status=current")
    assert rows == [
        ["Last Name", "Membership Expires", "Company"],
        ["Young", "2027-01-31", ""],
        ["Ellis", "", "Acme Steel"],
    ]


def test_inactive_records_come_only_when_the_filter_asks_for_them(staff: Client) -> None:
    deactivate([person("Old", "Timer").pk], actor=STAFF)
    assert len(exported(staff, "last_name")) == 1
    assert len(exported(staff, "last_name", query="active=all")) == 2


def test_selected_records_can_be_exported(staff: Client) -> None:
    ada = person("Ada", "Young")
    person("Ben", "Ito")
    job = bulk.select(Member.objects.all(), verb="export", query="q=a", actor=STAFF, only=[ada.pk])
    assert exported(staff, "last_name", selection=str(job.pk)) == [["Last Name"], ["Young"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'=", "''@"])
def test_a_cell_that_a_spreadsheet_would_run_gets_a_quote(start: str) -> None:
    assert disarm(f"{start}1") == f"'{start}1"


@given(st.text())
def test_restoring_undoes_exactly_what_was_made_harmless(text: str) -> None:
    assert rearm(disarm(text)) == text


def test_a_formula_leaves_harmless(staff: Client) -> None:
    person("=HYPERLINK(1)", "@evil")
    assert exported(staff, "first_name", "last_name")[1] == ["'=HYPERLINK(1)", "'@evil"]


def test_what_was_exported_is_in_the_log(staff: Client) -> None:
    person()
    exported(staff, "last_name", "email")
    entry = AuditEntry.objects.get(component="bulk")
    assert (entry.action, entry.after) == ("Exported", "1 records: Last Name, Email.")


def test_the_columns_are_remembered(staff: Client) -> None:
    exported(staff, "last_name", "county")
    page = staff.get(reverse("member_export"))
    assert page.context["chosen"] == ["last_name", "county"]
    assert "county" not in staff.get(reverse("member_export") + "?columns=usual").context["chosen"]
    assert "custom" not in staff.get(reverse("member_export") + "?columns=all").context["chosen"]


def test_without_a_column_the_page_asks_for_one(staff: Client) -> None:
    answer = staff.post(reverse("member_export"))
    assert answer.status_code == 422
    assert "Choose at least one column." in answer.content.decode()


def test_a_selection_that_is_gone_is_not_found(staff: Client) -> None:
    assert staff.get(reverse("member_export") + "?selection=4711").status_code == 404


def test_many_records_cost_as_many_queries_as_one() -> None:
    divisions()
    acme = company(member_type=str(member_type().pk))
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            everything()
        costs.append(len(queries))
        for number in range(20):
            person("Ada", f"{number}", parent=acme, custom={"division": "Heavy"})
    assert costs[0] == costs[1]


def test_an_export_of_everything_imported_again_changes_nothing() -> None:
    divisions()
    custom_field("Employees", FieldType.NUMBER)
    custom_field("Hired", FieldType.DATE)
    custom_field("Insured", FieldType.CHECKBOX)
    custom_field("Local", FieldType.OPTION, options=["Local 18", "Local 310"])
    custom_field("Remarks", FieldType.LONG_TEXT)
    values = {"division": "Heavy; Utility", "employees": 12.5, "hired": date(2026, 3, 1), "insured": True}
    acme = company("=Acme", import_id="c1", custom=values, member_type=str(member_type().pk))
    person(
        "José",
        "Núñez",
        parent=acme,
        email="jose@example.org",
        phone="+1 614",
        notes="two\nlines, “quoted”",
        custom={"local": "Local 18", "remarks": "'=1;\t2", "employees": -3},
        status="grace",
        expires=date(2027, 1, 31),
    )
    deactivate([person("Old", "Timer", import_id="p9").pk], actor=STAFF)
    before = list(Member.objects.order_by("pk").values())
    assert counts(imported(everything())) == (0, 0, 3, 0)
    assert counts(imported(everything(), clears_blanks=True)) == (0, 0, 3, 0)
    assert list(Member.objects.order_by("pk").values()) == before


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\",;\n"), max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=8))
def test_any_texts_survive_the_round_trip(texts: list[tuple[str, str, str]]) -> None:
    first = Member.objects.count()
    create_members(
        (
            {
                "kind": "person",
                "import_id": f"p{first + number}",
                "last_name": f"x{last}",
                "notes": notes,
                "billing_city": city,
            }
            for number, (last, notes, city) in enumerate(texts)
        ),
        actor=STAFF,
    )
    job = imported(everything())
    assert counts(job) == (0, 0, Member.objects.count(), 0)
