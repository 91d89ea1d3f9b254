"""Sync activity: runs, what runs now, and what the requests went to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.api_usage import ApiUsage
from integrations.models import Contact, Operation, OperationState, RunState, SyncRun
from integrations.tests.ledgers import ACCOUNT, connected, contact, group, on_list, person, put_on, synced
from novi_ams.association.locks import lease
from novi_ams.tests.people import association_admin, client_of, limited_admin
from novi_ams.tests.people import person as user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    connected(client_id="novi")
    return client_of(limited_admin())


def shown(client: Client, **asked: str) -> str:
    answer = client.get(reverse("integrations:activity"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def run(**values: Any) -> SyncRun:
    defaults = {"account_id": ACCOUNT, "state": RunState.DONE, "finished_at": timezone.now(), "added": 1}
    return SyncRun.objects.create(**{**defaults, **values})


def used(count: int, *, at: datetime, purpose: str = "sync") -> None:
    ApiUsage.objects.create(client_id="novi", hour=at, purpose=purpose, count=count)


def test_a_run_says_why_it_ran_what_it_did_and_what_it_cost(client: Client) -> None:
    started = timezone.now() - timedelta(seconds=12)
    lines = ["Made the list “Board”.", "Made the field “Chapter”."]
    run(trigger="a member record changed", added=31, removed=14, updated=2, refused=1, requests=97,
        started_at=started, log=lines)  # fmt: skip
    page = shown(client)
    for words in ("31 added, 14 removed, 2 updated, 1 refused", "because a member record changed", "97"):
        assert words in page
    for words in ("took 12 s", "2 lines of log", *lines, "Done"):
        assert words in page


def test_a_run_that_was_stopped_says_why(client: Client) -> None:
    run(state=RunState.STOPPED, outcome="Constant Contact is down.")
    assert "Constant Contact is down." in shown(client)


def test_runs_that_went_well_can_be_left_out(client: Client) -> None:
    run(trigger="the good one")
    run(trigger="the bad one", state=RunState.STOPPED)
    run(trigger="the refusing one", refused=1)
    page = shown(client, show="trouble")
    assert "the bad one" in page
    assert "the refusing one" in page
    assert "the good one" not in page


def test_nothing_sent_yet_is_said(client: Client) -> None:
    page = shown(client)
    assert "Nothing has been sent yet." in page
    assert "Nothing is under way." in page
    assert "No request in 30 days." in page


def test_what_waits_is_shown_with_its_pace_and_asks_again(client: Client) -> None:
    people = [person(f"p{n}@example.org") for n in range(30)]
    where = synced(group("Board", *people))
    put_on(where, *people[:20])
    Contact.objects.update(read_at=timezone.now())
    for one in people[20:]:
        on_list(where, contact(one), one, seen=False)
    page = client.get(reverse("integrations:running")).content.decode()
    assert "20 of 30" in page
    assert "About 10 a minute, 1 min left." in page
    assert "every 2s" in page


def test_a_running_job_is_named(client: Client) -> None:
    Operation.objects.create(
        account_id=ACCOUNT, kind="import", key=uuid4(), state=OperationState.SUBMITTED, submitted_at=NOON
    )
    page = shown(client)
    assert "Import contacts" in page
    assert "Nothing is under way" not in page


def test_a_worker_that_holds_the_lease_is_seen(client: Client) -> None:
    ada = person("ada@example.org")
    on_list(synced(group("Board", ada)), contact(ada), ada, seen=False)
    assert "Under way" not in shown(client)
    with lease(f"sync:{ACCOUNT}", seconds=60):
        assert "Under way" in shown(client)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"paused": True}, "All syncs are paused."),
        ({"state": "reconnect_needed"}, "Constant Contact is not connected."),
        ({"parked_until": datetime(2200, 1, 1, tzinfo=UTC)}, "Today&#x27;s requests are used up"),
        ({"site_url": "https://elsewhere.example.org"}, "made for another site"),
    ],
)
def test_what_stops_the_sync_is_said_and_nothing_polls(
    client: Client, values: dict[str, Any], words: str
) -> None:
    connected(client_id="novi", **values)
    ada = person("ada@example.org")
    on_list(synced(group("Board", ada)), contact(ada), ada, seen=False)
    page = shown(client)
    assert words in page
    assert "1 address waits; nothing is lost." in page
    assert "every 2s" not in page


def test_requests_are_shown_by_hour_by_purpose_and_by_day(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        used(300, at=NOON - timedelta(hours=2))
        used(40, at=NOON, purpose="observe")
        used(1_500, at=NOON - timedelta(days=3))
        used(9, at=NOON - timedelta(days=40))
        page = shown(client)
    assert "5 AM: 300" in page
    assert "7 AM: 40" in page
    assert "<dt>Sending changes</dt><dd>300</dd>" in page
    assert "<dt>Looking for changes there</dt><dd>40</dd>" in page
    assert "1,840 in all, most on Nov 16: 1,500" in page


def test_requests_of_another_application_are_not_counted(client: Client) -> None:
    ApiUsage.objects.create(client_id="another", hour=timezone.now(), purpose="sync", count=77)
    assert "No request today." in shown(client)


def test_the_limit_is_drawn_once_it_is_within_reach(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        used(300, at=NOON)
        assert "chart-limit" not in shown(client)
        used(9_900, at=NOON - timedelta(days=1))
        assert "chart-limit" in shown(client)


def test_it_costs_the_same_for_many_runs_and_people(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    run()
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(where, contact(ada), ada, seen=False)
    queries()
    few = queries()
    for number in range(40):
        run(log=["x"] * number)
        used(1, at=timezone.now() - timedelta(hours=number))
        one = person(f"p{number}@example.org")
        on_list(where, contact(one), one, seen=False)
    assert queries() == few <= 26


def test_who_may_not_see_it() -> None:
    for name in ("activity", "running"):
        address = reverse(f"integrations:{name}")
        assert Client().get(address)["Location"].startswith("/login/")
        assert client_of(user()).get(address).status_code == 403
        assert client_of(association_admin()).post(address).status_code == 405
        assert client_of(limited_admin()).get(address).status_code == 200
