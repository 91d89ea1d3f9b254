"""The budget of one application: paced a second, counted a day, the same for every process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from pytest_django import Settings

from integrations.api_usage import ApiPace, ApiUsage
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.errors import QuotaExceeded
from integrations.models import ConstantContactConnection
from integrations.tests.constant_contact.builders import Waited
from integrations.tests.threads import at_once
from integrations.usage import UsageBudget

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLIENT = "client-1"


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 0
    settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 100


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def used(
    count: int, *, purpose: Purpose = Purpose.SYNC, at: datetime = NOON, client_id: str = CLIENT
) -> None:
    ApiUsage.objects.create(client_id=client_id, hour=at, purpose=purpose.value, count=count)


def connected(**values: object) -> ConstantContactConnection:
    return ConstantContactConnection.objects.create(pk=1, client_id=CLIENT, **values)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestPace:
    def test_the_first_request_does_not_wait(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 4
        waited = Waited()
        UsageBudget(CLIENT, waited).take(Purpose.SYNC)
        assert waited.seconds == []

    def test_each_further_request_waits_for_its_own_slot(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 4
        waited = Waited()
        for _ in range(4):
            UsageBudget(CLIENT, waited).take(Purpose.SYNC)
        assert waited.seconds == pytest.approx([0.25, 0.5, 0.75], abs=1e-3)

    def test_time_that_passed_without_requests_allows_no_burst(
        self, settings: Settings, clock: time_machine.Traveller
    ) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 4
        waited = Waited()
        UsageBudget(CLIENT, waited).take(Purpose.SYNC)
        clock.shift(10)
        for _ in range(2):
            UsageBudget(CLIENT, waited).take(Purpose.SYNC)
        assert waited.seconds == pytest.approx([0.25], abs=1e-3)

    def test_applications_do_not_wait_for_each_other(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 4
        waited = Waited()
        for client_id in (CLIENT, "client-2"):
            UsageBudget(client_id, waited).take(Purpose.SYNC)
        assert waited.seconds == []

    @pytest.mark.parametrize("pace", [0, -1])
    def test_without_a_pace_nobody_waits(self, settings: Settings, pace: float) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = pace
        waited = Waited()
        for _ in range(5):
            UsageBudget(CLIENT, waited).take(Purpose.SYNC)
        assert waited.seconds == []

    def test_a_clock_that_was_wrong_stops_nobody(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 4
        ApiPace.objects.create(client_id=CLIENT, next_at=(NOON + timedelta(hours=1)).timestamp())
        waited = Waited()
        UsageBudget(CLIENT, waited).take(Purpose.SYNC)
        assert waited.seconds == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestDay:
    def test_requests_are_counted_by_hour_and_purpose(self, clock: time_machine.Traveller) -> None:
        budget = UsageBudget(CLIENT)
        budget.take(Purpose.SYNC)
        budget.take(Purpose.SYNC)
        budget.take(Purpose.PERSON)
        clock.shift(3600)
        budget.take(Purpose.SYNC)
        rows = ApiUsage.objects.order_by("hour", "purpose").values_list("hour", "purpose", "count")
        later = NOON + timedelta(hours=1)
        assert list(rows) == [(NOON, "person", 1), (NOON, "sync", 2), (later, "sync", 1)]

    def test_the_last_request_of_the_day_is_sent_and_the_next_is_not(self) -> None:
        used(99)
        budget = UsageBudget(CLIENT)
        budget.take(Purpose.PERSON)
        with pytest.raises(QuotaExceeded):
            budget.take(Purpose.PERSON)
        assert budget.used_today() == 100

    @pytest.mark.parametrize(
        ("purpose", "share"),
        [(Purpose.BACKFILL, 90), (Purpose.OBSERVE, 90), (Purpose.SYNC, 95), (Purpose.PERSON, 100)],
    )
    def test_part_of_the_day_is_kept_for_those_who_wait(self, purpose: Purpose, share: int) -> None:
        used(share - 1, purpose=Purpose.BACKFILL)
        budget = UsageBudget(CLIENT)
        assert budget.left_today(purpose) == 1
        budget.take(purpose)
        with pytest.raises(QuotaExceeded):
            budget.take(purpose)

    def test_a_refused_request_takes_neither_count_nor_slot(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 1
        used(100)
        with pytest.raises(QuotaExceeded):
            UsageBudget(CLIENT).take(Purpose.SYNC)
        assert not ApiPace.objects.exists()
        assert UsageBudget(CLIENT).used_today() == 100

    def test_the_day_begins_at_midnight_utc(self) -> None:
        used(95, at=NOON.replace(hour=0) - timedelta(hours=1))
        used(3, at=NOON.replace(hour=0))
        assert UsageBudget(CLIENT).used_today() == 3

    def test_another_applications_requests_do_not_count(self) -> None:
        used(100, client_id="client-2")
        assert UsageBudget(CLIENT).left_today(Purpose.PERSON) == 100

    def test_without_a_limit_nothing_runs_out(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 0
        used(1_000_000)
        UsageBudget(CLIENT).take(Purpose.BACKFILL)
        assert UsageBudget(CLIENT).left_today(Purpose.BACKFILL) is None


@pytest.mark.django_db
class TestParking:
    def test_a_used_up_quota_parks_until_midnight_utc(self, clock: time_machine.Traveller) -> None:
        connected()
        budget = UsageBudget(CLIENT)
        budget.exhausted()
        assert budget.parked_until() == datetime(2026, 11, 23, tzinfo=UTC)
        assert budget.left_today(Purpose.PERSON) == 0
        with pytest.raises(QuotaExceeded, match="parked until 2026-11-23T00:00:00"):
            budget.take(Purpose.PERSON)
        clock.move_to(datetime(2026, 11, 23, tzinfo=UTC))
        assert budget.parked_until() is None
        budget.take(Purpose.PERSON)

    def test_another_application_is_not_parked(self, clock: time_machine.Traveller) -> None:
        connected(parked_until=NOON + timedelta(hours=1))
        UsageBudget("client-2").take(Purpose.PERSON)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestForecast:
    def test_the_day_is_projected_from_the_last_hours_recurring_work(
        self, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(NOON + timedelta(hours=1))
        for hours_ago in (0, 1, 2):
            used(10, purpose=Purpose.OBSERVE, at=NOON - timedelta(hours=hours_ago - 1))
        # 30 requests in two hours (the present one has only begun), and eleven hours left.
        assert UsageBudget(CLIENT).projection() == 30 + 15 * 11

    def test_a_backfill_is_counted_but_not_expected_again(self) -> None:
        used(40, purpose=Purpose.BACKFILL)
        assert UsageBudget(CLIENT).projection() == 40

    def test_a_day_without_requests_is_projected_as_nothing(self) -> None:
        assert UsageBudget(CLIENT).projection() == 0

    def test_the_hours_are_a_series_without_gaps(self) -> None:
        used(3, purpose=Purpose.PERSON)
        used(4)
        used(9, at=NOON - timedelta(hours=2))
        used(7, at=NOON - timedelta(hours=3))
        series = UsageBudget(CLIENT).by_hour(hours=3)
        assert [each.hour for each in series] == [NOON - timedelta(hours=n) for n in (2, 1, 0)]
        assert [each.total for each in series] == [9, 0, 7]
        assert series[-1].counts == {Purpose.PERSON: 3, Purpose.SYNC: 4}


@pytest.mark.django_db(transaction=True)
class TestProcesses:
    def test_no_request_is_taken_while_a_transaction_is_open(self) -> None:
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            UsageBudget(CLIENT).take(Purpose.SYNC)

    def test_two_at_once_do_not_exceed_the_day(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 21
        taken = at_once(2, lambda: take_until_refused(UsageBudget(CLIENT)))
        assert sum(taken) == 21
        assert UsageBudget(CLIENT).used_today() == 21

    def test_two_at_once_share_the_pace(self, settings: Settings) -> None:
        settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 40
        began = time.monotonic()
        at_once(2, lambda: take_times(10))
        assert time.monotonic() - began > 19 / 40


def take_times(count: int) -> None:
    for _ in range(count):
        UsageBudget(CLIENT).take(Purpose.PERSON)


def take_until_refused(budget: UsageBudget) -> int:
    for count in range(1_000):
        try:
            budget.take(Purpose.PERSON)
        except QuotaExceeded:
            return count
    raise AssertionError("never refused")
