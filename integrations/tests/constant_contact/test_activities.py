"""Bulk jobs on the wire, and the cutting of rows by exact bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from responses import matchers

from integrations.constant_contact import activities
from integrations.constant_contact.activities import Activity, ActivityState
from integrations.constant_contact.imports import ImportChunk, import_chunks, single_chunk
from integrations.tests.constant_contact.builders import API, ID, OTHER_ID, activity_json, make_client

Row = dict[str, str]
LISTS = ["list-1", "list-2"]


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def row(email: str = "a@example.org", **values: str) -> Row:
    return {"email": email, **values}


def whole_body(rows: list[Row], list_ids: list[str] = LISTS) -> bytes:
    body = {"list_ids": list_ids, "import_data": rows}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def rows_of(chunk: ImportChunk) -> list[Row]:
    return list(json.loads(chunk.body)["import_data"])


def chunks(rows: list[Row], **limits: int) -> list[ImportChunk]:
    return list(import_chunks(rows, list_ids=LISTS, **limits))


def test_an_import_sends_the_chunk_as_it_was_cut(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/activities/contacts_json_import", json=activity_json(), status=201)
    (chunk,) = chunks([row(first_name="Zoë", **{"cf:Member_Type": "Regular"})])
    activity = activities.import_contacts(make_client(), chunk)
    assert activity.state is ActivityState.INITIALIZED
    assert wire.calls[0].request.body == whole_body([row(first_name="Zoë", **{"cf:Member_Type": "Regular"})])


def test_a_few_rows_are_imported_in_one_call(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/activities/contacts_json_import", json=activity_json(), status=201)
    activities.import_rows(make_client(), [row()], list_ids=LISTS)
    assert wire.calls[0].request.body == whole_body([row()])


def test_members_are_taken_off_lists(wire: responses.RequestsMock) -> None:
    body = {"source": {"contact_ids": [ID, OTHER_ID]}, "list_ids": LISTS}
    asked = matchers.json_params_matcher(body)
    wire.post(f"{API}/activities/remove_list_memberships", json=activity_json(), status=201, match=[asked])
    activity = activities.remove_list_memberships(make_client(), contact_ids=[ID, OTHER_ID], list_ids=LISTS)
    assert activity.activity_id == ID


@pytest.mark.parametrize(("contacts", "lists"), [(0, 1), (501, 1), (1, 0), (1, 51)])
def test_a_removal_beyond_the_limits_is_not_sent(contacts: int, lists: int) -> None:
    with pytest.raises(ValueError, match="must hold 1 to"):
        activities.remove_list_memberships(
            make_client(), contact_ids=["c"] * contacts, list_ids=["l"] * lists
        )


def test_a_finished_import_tells_counts_and_words(wire: responses.RequestsMock) -> None:
    status = {"items_total_count": 3, "person_count": 2, "error_count": 1, "cannot_add_to_list_count": 1}
    body = activity_json(state="completed", percent_done=100, activity_errors=["Line 3: no"], status=status)
    wire.get(f"{API}/activities/{ID}", json=body)
    activity = activities.read(make_client(), ID)
    assert activity.finished
    assert activity.errors == ("Line 3: no",)
    assert (activity.counts.items_total_count, activity.counts.cannot_add_to_list_count) == (3, 1)
    assert activity.counts.correctable_count == 0


@pytest.mark.parametrize(
    ("state", "finished"),
    [
        ("initialized", False),
        ("processing", False),
        ("from_the_future", False),
        ("completed", True),
        ("cancelled", True),
        ("failed", True),
        ("timed_out", True),
    ],
)
def test_a_job_is_finished_when_it_cannot_change_any_more(state: str, finished: bool) -> None:
    assert Activity.from_json(activity_json(state=state)).finished is finished


def test_errors_may_be_objects_and_status_may_be_missing() -> None:
    activity = Activity.from_json(activity_json(activity_errors=[{"message": "no"}], status=None))
    assert (activity.errors, activity.counts.person_count) == (("no",), 0)


def test_all_jobs_come_in_one_request(wire: responses.RequestsMock) -> None:
    asked = matchers.query_param_matcher({"limit": 500, "state": "processing"})
    wire.get(f"{API}/activities", json={"activities": [activity_json()]}, match=[asked])
    (activity,) = activities.read_all(make_client(), state=ActivityState.PROCESSING)
    assert activity.activity_id == ID


def test_there_is_no_way_to_add_to_lists_but_an_import() -> None:
    assert not {name for name in dir(activities) if "add_list" in name}


rows_strategy = st.lists(
    st.fixed_dictionaries({"email": st.text(max_size=12), "cf:Wért": st.text(max_size=30)}), max_size=25
)


@given(rows=rows_strategy, max_bytes=st.integers(260, 900), max_rows=st.integers(1, 7))
def test_chunks_lose_nothing_keep_order_and_stay_within_the_limits(
    rows: list[Row], max_bytes: int, max_rows: int
) -> None:
    cut = chunks(rows, max_bytes=max_bytes, max_rows=max_rows)
    assert [each for chunk in cut for each in rows_of(chunk)] == rows
    for chunk in cut:
        assert chunk.body == whole_body(rows_of(chunk))
        assert chunk.count == len(rows_of(chunk)) <= max_rows
        assert len(chunk.body) <= max_bytes


@given(rows=rows_strategy, max_bytes=st.integers(260, 900))
def test_no_chunk_could_have_taken_the_next_row(rows: list[Row], max_bytes: int) -> None:
    cut = chunks(rows, max_bytes=max_bytes)
    for chunk, following in pairwise(cut):
        assert len(whole_body([*rows_of(chunk), rows_of(following)[0]])) > max_bytes


@pytest.mark.parametrize(
    "email", ["ada@example.org", "ada@exämple.org", "ada@例え.jp", '"quo\\ted"@example.org']
)
@pytest.mark.parametrize(("slack", "jobs"), [(-1, 2), (0, 1), (1, 1)])
def test_the_byte_limit_is_exact(email: str, slack: int, jobs: int) -> None:
    rows = [row(email), row(email)]
    assert len(chunks(rows, max_bytes=len(whole_body(rows)) + slack)) == jobs


@pytest.mark.parametrize(("count", "jobs"), [(2, 1), (3, 1), (4, 2)])
def test_the_row_limit_is_exact(count: int, jobs: int) -> None:
    assert len(chunks([row()] * count, max_rows=3)) == jobs


def test_a_row_larger_than_a_job_is_an_error() -> None:
    with pytest.raises(ValueError, match="One row takes"):
        chunks([row(), row(first_name="x" * 300)], max_bytes=200)


def test_rows_of_different_keys_are_in_different_jobs() -> None:
    rows = [row(), row(), row(first_name="Ada"), row(first_name=""), row()]
    assert [chunk.count for chunk in chunks(rows)] == [2, 2, 1]


def test_the_order_of_keys_does_not_matter() -> None:
    assert len(chunks([{"email": "a", "x": "1"}, {"x": "1", "email": "b"}])) == 1


def test_half_a_character_is_no_trouble() -> None:
    assert rows_of(chunks([row(first_name="\ud83d")])[0]) == [row(first_name="?")]


def test_no_rows_are_no_jobs() -> None:
    assert chunks([]) == []


@pytest.mark.parametrize("count", [0, 51])
def test_an_import_needs_one_to_fifty_lists(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 50 lists"):
        list(import_chunks([row()], list_ids=["l"] * count))


def test_rows_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def source() -> Iterator[Row]:
        for number in range(1_000):
            taken.append(number)
            yield row()

    next(import_chunks(source(), list_ids=LISTS, max_rows=10))
    assert len(taken) == 11


@pytest.mark.parametrize("rows", [[], [row(), row(first_name="Ada")]])
def test_what_is_not_one_job_is_an_error_where_one_is_meant(rows: list[Any]) -> None:
    with pytest.raises(ValueError, match="not one"):
        single_chunk(rows, list_ids=LISTS)


def test_a_chunk_does_not_show_peoples_addresses() -> None:
    assert "example.org" not in repr(chunks([row()])[0])
