"""What a request meets before any endpoint: authorization, rights, pacing, trouble on order."""

from __future__ import annotations

import http.client
import time

import pytest
import requests

from integrations.sandbox.server import SandboxServer
from integrations.sandbox.switches import Switches
from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock


def test_a_bad_token_gets_the_59_bytes_of_the_real_one(api: Api) -> None:
    api.use("nonsense")
    answer = api.get("contact_lists")
    assert answer.status_code == 401
    assert answer.content == b'{"error_key":"unauthorized","error_message":"Unauthorized"}'
    assert answer.headers["Content-Length"] == "59"
    assert answer.headers["WWW-Authenticate"] == "Bearer realm=api.cc.email"


def test_no_authorization_is_forbidden(sandbox: SandboxServer) -> None:
    answer = requests.get(f"{sandbox.api_url}/contact_lists")
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_no_authorization_may_be_401(sandbox: SandboxServer) -> None:
    sandbox.set(missing_authorization="401")
    assert requests.get(f"{sandbox.api_url}/contact_lists").status_code == 401


@pytest.mark.parametrize("path", ["nothing", "contact_lists/x/y", "contact_tagz"])
def test_an_unknown_route_is_forbidden(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_missing_scope_is_403(sandbox: SandboxServer) -> None:
    api = Api(sandbox, scopes=["account_read"])
    assert service_error(api.get("contact_lists"))[:2] == (403, "forbidden")
    assert api.get("account/summary").status_code == 200


def test_a_person_who_may_only_read_cannot_write_nor_poll(sandbox: SandboxServer, api: Api) -> None:
    sandbox.set(privileges="read_only")
    names = [each["privilege_name"] for each in api.get("account/user/privileges").json()]
    assert "contacts:read" in names
    assert "contacts:write" not in names
    assert api.get("contact_lists").status_code == 200
    assert api.get("activities").status_code == 403
    assert api.post("contact_lists", {"name": "x"}).status_code == 403


def test_a_deactivated_application_is_403(sandbox: SandboxServer, api: Api) -> None:
    sandbox.set(application_active=False)
    assert service_error(api.get("account/summary"))[:2] == (403, "forbidden")


def test_the_account_introduces_itself(api: Api) -> None:
    summary = api.get("account/summary").json()
    assert summary["organization_name"] == "Acme Association"
    assert {"encoded_account_id", "contact_email", "country_code", "time_zone_id"} <= summary.keys()


# Pacing


def test_four_requests_a_second_pass_and_the_fifth_is_throttled(api: Api, clock: HandClock) -> None:
    api.sandbox.set(requests_per_second=4)
    answers = [api.get("contact_lists") for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 200, 429]
    assert answers[-1].json() == {"error_key": "throttled", "error_message": "Too Many Requests"}
    assert not {"Retry-After", "X-RateLimit-Remaining"} & answers[-1].headers.keys()
    clock.move(seconds=0.25)
    assert [api.get("contact_lists").status_code for _ in range(2)] == [200, 429]


def test_all_accounts_of_an_application_share_its_pace(sandbox: SandboxServer) -> None:
    first, second = Api(sandbox), Api(sandbox, account="Beacon Trade Council")
    sandbox.register_client("other", "secret")
    other = Api(sandbox, client_id="other")
    sandbox.set(requests_per_second=1)
    assert first.get("contact_lists").status_code == 200
    assert second.get("contact_lists").status_code == 429
    assert other.get("contact_lists").status_code == 200


def test_the_quota_ends_at_midnight_utc(api: Api, clock: HandClock) -> None:
    api.sandbox.set(requests_per_day=2)
    answers = [api.get("contact_lists") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].json() == {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}
    clock.move(hours=14, minutes=59)
    assert api.get("contact_lists").status_code == 429
    clock.move(minutes=1)
    assert api.get("contact_lists").status_code == 200


@pytest.mark.parametrize(("count", "expected"), [(True, 2), (False, 1)])
def test_throttled_requests_count_or_not(api: Api, count: bool, expected: int) -> None:
    api.sandbox.set(requests_per_second=1, throttled_requests_count=count)
    api.get("contact_lists")
    api.get("contact_lists")
    assert api.sandbox.requests_today("sandbox-client") == expected


def test_the_quota_may_be_used_up_at_once(api: Api) -> None:
    api.sandbox.set(quota_used_up=True)
    assert api.get("contact_lists").json()["error_key"] == "quota_exceeded"


def test_the_defaults_are_those_of_the_real_service() -> None:
    usual = Switches()
    assert (usual.requests_per_second, usual.requests_per_day) == (4.0, 10_000)
    assert usual.token_requests_per_second == 1.0


# Trouble on order


@pytest.mark.parametrize(
    ("body", "content_type", "beginning"),
    [
        ("empty", "", ""),
        ("html", "text/html", "<html>"),
        ("array", "application/json", '[{"error_key"'),
        ("object", "application/json", '{"message"'),
        ("broken_json", "application/json", '{"contacts":[{"contact'),
    ],
)
def test_the_next_requests_fail_as_ordered(api: Api, body: str, content_type: str, beginning: str) -> None:
    api.sandbox.faults.fail_next(2, status=500, body=body)
    for _ in range(2):
        answer = api.get("contact_lists")
        assert answer.status_code == 500
        assert answer.text.startswith(beginning)
        if content_type:
            assert answer.headers["Content-Type"].startswith(content_type)
        else:
            assert answer.content == b""
    assert api.get("contact_lists").status_code == 200


def test_trouble_waits_for_its_method_and_path(api: Api) -> None:
    api.sandbox.faults.fail_next(method="POST", path="/contact_lists")
    assert api.get("contact_lists").status_code == 200
    assert api.post("contact_custom_fields", {"label": "a", "type": "string"}).status_code == 201
    assert api.post("contact_lists", {"name": "Members"}).status_code == 503
    assert api.sandbox.faults.pending() == 0


def test_a_failure_before_the_work_does_nothing_and_one_after_it_has_done_all(api: Api) -> None:
    api.sandbox.faults.fail_next(status=500, path="/contact_lists")
    assert api.post("contact_lists", {"name": "Before"}).status_code == 500
    api.sandbox.faults.fail_next(status=504, body="html", path="/contact_lists", after_work=True)
    assert api.post("contact_lists", {"name": "After"}).status_code == 504
    assert [each["name"] for each in api.sandbox.lists()] == ["My Contacts", "After"]


def test_an_answer_may_get_lost_after_the_work(api: Api) -> None:
    api.sandbox.faults.drop_after_work(method="POST")
    with pytest.raises(requests.ConnectionError):
        api.post("contact_lists", {"name": "Members"})
    assert api.post("contact_lists", {"name": "Members"}).status_code == 409


def test_a_connection_may_drop_before_the_work(api: Api) -> None:
    api.sandbox.faults.drop_before_work()
    with pytest.raises(requests.ConnectionError):
        api.post("contact_lists", {"name": "Members"})
    assert api.post("contact_lists", {"name": "Members"}).status_code == 201


def test_work_may_be_done_after_the_caller_has_looked_for_it(api: Api) -> None:
    api.sandbox.faults.work_later(after=2)
    with pytest.raises(requests.ConnectionError):
        api.post("contact_lists", {"name": "Members"})
    looks = [len(api.get("contact_lists").json()["lists"]) for _ in range(3)]
    assert looks == [1, 2, 2]


def test_late_work_can_be_had_at_once_and_is_refused_where_it_comes_too_late(api: Api) -> None:
    api.sandbox.faults.work_later(after=100)
    with pytest.raises(requests.ConnectionError):
        api.post("contact_lists", {"name": "Members"})
    api.new_list("Members")
    api.sandbox.faults.finish_late_work()
    assert [each["name"] for each in api.sandbox.lists()] == ["My Contacts", "Members"]
    assert [one.status for one in api.sandbox.requests()] == [0, 201, 409]


def test_a_body_may_be_cut_off(api: Api) -> None:
    api.sandbox.faults.truncate()
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.get("contact_lists")


def test_answers_may_be_slow(api: Api) -> None:
    api.sandbox.faults.slow(0.2, n=1)
    started = time.perf_counter()
    api.get("contact_lists")
    assert time.perf_counter() - started >= 0.2


def test_cleared_faults_do_not_happen(api: Api) -> None:
    api.sandbox.faults.fail_next(5)
    api.sandbox.faults.clear()
    assert api.get("contact_lists").status_code == 200


def test_being_down_is_503_with_html_for_both_hosts(sandbox: SandboxServer, api: Api) -> None:
    sandbox.set(down=True)
    for answer in (api.get("contact_lists"), requests.post(f"{sandbox.auth_url}/token")):
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    sandbox.set(down=False)
    assert api.get("contact_lists").status_code == 200


def test_every_nth_request_may_be_refused(api: Api) -> None:
    api.sandbox.set(refuse_every=3)
    assert [api.get("contact_lists").status_code for _ in range(6)] == [200, 200, 500, 200, 200, 500]


def test_every_nth_answer_of_a_write_may_get_lost(api: Api) -> None:
    api.sandbox.set(lose_answer_every=1)
    assert api.get("contact_lists").status_code == 200
    with pytest.raises(requests.ConnectionError):
        api.post("contact_lists", {"name": "Members"})
    assert [each["name"] for each in api.sandbox.lists()] == ["My Contacts", "Members"]


# The wire and the log


def test_a_connection_serves_many_requests(sandbox: SandboxServer, api: Api) -> None:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"))
    sockets = []
    for _ in range(3):
        connection.request("GET", "/v3/contact_lists")
        response = connection.getresponse()
        response.read()
        assert response.version == 11
        sockets.append(connection.sock)
    connection.close()
    assert sockets[0] is not None
    assert len({id(each) for each in sockets}) == 1


def test_every_request_is_logged(api: Api, clock: HandClock) -> None:
    api.sandbox.clear_requests()
    api.get("contacts", limit=1)
    clock.move(minutes=1)
    api.post("contact_lists", {})
    first, second = api.sandbox.requests()
    assert (first.method, first.path, first.query, first.status) == ("GET", "/v3/contacts", "limit=1", 200)
    assert (second.method, second.status, second.client_id) == ("POST", 400, "sandbox-client")
    assert api.sandbox.requests(since=clock.now) == [second]


def test_a_lost_answer_is_logged_without_a_status(api: Api) -> None:
    api.sandbox.faults.drop_after_work()
    with pytest.raises(requests.ConnectionError):
        api.get("contact_lists")
    entry = api.sandbox.requests()[-1]
    assert (entry.status, entry.note) == (0, "answer lost")
