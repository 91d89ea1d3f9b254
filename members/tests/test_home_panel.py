"""What this room shows on Home and in the side bar."""

import pytest
from django.test import Client

from members.records import deactivate
from members.tests.builders import STAFF, person
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def test_the_bars_count_active_records_by_status_and_lead_to_them(staff: Client) -> None:
    for name, status in (("Ada", "current"), ("Ben", "current"), ("Cora", "current"), ("Dan", "grace")):
        person(name, status=status)
    deactivate([person("Old", "Timer", status="current").pk], actor=STAFF)
    panels = staff.get("/").context["main_panels"]
    lines = next(panel for panel in panels if panel.template == "members/home_by_status.html").context[
        "lines"
    ]
    shown = [(line.label, line.count, line.percent, line.length, line.url) for line in lines[:3]]
    assert shown == [
        ("Current", 3, 75, 100, "/members/?status=current"),
        ("Grace", 1, 25, 33.3, "/members/?status=grace"),
        ("Inheriting", 0, 0, 0, "/members/?status=inheriting"),
    ]
    assert staff.get(lines[0].url).context["table"].page.paginator.count == 3


def test_records_that_wait_for_approval_are_named(staff: Client) -> None:
    assert "for approval" not in staff.get("/").content.decode()
    person("Ada", approved=False), person("Ben", approved=False)
    page = staff.get("/").content.decode()
    assert "2 records wait for approval" in page
    assert "/members/?approved=no" in page
    assert staff.get("/members/?approved=no").context["table"].page.paginator.count == 2


def test_the_side_bar_leads_to_members_and_custom_fields(staff: Client) -> None:
    sections = {section.label: section for section in staff.get("/").context["navigation"]}
    assert ("Members", "/members/") in [(item.label, item.url) for item in sections["Members"].items]
    assert [(item.label, item.url) for item in sections["Fields"].items] == [("Custom Fields", "/fields/")]
