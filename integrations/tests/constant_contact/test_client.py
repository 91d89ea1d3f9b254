"""The door: what it sends, what it repeats, what it never repeats."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integrations.constant_contact import errors
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.client import USER_AGENT, new_session
from integrations.constant_contact.limits import LIMITS
from integrations.tests.constant_contact.builders import (
    API,
    SECRET,
    CountingBudget,
    Tokens,
    Waited,
    make_client,
)

THROTTLED = {"error_key": "throttled", "error_message": "Too Many Requests"}
QUOTA = {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}
UNAUTHORIZED = {"error_key": "unauthorized", "error_message": "Unauthorized"}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def refused_connection() -> requests.ConnectionError:
    reason = NewConnectionError(None, "Connection refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/v3", reason))  # type: ignore[arg-type]


def test_a_request_carries_token_agent_and_json(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contacts", json={"contact_id": "1"}, status=201)
    make_client().request("POST", "/contacts", json={"first_name": "Zoë"})
    sent = wire.calls[0].request
    assert sent.headers["Authorization"] == f"Bearer {SECRET}"
    assert sent.headers["User-Agent"] == USER_AGENT
    assert sent.headers["Content-Type"] == "application/json"
    assert "gzip" in sent.headers["Accept-Encoding"]
    assert sent.body == '{"first_name":"Zoë"}'.encode()


def test_bytes_are_sent_as_they_are(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/activities/contacts_json_import", json={}, status=201)
    make_client().request("POST", "/activities/contacts_json_import", json=b'{"a": 1}')
    assert wire.calls[0].request.body == b'{"a": 1}'


def test_both_timeouts_are_set_and_no_redirect_is_followed(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", status=302, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(errors.Unavailable):
        make_client().get("/contacts")
    assert {call.request.url for call in wire.calls} == {f"{API}/contacts"}
    assert wire.calls[0].request.req_kwargs["timeout"] == (LIMITS.connect_seconds, LIMITS.read_seconds)  # type: ignore[attr-defined]


def test_an_empty_answer_is_none(wire: responses.RequestsMock) -> None:
    wire.delete(f"{API}/contacts/1", status=204)
    assert make_client().request("DELETE", "/contacts/1").data is None


def test_the_answer_tells_constant_contacts_time(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={}, headers={"Date": "Sun, 22 Nov 2026 21:00:00 GMT"})
    at = make_client().request("GET", "/contacts").at
    assert at is not None
    assert at.isoformat() == "2026-11-22T21:00:00+00:00"


def test_netrc_cannot_replace_the_token(
    wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine api.cc.email login me password mine\n")
    monkeypatch.setenv("NETRC", netrc)
    wire.get(f"{API}/contacts", json={})
    make_client().get("/contacts")
    assert wire.calls[0].request.headers["Authorization"] == f"Bearer {SECRET}"


def test_every_attempt_asks_guard_and_budget_first(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", status=500)
    wire.get(f"{API}/contacts", json={})
    order: list[str] = []
    budget = CountingBudget()
    make_client(budget=budget, guard=lambda: order.append("guard")).get("/contacts")
    assert (order, budget.taken) == (["guard"] * 2, [Purpose.SYNC] * 2)


def test_a_guard_that_raises_stops_the_request(wire: responses.RequestsMock) -> None:
    def lost() -> None:
        raise RuntimeError("lease lost")

    budget = CountingBudget()
    with pytest.raises(RuntimeError, match="lease lost"):
        make_client(budget=budget, guard=lost).get("/contacts")
    assert (len(wire.calls), budget.taken) == (0, [])


def test_a_spent_budget_stops_the_request(wire: responses.RequestsMock) -> None:
    budget = CountingBudget(left=0)
    with pytest.raises(errors.QuotaExceeded):
        make_client(budget=budget).get("/contacts")
    assert (len(wire.calls), budget.told_exhausted) == (0, False)


def test_requests_are_counted_for_their_purpose(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={})
    budget = CountingBudget()
    client = make_client(budget=budget, purpose=Purpose.OBSERVE)
    client.get("/contacts")
    client.for_purpose(Purpose.PERSON).get("/contacts")
    client.request("GET", "/contacts", purpose=Purpose.BACKFILL)
    assert budget.taken == [Purpose.OBSERVE, Purpose.PERSON, Purpose.BACKFILL]


def test_a_refused_token_is_refreshed_once(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contacts", json=UNAUTHORIZED, status=401)
    wire.post(f"{API}/contacts", json={}, status=201)
    tokens = Tokens()
    make_client(tokens=tokens).request("POST", "/contacts", json={})
    assert wire.calls[1].request.headers["Authorization"] == "Bearer ey-refreshed"
    assert tokens.refreshes == 1


def test_a_refreshed_token_that_is_refused_too_is_unauthorized(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json=UNAUTHORIZED, status=401)
    tokens = Tokens()
    with pytest.raises(errors.Unauthorized):
        make_client(tokens=tokens).get("/contacts")
    assert (len(wire.calls), tokens.refreshes) == (2, 1)


def test_throttled_waits_and_is_no_attempt(wire: responses.RequestsMock) -> None:
    for _ in range(5):
        wire.post(f"{API}/contacts", json=THROTTLED, status=429)
    wire.post(f"{API}/contacts", json={"contact_id": "1"}, status=201)
    waited = Waited()
    answer = make_client(sleep=waited).request("POST", "/contacts", json={})
    assert answer.data == {"contact_id": "1"}
    assert 1 <= waited.seconds[0] <= 2
    assert len(waited.seconds) == 5


def test_throttled_for_ever_is_raised_after_a_bounded_wait(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json=THROTTLED, status=429)
    waited = Waited()
    with pytest.raises(errors.Throttled):
        make_client(sleep=waited).get("/contacts")
    assert 15 < sum(waited.seconds) <= LIMITS.throttled_seconds


def test_a_quota_answer_is_raised_at_once_and_told_to_the_budget(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json=QUOTA, status=429)
    budget, waited = CountingBudget(), Waited()
    with pytest.raises(errors.QuotaExceeded):
        make_client(budget=budget, sleep=waited).get("/contacts")
    assert (len(wire.calls), budget.told_exhausted, waited.seconds) == (1, True, [])


def test_a_full_queue_is_raised_at_once(wire: responses.RequestsMock) -> None:
    body = [
        {"error_key": "k", "error_message": "You exceeded 1,000 queued activities for this user account."}
    ]
    wire.post(f"{API}/activities/remove_list_memberships", json=body, status=429)
    with pytest.raises(errors.QueueFull):
        make_client().request("POST", "/activities/remove_list_memberships", json={})
    assert len(wire.calls) == 1


@pytest.mark.parametrize("trouble", [requests.ReadTimeout(), requests.ConnectionError("Connection aborted.")])
def test_a_read_is_repeated_after_a_lost_connection(wire: responses.RequestsMock, trouble: Exception) -> None:
    wire.get(f"{API}/contacts", body=trouble)
    wire.get(f"{API}/contacts", json={"contacts": []})
    assert make_client().get("/contacts") == {"contacts": []}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_repeated_a_few_times_and_then_unavailable(
    wire: responses.RequestsMock, status: int
) -> None:
    wire.get(f"{API}/contacts", body="<html>no</html>", status=status)
    with pytest.raises(errors.Unavailable):
        make_client().get("/contacts")
    assert len(wire.calls) == LIMITS.read_attempts


def test_a_read_answered_with_a_web_page_is_unavailable(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", body="<html>Sign in to the Wi-Fi</html>")
    with pytest.raises(errors.Unavailable):
        make_client().get("/contacts")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "trouble",
    [
        requests.ReadTimeout(),
        requests.ConnectionError("Connection aborted."),
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.SSLError(),
    ],
)
def test_a_write_without_an_answer_is_never_repeated(
    wire: responses.RequestsMock, method: str, trouble: Exception
) -> None:
    wire.add(method, f"{API}/contacts/1", body=trouble)
    with pytest.raises(errors.OutcomeUnknown):
        make_client().request(method, "/contacts/1", json={})
    assert len(wire.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_write_that_a_gateway_answered_is_never_repeated(wire: responses.RequestsMock, status: int) -> None:
    wire.post(f"{API}/contacts", status=status)
    with pytest.raises(errors.OutcomeUnknown):
        make_client().request("POST", "/contacts", json={})
    assert len(wire.calls) == 1


def test_a_write_answered_with_a_web_page_has_an_unknown_outcome(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contacts", body="<html>fine</html>", status=200)
    with pytest.raises(errors.OutcomeUnknown):
        make_client().request("POST", "/contacts", json={})


@pytest.mark.parametrize("body", ["", "null", "[]"])
def test_a_write_whose_answer_shows_nothing_has_an_unknown_outcome(
    wire: responses.RequestsMock, body: str
) -> None:
    wire.post(f"{API}/contact_lists", body=body, status=201)
    with pytest.raises(errors.OutcomeUnknown):
        make_client().write("POST", "/contact_lists", {})
    assert len(wire.calls) == 1


def test_a_page_that_shows_nothing_is_unavailable(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", body="null")
    with pytest.raises(errors.Unavailable):
        list(make_client().pages("/contacts"))


def test_a_write_to_a_service_that_is_away_may_be_done(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contacts", status=503)
    with pytest.raises(errors.OutcomeUnknown):
        make_client().request("POST", "/contacts", json={})
    assert len(wire.calls) == 1


@pytest.mark.parametrize("trouble", [requests.ConnectTimeout(), refused_connection()])
def test_a_write_that_never_connected_was_not_done_and_may_be_repeated(
    wire: responses.RequestsMock, trouble: Exception
) -> None:
    wire.post(f"{API}/contacts", body=trouble)
    with pytest.raises(errors.Unavailable):
        make_client().request("POST", "/contacts", json={})
    assert len(wire.calls) == LIMITS.read_attempts


def test_a_port_where_nobody_listens_is_unavailable_to_a_write() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(errors.Unavailable):
        make_client(api_url=f"http://127.0.0.1:{port}/v3").request("POST", "/contacts", json={})


def test_pages_are_followed_as_linked_until_there_is_no_next(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"n": 1, "_links": {"next": {"href": "/v3/contacts?cursor=abc%3D"}}})
    wire.get(f"{API}/contacts", json={"n": 2, "_links": None})
    pages = list(make_client().pages("/contacts", {"limit": 500}))
    assert [page.data["n"] for page in pages] == [1, 2]
    assert [call.request.url for call in wire.calls] == [
        f"{API}/contacts?limit=500",
        f"{API}/contacts?cursor=abc%3D",
    ]


@pytest.mark.parametrize("links", [{}, {"_links": {}}, {"_links": {"next": None}}, {"_links": None}])
def test_the_last_page_has_no_next_in_several_ways(
    wire: responses.RequestsMock, links: dict[str, object]
) -> None:
    wire.get(f"{API}/contacts", json=links)
    assert len(list(make_client().pages("/contacts"))) == 1


def test_a_page_that_leads_to_itself_does_not_go_on_for_ever(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"_links": {"next": {"href": "/v3/contacts?cursor=x"}}})
    with pytest.raises(errors.Unavailable):
        list(make_client().pages("/contacts"))


@pytest.mark.parametrize("api", [API, "http://127.0.0.1:9100/there/v3", "http://127.0.0.1:9100/there"])
@pytest.mark.parametrize(
    "link",
    [
        "/v3/contacts?cursor=x",
        "?cursor=x",
        "/contacts?cursor=x",
        "https://api.cc.email/v3/contacts?cursor=x",
        "https://evil.example/v3/contacts?cursor=x",
    ],
)
def test_a_next_page_is_asked_for_where_the_api_is_and_nowhere_else(
    wire: responses.RequestsMock, api: str, link: str
) -> None:
    wire.get(f"{api}/contacts", json={"_links": {"next": {"href": link}}})
    wire.get(f"{api}/contacts", json={})
    assert len(list(make_client(api_url=api).pages("/contacts"))) == 2
    assert wire.calls[1].request.url == f"{api}/contacts?cursor=x"


def test_no_error_and_no_log_shows_token_or_address(
    wire: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.get(f"{API}/contacts", body=requests.ConnectionError("GET /contacts?email=ada@example.org failed"))
    client = make_client()
    with pytest.raises(errors.Unavailable) as caught:
        client.get("/contacts", {"email": "ada@example.org"})
    shown = f"{caught.value} {caught.value!r} {client!r} {vars(caught.value)} {caplog.text}"
    assert SECRET not in shown
    assert "ada@example.org" not in shown
    assert caught.value.__suppress_context__


def test_a_session_of_its_own_names_itself() -> None:
    assert new_session().headers["User-Agent"] == USER_AGENT
