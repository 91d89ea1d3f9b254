"""The calendar moves groups."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from groups.days import local_today, start_new_day
from groups.models import CalculationState, Group
from groups.tasks import new_day
from groups.tests.cast import OHIO, calculated, hearing, inside, row
from members.tests.builders import person
from novi_ams.association.models import Association

pytestmark = pytest.mark.django_db

EXPIRING = row("expires", "in_next_days", 1)


@pytest.fixture(autouse=True)
def new_york() -> None:
    """Daylight saving starts on 2026-03-08 at 2:00: midnight is 5:00 UTC that day and 4:00 UTC the next."""
    Association.objects.update_or_create(pk=1, defaults={"time_zone": "America/New_York"})


def at(month: int, day: int, hour: int, minute: int = 0) -> time_machine.travel:
    return time_machine.travel(datetime(2026, month, day, hour, minute, tzinfo=UTC), tick=False)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ((3, 8, 4, 59), date(2026, 3, 7)),
        ((3, 8, 5, 0), date(2026, 3, 8)),
        ((3, 9, 3, 59), date(2026, 3, 8)),
        ((3, 9, 4, 0), date(2026, 3, 9)),
        ((11, 1, 3, 59), date(2026, 10, 31)),
        ((11, 1, 4, 0), date(2026, 11, 1)),
        ((11, 2, 4, 59), date(2026, 11, 1)),
        ((11, 2, 5, 0), date(2026, 11, 2)),
    ],
)
def test_the_day_changes_at_the_associations_midnight(moment: tuple[int, int, int, int], day: date) -> None:
    with at(*moment):
        assert local_today() == day


def test_after_midnight_people_come_and_go_without_an_edit() -> None:
    with at(3, 8, 4, 59):
        person("Ada", expires="2026-03-07")
        bob = person("Bob", expires="2026-03-08")
        cy = person("Cy", expires="2026-03-09", email="cy@example.com")
        made = calculated(EXPIRING)
        assert inside(made).keys() == {"Ada", "Bob"}
    with at(3, 8, 5, 0), hearing() as heard:
        new_day()
    assert inside(made).keys() == {"Bob", "Cy"}
    assert [(group, background) for group, _, background in heard.said] == [(made.pk, True)]
    assert {bob.pk, cy.pk} & heard.said[0][1] == {cy.pk}


def test_a_new_day_is_started_once() -> None:
    with at(3, 8, 12):
        made = calculated(EXPIRING)
        assert start_new_day(local_today()) == 0
    with at(3, 9, 12):
        assert start_new_day(local_today()) == 1
        assert start_new_day(local_today()) == 0
        new_day()
        made.refresh_from_db()
        assert made.state == CalculationState.WAITING


def test_missed_nights_are_caught_up() -> None:
    with at(3, 8, 12):
        person("Ada", expires="2026-03-20")
        made = calculated(EXPIRING)
        assert inside(made) == {}
    with at(3, 19, 12):
        new_day()
    assert inside(made) == {"Ada": "member"}
    assert Group.objects.get().calculated_for == date(2026, 3, 19)


def test_moving_to_a_zone_where_it_is_still_yesterday_counts_too() -> None:
    with at(3, 10, 5):
        made = calculated(EXPIRING)
        assert made.calculated_for == date(2026, 3, 10)
        Association.objects.update(time_zone="Pacific/Honolulu")
        new_day()
        made.refresh_from_db()
        assert made.calculated_for == date(2026, 3, 9)


def test_groups_that_do_not_ask_for_the_day_and_failed_ones_are_left_alone() -> None:
    with at(3, 8, 12):
        calculated(OHIO)
        failed = calculated(EXPIRING, name="Failed")
        Group.objects.filter(pk=failed.pk).update(state=CalculationState.FAILED)
    with at(3, 9, 12):
        assert start_new_day(local_today()) == 0
