"""The day's requests run out: nothing more is asked before midnight UTC, and then it ends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from groups.membership import recalculate
from integrations import connection
from integrations.constant_contact.budget import Purpose
from integrations.models import ConstantContactConnection
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Outcome, run_cycle
from integrations.sync.pending import pending_count
from integrations.tests.sync.cast import TESTER, connect, cycle, group, sync, there
from integrations.tests.sync.proof import assert_in_step
from integrations.usage import UsageBudget
from members.models import Kind, Member
from members.records import create_members

pytestmark = pytest.mark.django_db(transaction=True)

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def travel(sandbox: SandboxServer) -> Iterator[time_machine.Traveller]:
    """22:00 UTC, two hours before the quota begins anew."""
    with time_machine.travel("2026-11-23T22:00:00Z", tick=True) as traveller:
        sandbox.set(access_token_seconds=400_000_000)
        connect(sandbox)
        yield traveller


def people(name: str, count: int) -> list[Member]:
    rows = (
        {"kind": Kind.PERSON, "first_name": name, "email": f"{name}{number:04}@example.org"}
        for number in range(count)
    )
    written = create_members(rows, actor=TESTER).written
    return list(Member.objects.filter(pk__in=written.values()))


def sweep() -> Outcome:
    recalculate()
    return run_cycle(trigger="the minute's sweep")


def asked(sandbox: SandboxServer) -> int:
    return sum(one.path.startswith("/v3/") for one in sandbox.requests())


@pytest.mark.parametrize("allowed", [2, 6, 9, 11])
def test_a_quota_spent_in_the_middle_of_a_backfill(
    sandbox: SandboxServer, travel: time_machine.Traveller, allowed: int
) -> None:
    for name in ("board", "staff", "chapter"):
        sync(group(name.title(), *people(name, 700)))
    sandbox.set(requests_per_day=sandbox.requests_today() + allowed)
    stopped = sweep()
    assert stopped.retry_at is not None
    assert f"{stopped.retry_at:%Y-%m-%d %H:%M}" == "2026-11-24 00:00"
    sandbox.clear_requests()
    for minutes in (1, 58, 59):
        travel.shift(timedelta(minutes=minutes))
        assert sweep().reason
    assert asked(sandbox) == 0

    sandbox.set(requests_per_day=0)
    travel.shift(timedelta(minutes=3))
    assert sweep().reason == ""
    assert pending_count("acme") == 0
    assert [len(sandbox.members(name)) for name in ("Board", "Staff", "Chapter")] == [700, 700, 700]
    assert_in_step(sandbox)


def test_a_first_sync_larger_than_the_day_runs_over_several_days_and_small_lists_are_ready_first(
    sandbox: SandboxServer, travel: time_machine.Traveller, settings: Settings
) -> None:
    settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 30
    sandbox.set(requests_per_day=30)
    for name, size in (("large", 4_000), ("small", 12), ("middle", 1_000)):
        sync(group(name.title(), *people(name, size)))
    names = ("Large", "Small", "Middle")
    filled: dict[date, list[str]] = {}
    while pending_count("acme") and len(filled) < 8:
        sweep()
        filled[timezone.now().date()] = _filled(sandbox, names)
        travel.shift(AN_HOUR)
    days = list(filled.values())
    assert 2 <= len(days) < 8
    assert days[0] == ["Small", "Middle"]
    assert len(sandbox.members("Large")) == 4_000
    assert_in_step(sandbox)


def _filled(sandbox: SandboxServer, names: Iterable[str]) -> list[str]:
    there = {one["name"] for one in sandbox.lists() if one["membership_count"]}
    return [name for name in names if name in there]


def test_what_is_kept_for_people_is_left_to_them_by_a_backfill(
    sandbox: SandboxServer, travel: time_machine.Traveller, settings: Settings
) -> None:
    settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 24
    sync(group("Large", *people("large", 4_000)))
    for _ in range(4):
        sweep()
        travel.shift(timedelta(minutes=6))
    assert pending_count("acme") > 0
    budget = UsageBudget("sandbox-client")
    left = budget.left_today(Purpose.PERSON)
    assert left is not None
    assert left >= 2
    assert connection.client(Purpose.PERSON).get("/contact_lists")
    assert budget.left_today(Purpose.PERSON) == left - 1


def test_one_edit_goes_through_while_a_backfill_waits_for_tomorrow(
    sandbox: SandboxServer, travel: time_machine.Traveller, settings: Settings
) -> None:
    ada = people("ada", 1)[0]
    sync(group("Board", ada))
    cycle()
    ConstantContactConnection.objects.update(parked_until=None)
    settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = sandbox.requests_today() + 12
    sync(group("Large", *people("large", 3_000)))
    sweep()
    assert pending_count("acme") >= 3_000
    assert there(sandbox, ada.email)["first_name"] == "ada"
