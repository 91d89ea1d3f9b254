"""The Audit Log page, the log of one record, and the export."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from novi_ams.association.models import Association
from novi_ams.audit import links
from novi_ams.audit.actor import CONSTANT_CONTACT, SYSTEM, Actor, actor_for
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.record import Event, record, record_many
from novi_ams.audit.views import entries_for, log_page
from novi_ams.tests.people import client_of, limited_admin, person

pytestmark = pytest.mark.django_db
LOG = "/reports/audit/"


@pytest.fixture
def reader() -> Client:
    """Somebody who reads the log; her own sign-in is part of it."""
    return client_of(limited_admin(first_name="Rita", last_name="Reader"))


def change(
    name: str = "Dana Whitlock",
    *,
    item_id: object = 7,
    component: Component = Component.MEMBER,
    actor: Actor = SYSTEM,
) -> None:
    record(
        component,
        item_id=item_id,
        item_name=name,
        action="changed",
        changes={"Job title": ("Director", "President")},
        actor=actor,
    )


def shown(client: Client, **query: str) -> str:
    return client.get(LOG, query).content.decode()


def test_a_change_shows_who_what_before_and_after(reader: Client) -> None:
    change(actor=actor_for(person(first_name="Teresa", last_name="Nguyen")))
    page = shown(reader)
    for words in ("Teresa Nguyen", "Dana Whitlock", "Job title", "Director", "President"):
        assert words in page


def test_the_fields_of_one_change_are_one_event(rf: RequestFactory) -> None:
    record(
        Component.MEMBER,
        item_id=7,
        item_name="Dana",
        action="changed",
        changes={"First": ("a", "b"), "Second": ("c", "d")},
    )
    days = log_page(rf.get(LOG), AuditEntry.objects.all()).days
    assert [[change.field for change in event.changes] for event in days[0].events] == [["First", "Second"]]


def test_an_event_that_the_page_cuts_is_shown_whole_on_both_pages(rf: RequestFactory) -> None:
    changes = {f"Field {n}": ("a", "b") for n in range(60)}
    record(Component.MEMBER, item_id=7, item_name="Dana", action="changed", changes=changes)
    for page in (1, 2):
        days = log_page(rf.get(LOG, {"page": page}), AuditEntry.objects.all()).days
        assert len(days[0].events[0].changes) == 60


def test_events_stand_under_the_local_day(reader: Client) -> None:
    Association.objects.update_or_create(pk=1, defaults={"time_zone": "America/New_York"})
    with time_machine.travel(datetime(2026, 11, 19, 2, tzinfo=UTC)):
        change("Late in the evening")
    with time_machine.travel(datetime(2026, 11, 19, 15, tzinfo=UTC)):
        page = shown(reader, q="Late")
    assert "Yesterday" in page
    assert "9:00 PM" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"component": "group"}, {"Chairs"}),
        ({"q": "whit"}, {"Dana Whitlock"}),
        ({"person": "Constant Contact"}, {"Gone list"}),
        ({"component": "member", "item": "7"}, {"Dana Whitlock"}),
        ({"since": "2026-11-18"}, {"Gone list"}),
        ({"until": "2026-11-17"}, {"Dana Whitlock", "Chairs", "Ray Kowalski"}),
        ({"since": "2026-11-17", "until": "2026-11-17"}, {"Ray Kowalski"}),
    ],
)
def test_filters(reader: Client, query: dict[str, str], names: set[str]) -> None:
    with time_machine.travel(datetime(2026, 11, 16, 15, tzinfo=UTC)):
        change("Dana Whitlock", item_id=7)
        change("Chairs", component=Component.GROUP, item_id=7)
    with time_machine.travel(datetime(2026, 11, 17, 15, tzinfo=UTC)):
        change("Ray Kowalski", item_id=8)
    with time_machine.travel(datetime(2026, 11, 18, 15, tzinfo=UTC)):
        change("Gone list", component=Component.LIST, actor=CONSTANT_CONTACT)
    page = shown(reader, **query)
    found = {name for name in ("Dana Whitlock", "Chairs", "Ray Kowalski", "Gone list") if name in page}
    assert found == names


def test_the_log_of_one_person(reader: Client) -> None:
    teresa, jacob = person(), person()
    change("By Teresa", actor=actor_for(teresa))
    change("By Jacob", actor=actor_for(jacob))
    page = shown(reader, person=str(teresa.pk))
    assert "By Teresa" in page
    assert "By Jacob" not in page


def test_a_date_that_is_none_says_so_and_shows_everything_else(reader: Client) -> None:
    change()
    page = shown(reader, since="2026-13-40")
    assert "Enter a valid date" in page
    assert "Dana Whitlock" in page


def test_the_last_day_of_a_filter_ends_at_local_midnight(reader: Client) -> None:
    Association.objects.update_or_create(pk=1, defaults={"time_zone": "America/New_York"})
    with time_machine.travel(datetime(2026, 11, 18, 4, 59, tzinfo=UTC)):
        change("Before midnight")
    with time_machine.travel(datetime(2026, 11, 18, 5, 1, tzinfo=UTC)):
        change("After midnight")
    page = shown(reader, until="2026-11-17")
    assert "Before midnight" in page
    assert "After midnight" not in page


def test_items_link_to_their_page_unless_they_were_deleted(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_pages", {Component.SETTING: "tested_setting"})
    monkeypatch.setattr(links, "reverse", lambda name, args: f"/{name}/{args[0]}/")
    change("Settings", component=Component.SETTING, item_id="association")
    record(Component.SETTING, item_id="gone", item_name="Gone", action="deleted")
    page = shown(reader)
    assert "/tested_setting/association/" in page
    assert "/tested_setting/gone/" not in page


def test_an_item_whose_id_its_page_does_not_take_has_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", {Component.SETTING: "home"})
    assert links.page_of(Component.SETTING, "everything") == ""


def many_changes(rows: int) -> None:
    record_many(
        Event(Component.MEMBER, n, f"Person {n}", "changed", {"Job title": ("a", "b")}) for n in range(rows)
    )


@pytest.mark.parametrize("rows", [1, 120])
def test_a_page_of_the_log_takes_three_queries(
    rf: RequestFactory, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many_changes(rows)
    with django_assert_num_queries(3):
        log_page(rf.get(LOG), AuditEntry.objects.all())


def test_the_page_takes_the_same_queries_however_long_the_log(reader: Client) -> None:
    reader.get(LOG)
    many_changes(1)
    with CaptureQueriesContext(connection) as short:
        reader.get(LOG)
    many_changes(120)
    with CaptureQueriesContext(connection) as long:
        reader.get(LOG)
    assert len(short) == len(long)


def test_the_log_of_one_record_is_its_own() -> None:
    change("Dana", item_id=7)
    change("A group", item_id=7, component=Component.GROUP)
    assert [entry.item_name for entry in entries_for(Component.MEMBER, 7)] == ["Dana"]


def test_the_export_holds_the_filtered_rows(reader: Client) -> None:
    change("Dana")
    change("Chairs", component=Component.GROUP)
    answer = reader.get(reverse("audit_log_csv"), {"component": "group"})
    lines = answer.getvalue().decode().splitlines()
    assert len(lines) == 2
    assert "Chairs" in lines[1]
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_the_export_is_a_formula(reader: Client, value: str) -> None:
    change(value)
    answer = reader.get(reverse("audit_log_csv"), {"component": "member"})
    assert f",'{value}," in answer.getvalue().decode()
