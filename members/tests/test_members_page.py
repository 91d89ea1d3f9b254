"""The members list: what it finds, in which order, and what it costs."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import FieldType, Member
from members.records import deactivate
from members.slots import ListColumn
from members.tests.builders import STAFF, company, custom_field, divisions, member_type, person
from novi_ams.association.slots import Slot
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def found(client: Client, **parameters: Any) -> list[str]:
    """The names on the list for these parameters; a dot in a name is written `__`."""
    query = {name.replace("__", "."): value for name, value in parameters.items()}
    answer = client.get(reverse("members"), query)
    assert answer.status_code == 200
    return [str(row.record) for row in answer.context["table"].page.object_list]


def test_every_active_record_is_listed_by_name(staff: Client) -> None:
    person("Zoe", "Ellis"), company("acme"), person("Ben", "Ito")
    assert found(staff) == ["acme", "Ben Ito", "Zoe Ellis"]


def test_a_name_of_signs_is_shown_as_it_was_typed(staff: Client) -> None:
    person("{email}", "<b>")
    assert ">{email} &lt;b&gt;</a>" in staff.get(reverse("members")).content.decode()


def test_a_search_wants_every_word_in_any_field_and_any_case(staff: Client) -> None:
    person("Ada", "Lovelace", email="ada@example.org", billing_city="Toledo")
    person("Ada", "Young", billing_city="Akron")
    assert found(staff, q="ADA toledo") == ["Ada Lovelace"]
    assert found(staff, q="ada akron example") == []


def test_a_phone_number_is_found_however_it_is_written(staff: Client) -> None:
    person("Ada", "Lovelace", phone="(614) 555-0142")
    assert found(staff, q="614-555-0142") == ["Ada Lovelace"]


def test_inactive_records_are_found_when_asked_for(staff: Client) -> None:
    person("Ada", "Lovelace")
    deactivate([person("Old", "Timer").pk], actor=STAFF)
    assert found(staff) == ["Ada Lovelace"]
    assert found(staff, active="no") == ["Old Timer"]
    assert found(staff, active="all") == ["Ada Lovelace", "Old Timer"]


def test_a_search_without_result_points_to_the_inactive_ones(staff: Client) -> None:
    deactivate([person("Old", "Timer").pk], actor=STAFF)
    page = staff.get(reverse("members"), {"q": "timer"})
    assert page.context["wider_url"] == "/members/?q=timer&active=all"
    assert "search inactive ones, too" in page.content.decode()


def test_several_statuses_are_any_of_them(staff: Client) -> None:
    person("Ada", status="current"), person("Ben", status="grace"), person("Cora", status="expired")
    assert found(staff, status=["current", "grace"]) == ["Ada Lovelace", "Ben Lovelace"]


def test_types_narrow_and_so_does_having_none(staff: Client) -> None:
    contractor = member_type("Contractor")
    person("Ada", member_type=str(contractor.pk)), person("Ben")
    assert found(staff, member_type=str(contractor.pk)) == ["Ada Lovelace"]
    assert found(staff, member_type="none") == ["Ben Lovelace"]
    assert found(staff, member_type=["none", str(contractor.pk)]) == ["Ada Lovelace", "Ben Lovelace"]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"kind": "company"}, "Acme Steel"),
        ({"approved": "no"}, "New Comer"),
        ({"do_not_send": "yes"}, "Dan Quiet"),
    ],
)
def test_kind_approval_and_do_not_send_narrow(staff: Client, parameters: dict[str, str], name: str) -> None:
    company(), person("New", "Comer", approved=False), person("Dan", "Quiet", do_not_send=True)
    assert found(staff, **parameters) == [name]


def test_custom_fields_of_every_type_narrow(staff: Client) -> None:
    divisions()
    custom_field("Local", FieldType.OPTION, options=["Local 18", "Local 310"])
    custom_field("Employees", FieldType.NUMBER)
    custom_field("Hired", FieldType.DATE)
    custom_field("Insured", FieldType.CHECKBOX)
    custom_field("Badge", FieldType.TEXT)
    ada = {"division": "Heavy; Utility", "local": "Local 18", "employees": 9, "hired": date(2026, 3, 1)}
    person("Ada", custom=ada | {"insured": True, "badge": "Äda 100%"})
    person("Ben", custom={"division": "Commercial", "employees": 90, "hired": date(2020, 3, 1), "badge": "B"})
    only_ada = ["Ada Lovelace"]
    assert found(staff, custom__division=["Heavy", "Utility"]) == only_ada
    assert found(staff, custom__division=["Heavy", "Commercial"]) == ["Ada Lovelace", "Ben Lovelace"]
    assert found(staff, custom__local="Local 18") == only_ada
    assert found(staff, custom__employees__max="10") == only_ada
    assert found(staff, custom__employees__min="10") == ["Ben Lovelace"]
    assert found(staff, custom__hired__from="2021-01-01") == only_ada
    assert found(staff, custom__hired__until="12/31/2020") == ["Ben Lovelace"]
    assert found(staff, custom__insured="yes") == only_ada
    assert found(staff, custom__insured="no") == ["Ben Lovelace"]
    assert found(staff, custom__badge="äDA 100%") == only_ada


def test_a_filter_in_force_is_a_chip_that_leads_to_the_list_without_it(staff: Client) -> None:
    answer = staff.get("/members/?q=ada&status=current&status=grace&kind=person&page=2&sort=-name")
    chips = [(chip.label, chip.url) for chip in answer.context["filter"].chips]
    assert chips == [
        ("Status: Current, Grace", "?q=ada&kind=person&sort=-name"),
        ("Record: Person", "?q=ada&status=current&status=grace&sort=-name"),
    ]


def test_a_value_that_cannot_be_read_is_said_and_kept(staff: Client) -> None:
    custom_field("Employees", FieldType.NUMBER)
    answer = staff.get("/members/?custom.employees.min=many")
    page = answer.content.decode()
    assert "“many” is not a number." in page
    assert 'value="many"' in page


def test_boxes_left_blank_do_not_stay_in_the_address(staff: Client) -> None:
    answer = staff.get("/members/?q=&status=current&kind=&active=")
    assert (answer.status_code, answer["Location"]) == (302, "/members/?status=current")


def test_columns_sort_both_ways(staff: Client) -> None:
    person("Ada", email="z@example.org", status="expired", expires=date(2027, 1, 1))
    person("Ben", email="a@example.org", status="current", expires=date(2026, 1, 1))
    person("Cora", email="m@example.org", status="grace")
    first = {sort: found(staff, sort=sort)[0].split()[0] for sort in ("email", "-email", "status", "-status")}
    assert first == {"email": "Ben", "-email": "Ada", "status": "Ben", "-status": "Ada"}
    assert [name[0] for name in found(staff, sort="expires")] == ["B", "A", "C"]
    assert [name[0] for name in found(staff, sort="-expires")] == ["A", "B", "C"]


def test_a_sort_nobody_offers_is_ignored(staff: Client) -> None:
    person("Zoe"), person("Ada")
    assert found(staff, sort="account_email") == ["Ada Lovelace", "Zoe Lovelace"]


def test_twenty_five_stand_on_a_page(staff: Client) -> None:
    for number in range(27):
        person("Ada", f"{number:02}")
    assert found(staff, page="2") == ["Ada 25", "Ada 26"]
    assert found(staff, page="99") == ["Ada 25", "Ada 26"]
    assert "1–25 of <strong>27</strong>" in staff.get("/members/").content.decode()


def test_the_summary_counts_active_records(staff: Client) -> None:
    company(), person(), person("Ben")
    deactivate([person("Old", "Timer").pk], actor=STAFF)
    page = staff.get("/members/").content.decode()
    assert "3 active records: 1 company and 2 people." in page


def test_the_second_line_is_the_company_or_how_many_people(staff: Client) -> None:
    acme = company()
    person("Ada", parent=acme), person("Ben", parent=acme), person("Cora")
    deactivate([person("Old", "Timer", parent=acme).pk], actor=STAFF)
    page = staff.get("/members/").content.decode()
    assert "2 people" in page
    assert "No company" in page


def test_htmx_gets_rows_and_chips_alone_and_the_tidy_address(staff: Client) -> None:
    person("Ada"), person("Ben")
    answer = staff.get("/members/?q=ada&kind=&status=current", headers=HTMX)
    page = answer.content.decode()
    assert answer["HX-Push-Url"] == "/members/?q=ada&status=current"
    assert answer["Vary"].count("HX-Request") == 1
    assert 'id="member-list"' in page
    assert 'id="member-chips" hx-swap-oob="true"' in page
    assert "<nav" not in page.split('id="member-list"')[0]


def test_without_any_record_the_page_says_how_to_begin(staff: Client) -> None:
    page = staff.get("/members/").content.decode()
    assert "No members yet" in page
    assert reverse("member_new") in page


@pytest.mark.parametrize(
    "address", ["/members/", "/members/?sort=status", "/members/?custom.division=Heavy", "/members/?page=2"]
)
def test_one_record_and_a_page_full_cost_the_same_queries(staff: Client, address: str) -> None:
    divisions()
    acme = company("Acme Steel", member_type=str(member_type().pk), custom={"division": "Heavy"})
    staff.get("/members/")  # what the first request ever makes for good is no part of the cost
    counts = [_queries(staff, address)]
    for number in range(30):
        person("Ada", f"{number:02}", parent=acme, custom={"division": "Heavy"})
        company(f"Builder {number:02}", parent=acme)
    counts.append(_queries(staff, address))
    assert counts[0] == counts[1]


def _queries(client: Client, address: str = "/members/?sort=status") -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_search_that_finds_less_than_a_page_does_not_read_every_record_twice(staff: Client) -> None:
    person("Ada"), company()
    staff.get("/members/")
    few = _queries(staff, "/members/?q=ada")
    for number in range(30):
        person("Ada", f"{number:02}")
    assert _queries(staff, "/members/?q=ada") == few + 1
    assert found(staff, q="ada", page="2") == [f"Ada {number:02}" for number in range(25, 30)] + [
        "Ada Lovelace"
    ]
    assert "1–25 of <strong>31</strong>" in staff.get("/members/?q=ada").content.decode()


def test_a_room_above_can_add_a_column_asked_once_a_page(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = person("Ada"), person("Ben")
    asked: list[list[int]] = []

    def cells(ids: Any) -> dict[int, str]:
        asked.append(sorted(ids))
        return {ada.pk: "3 groups"}

    column: Slot[[HttpRequest], ListColumn] = Slot()
    column.register(lambda request: ListColumn("groups", "Groups", cells))
    monkeypatch.setattr("members.views.listing.list_columns", column)
    page = staff.get("/members/").content.decode()
    assert "3 groups" in page
    assert asked == [sorted([ada.pk, ben.pk])]


def test_names_from_files_cannot_become_markup(staff: Client) -> None:
    person("<script>alert(1)</script>", "Tables")
    page = staff.get("/members/").content.decode()
    assert "<script>alert" not in page
    assert Member.objects.count() == 1
