"""Bulk activities: their life, their order, their ends."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock


def begin(api: Api, list_id: str, *emails: str) -> str:
    """Begin an import; where to poll it."""
    rows = [{"email": email} for email in emails or ("ada@example.org",)]
    answer = api.post("activities/contacts_json_import", {"import_data": rows, "list_ids": [list_id]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_links"]["self"]["href"])


def state(api: Api, link: str) -> Any:
    return api.get(link).json()["state"]


def test_an_activity_begins_initialized_and_runs_to_its_end(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=10)
    list_id = api.new_list()
    answer = api.post(
        "activities/contacts_json_import",
        {"import_data": [{"email": "ada@example.org"}], "list_ids": [list_id]},
    )
    begun = answer.json()
    assert (answer.status_code, begun["state"], begun["percent_done"]) == (201, "initialized", 1)
    assert begun["activity_errors"] == []
    assert begun["_links"] == {"self": {"href": f"/v3/activities/{begun['activity_id']}"}}
    assert not {"started_at", "completed_at"} & begun.keys()
    clock.move(seconds=5)
    half = api.get(begun["_links"]["self"]["href"]).json()
    assert (half["state"], half["percent_done"]) == ("processing", 50)
    assert half["started_at"] == "2026-03-02T09:00:00Z"
    assert api.sandbox.members("Members") == []
    clock.move(seconds=5)
    done = api.get(begun["_links"]["self"]["href"]).json()
    assert (done["state"], done["percent_done"]) == ("completed", 100)
    assert done["completed_at"] == "2026-03-02T09:00:10Z"
    assert api.sandbox.members("Members") == ["ada@example.org"]


def test_activities_of_an_account_run_one_after_the_other(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=10)
    list_id = api.new_list()
    links = [begin(api, list_id, f"p{number}@example.org") for number in range(2)]
    clock.move(seconds=11)
    assert [state(api, link) for link in links] == ["completed", "processing"]
    clock.move(seconds=10)
    assert state(api, links[1]) == "completed"


def test_or_side_by_side(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=10, serial_activities=False)
    list_id = api.new_list()
    links = [begin(api, list_id, f"p{number}@example.org") for number in range(2)]
    clock.move(seconds=10)
    assert [state(api, link) for link in links] == ["completed", "completed"]


def test_accounts_do_not_wait_for_each_other(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=10)
    other = Api(api.sandbox, account="Beacon Trade Council")
    begin(api, api.new_list())
    link = begin(other, other.new_list())
    clock.move(seconds=10)
    assert state(other, link) == "completed"


@pytest.mark.parametrize("outcome", ["failed", "timed_out", "cancelled"])
def test_the_next_activities_may_end_badly(api: Api, outcome: str) -> None:
    api.sandbox.faults.next_activities(outcome)
    list_id = api.new_list()
    first = api.get(begin(api, list_id)).json()
    assert (first["state"], len(first["activity_errors"])) == (outcome, 1)
    assert api.sandbox.members("Members") == []
    assert state(api, begin(api, list_id)) == "completed"


def test_every_activity_may_end_badly(api: Api) -> None:
    api.sandbox.set(activity_outcome="failed")
    list_id = api.new_list()
    assert [state(api, begin(api, list_id)) for _ in range(2)] == ["failed", "failed"]


@pytest.mark.parametrize(("share", "people"), [("nothing", 0), ("half", 2), ("all", 4)])
def test_how_much_of_a_failed_activity_was_done(api: Api, share: str, people: int) -> None:
    api.sandbox.set(activity_outcome="timed_out", unfinished_work=share)
    link = begin(api, api.new_list(), *(f"p{number}@example.org" for number in range(4)))
    assert state(api, link) == "timed_out"
    assert len(api.sandbox.members("Members")) == people


def test_a_stuck_activity_holds_up_those_behind_it_until_it_is_freed(api: Api, clock: HandClock) -> None:
    api.sandbox.faults.next_activities("stuck")
    list_id = api.new_list()
    links = [begin(api, list_id, f"p{number}@example.org") for number in range(2)]
    clock.move(hours=20)
    assert [state(api, link) for link in links] == ["processing", "initialized"]
    api.sandbox.finish_activities()
    assert [state(api, link) for link in links] == ["completed", "completed"]
    assert len(api.sandbox.members("Members")) == 2


def test_a_thousand_may_wait(api: Api) -> None:
    api.sandbox.set(activity_seconds=60)
    list_id = api.new_list()
    begin(api, list_id)
    # Queued in the store at once: a thousand requests would take a while.
    api.sandbox._store.run(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 999)"
        " INSERT INTO activity"
        " (account, activity_id, kind, state, outcome, payload, status, created, starts, ends)"
        " SELECT 1, n, kind, state, outcome, payload, status, created, starts, ends FROM activity, n"
    )
    body = {"import_data": [{"email": "ada@example.org"}], "list_ids": [list_id]}
    assert service_error(api.post("activities/contacts_json_import", body)) == (
        429,
        "contacts.api.too_many_requests",
        "You exceeded 1,000 queued activities for this user account.",
    )
    api.sandbox.set(queue_full="object")
    answer = api.post("activities/contacts_json_import", body)
    assert (answer.status_code, answer.json()["error_key"]) == (429, "too_many_requests")


def test_a_finished_activity_is_forgotten_after_ten_days(api: Api, clock: HandClock) -> None:
    link = begin(api, api.new_list())
    assert state(api, link) == "completed"
    clock.move(days=10)
    api.sign_in()
    assert api.get(link).status_code == 200
    clock.move(seconds=1)
    assert service_error(api.get(link))[:2] == (404, "contacts.api.not_found")


def test_activities_are_listed_newest_first_by_state_in_pages(api: Api) -> None:
    list_id = api.new_list()
    links = [begin(api, list_id) for _ in range(3)]
    api.sandbox.faults.next_activities("failed")
    begin(api, list_id)
    page = api.get("activities", limit=2, state="completed").json()
    rest = api.get(page["_links"]["next"]["href"]).json()
    found = [each["_links"]["self"]["href"] for each in page["activities"] + rest["activities"]]
    assert found == links[::-1]
    assert len(api.get("activities").json()["activities"]) == 4
    assert api.get("activities", state="initialized").status_code == 400


def test_what_an_activity_does_is_done_whole_or_not_seen(sandbox: SandboxServer, api: Api) -> None:
    sandbox.set(activity_seconds=0)
    begin(api, api.new_list(), *(f"p{number}@example.org" for number in range(500)))
    assert len(sandbox.members("Members")) == 500
