"""contacts_json_import, row by row."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock

ADA = "ada@example.org"


def ada(api: Api) -> dict[str, Any]:
    found = api.sandbox.contact(ADA)
    assert found is not None
    return found


def counts(activity: dict[str, Any]) -> dict[str, int]:
    """The counts that are not zero, without the totals."""
    names = ("error_count", "correctable_count", "cannot_add_to_list_count")
    return {name: activity["status"][name] for name in names if activity["status"][name]}


def test_new_people_are_implicit_and_on_the_lists(api: Api) -> None:
    one, two = api.new_list("One"), api.new_list("Two")
    activity = api.import_rows([{"email": ADA, "first_name": "Ada"}, {"email": "bob@example.org"}], one, two)
    assert activity["status"]["items_total_count"] == 3
    assert activity["status"]["person_count"] == 2
    assert counts(activity) == {}
    found = ada(api)
    assert (found["permission"], found["opt_in_source"]) == ("implicit", "Account")
    assert (found["first_name"], found["lists"]) == ("Ada", ["One", "Two"])


def test_people_who_exist_keep_what_is_not_sent(api: Api) -> None:
    list_id = api.new_list()
    api.new_field("Member Type")
    api.sandbox.people.add_contact(ADA, first_name="Ada", job_title="Countess", **{"Member Type": "Honorary"})
    api.import_rows([{"email": "ADA@example.org", "first_name": "Augusta"}], list_id)
    found = ada(api)
    assert (found["email"], found["permission"]) == (ADA, "explicit")
    assert (found["first_name"], found["job_title"]) == ("Augusta", "Countess")
    assert found["custom"] == {"Member Type": "Honorary"}


def test_lists_are_added_never_removed(api: Api) -> None:
    one, two = api.new_list("One"), api.new_list("Two")
    api.import_rows([{"email": ADA}], one)
    api.import_rows([{"email": ADA}], two)
    assert ada(api)["lists"] == ["One", "Two"]


def test_custom_fields_go_by_their_name(api: Api) -> None:
    list_id = api.new_list()
    name = api.new_field("Member Type")["name"]
    api.import_rows([{"email": ADA, f"cf:{name}": "Regular"}], list_id)
    assert ada(api)["custom"] == {"Member Type": "Regular"}


@pytest.mark.parametrize("clears", [False, True])
def test_blanks(api: Api, clears: bool) -> None:
    api.sandbox.set(import_clears_blanks=clears)
    list_id, name = api.new_list(), api.new_field()["name"]
    api.import_rows([{"email": ADA, "job_title": "Countess", f"cf:{name}": "x"}], list_id)
    api.import_rows([{"email": ADA, "job_title": "", f"cf:{name}": ""}], list_id)
    assert (ada(api)["job_title"] is None) is clears
    assert (ada(api)["custom"] == {}) is clears


def test_the_unsubscribed_get_their_values_but_no_list(api: Api) -> None:
    list_id = api.new_list()
    api.new_contact()
    api.sandbox.people.unsubscribe(ADA)
    activity = api.import_rows([{"email": ADA, "first_name": "Ada"}, {"email": "bob@example.org"}], list_id)
    assert (activity["state"], counts(activity)) == ("completed", {"cannot_add_to_list_count": 1})
    found = ada(api)
    assert (found["permission"], found["first_name"], found["lists"]) == ("unsubscribed", "Ada", [])


def test_people_who_left_one_list_are_put_back(api: Api) -> None:
    list_id = api.new_list()
    api.import_rows([{"email": ADA}], list_id)
    api.sandbox.people.leave_list(ADA, "Members")
    api.import_rows([{"email": ADA}], list_id)
    assert api.sandbox.members("Members") == [ADA]


@pytest.mark.parametrize(
    ("switch", "deleted", "expected"),
    [("revived", False, {}), ("ignored", True, {}), ("row_error", True, {"error_count": 1})],
)
def test_the_deleted(api: Api, switch: str, deleted: bool, expected: dict[str, int]) -> None:
    api.sandbox.set(import_of_deleted=switch)
    list_id = api.new_list()
    api.new_contact()
    api.sandbox.people.delete_contact(ADA)
    activity = api.import_rows([{"email": ADA}], list_id)
    assert counts(activity) == expected
    assert ada(api)["deleted"] is deleted
    assert api.sandbox.members("Members") == ([] if deleted else [ADA])


def test_the_last_of_several_rows_wins(api: Api) -> None:
    list_id = api.new_list()
    rows = [{"email": ADA, "first_name": "A"}, {"email": "Ada@example.org", "first_name": "B"}]
    activity = api.import_rows(rows, list_id)
    assert activity["status"]["person_count"] == 2
    assert ada(api)["first_name"] == "B"
    assert len(api.sandbox.members("Members")) == 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"first_name": "Nobody"}, {"correctable_count": 1}),
        ({"email": ""}, {"correctable_count": 1}),
        ({"email": "no email"}, {"correctable_count": 1}),
        ({"email": ADA, "birthday_month": 13, "birthday_day": 1}, {"correctable_count": 1}),
        ({"email": ADA, "cf:Expires": "soon"}, {"correctable_count": 1}),
        ({"email": "x" * 41 + "@long.example"}, {"error_count": 1}),
        ({"email": ADA, "first_name": "x" * 51}, {"error_count": 1}),
        ({"email": ADA, "cf:Member_Type": "x" * 256}, {"error_count": 1}),
        ({"email": ADA, "cf:Unknown": "x"}, {"error_count": 1}),
        ({"email": "flagged@example.org"}, {"error_count": 1}),
        (
            {"email": ADA, "home_phone": "1", "work_phone": "2", "mobile_phone": "3", "other_phone": "4"},
            {"error_count": 1},
        ),
    ],
)
def test_a_bad_row_is_counted_and_the_others_land(
    api: Api, row: dict[str, Any], expected: dict[str, int]
) -> None:
    list_id = api.new_list()
    api.new_field("Member Type")
    api.new_field("Expires", "date")
    api.sandbox.people.flag_address("flagged@example.org")
    activity = api.import_rows([{"email": "first@example.org"}, row], list_id)
    assert activity["state"] == "completed"
    assert counts(activity) == expected
    assert activity["activity_errors"][0].startswith("Line 3: ")
    assert api.sandbox.members("Members") == ["first@example.org"]


def test_bad_rows_may_only_be_counted(api: Api) -> None:
    api.sandbox.set(row_errors="counts")
    activity = api.import_rows([{"email": "no email"}], api.new_list())
    assert (counts(activity), activity["activity_errors"]) == ({"correctable_count": 1}, [])


def test_more_than_25_values_of_a_contact_are_an_error(api: Api) -> None:
    list_id = api.new_list()
    names = [api.new_field(f"Field {number}")["name"] for number in range(26)]
    api.import_rows([{"email": ADA, **{f"cf:{name}": "x" for name in names[:25]}}], list_id)
    activity = api.import_rows([{"email": ADA, f"cf:{names[25]}": "x"}], list_id)
    assert counts(activity) == {"error_count": 1}
    assert len(ada(api)["custom"]) == 25


def test_unknown_fields_may_be_ignored_or_refuse_the_job(api: Api) -> None:
    list_id = api.new_list()
    row = {"email": ADA, "cf:Unknown": "x"}
    api.sandbox.set(import_unknown_field="ignored")
    assert counts(api.import_rows([row], list_id)) == {}
    api.sandbox.set(import_unknown_field="refused")
    body = {"import_data": [row], "list_ids": [list_id]}
    assert service_error(api.post("activities/contacts_json_import", body))[0] == 400


def test_a_field_deleted_while_the_import_waits_is_unknown(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=5)
    list_id, field = api.new_list(), api.new_field()
    answer = api.post(
        "activities/contacts_json_import",
        {"import_data": [{"email": ADA, f"cf:{field['name']}": "x"}], "list_ids": [list_id]},
    )
    api.delete(f"contact_custom_fields/{field['custom_field_id']}")
    clock.move(seconds=5)
    assert counts(api.finished(answer)) == {"error_count": 1}


def test_unknown_lists_are_refused_or_left_out(api: Api) -> None:
    list_id = api.new_list()
    body = {"import_data": [{"email": ADA}], "list_ids": [list_id, "00000000-0000-0000-0000-000000000000"]}
    assert service_error(api.post("activities/contacts_json_import", body))[0] == 400
    api.sandbox.set(import_unknown_list="ignored")
    assert api.post("activities/contacts_json_import", body).status_code == 201
    assert api.sandbox.members("Members") == [ADA]


@pytest.mark.parametrize(("switch", "kept"), [("row_error", None), ("truncated", "x" * 50)])
def test_too_long_values(api: Api, switch: str, kept: str | None) -> None:
    api.sandbox.set(import_overlong_values=switch)
    api.import_rows([{"email": ADA, "first_name": "x" * 60}], api.new_list())
    assert (api.sandbox.contact(ADA) or {}).get("first_name") == kept


def test_too_long_values_may_refuse_the_job(api: Api) -> None:
    api.sandbox.set(import_overlong_values="refused")
    body = {"import_data": [{"email": ADA, "first_name": "x" * 60}], "list_ids": [api.new_list()]}
    assert api.post("activities/contacts_json_import", body).status_code == 400


def test_emails_of_51_to_80_characters_may_be_accepted(api: Api) -> None:
    api.sandbox.set(import_long_emails="ignored")
    list_id = api.new_list()
    rows = [{"email": "x" * (length - 12) + "@example.org"} for length in (51, 80, 81)]
    assert counts(api.import_rows(rows, list_id)) == {"error_count": 1}
    assert [len(each) for each in api.sandbox.members("Members")] == [51, 80]


@pytest.mark.parametrize(
    ("switch", "lists", "expected"), [("row_error", 49, {"error_count": 1}), ("ignored", 50, {})]
)
def test_a_51st_list(api: Api, switch: str, lists: int, expected: dict[str, int]) -> None:
    api.sandbox.set(import_fifty_first_list=switch)
    ids = [api.new_list(f"List {number}") for number in range(51)]
    api.import_rows([{"email": ADA}], *ids[:49])
    assert counts(api.import_rows([{"email": ADA}], *ids[49:])) == expected
    assert len(ada(api)["lists"]) == lists


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"import_data": [], "list_ids": []},
        {"import_data": "x", "list_ids": ["a"]},
        {"import_data": ["x"], "list_ids": ["a"]},
        {"import_data": []},
        {"import_data": [], "list_ids": ["a"] * 51},
    ],
)
def test_a_body_of_the_wrong_shape_is_400(api: Api, body: dict[str, Any]) -> None:
    assert service_error(api.post("activities/contacts_json_import", body))[0] == 400


def test_what_is_beyond_four_megabytes_is_dropped_without_a_word(api: Api) -> None:
    list_id = api.new_list()
    # "é" has two bytes: the limit is one of bytes, not of characters.
    rows = [{"email": f"p{number}@example.org", "note": "é" * 1_000} for number in range(2_500)]
    body = json.dumps({"import_data": rows, "list_ids": [list_id]}, ensure_ascii=False).encode()
    one_row = len(json.dumps(rows[1_500], ensure_ascii=False).encode()) + 2
    headers = {"Content-Type": "application/json"}
    answer = api._call("POST", "activities/contacts_json_import", data=body, headers=headers)
    status = api.finished(answer)["status"]
    assert status["error_count"] == status["correctable_count"] == 0
    assert abs(status["person_count"] - 4 * 1024 * 1024 / one_row) < 10
    assert len(api.sandbox.members("Members")) == status["person_count"]


def test_what_is_beyond_40000_rows_is_dropped_too(api: Api) -> None:
    list_id = api.new_list()
    rows = [{"email": f"p{number}@example.org"} for number in range(40_001)]
    assert api.import_rows(rows, list_id)["status"]["person_count"] == 40_000


def test_phones_and_addresses_have_their_kinds(api: Api) -> None:
    row = {"email": ADA, "work_phone": "555", "street": "1 Main St", "street2": "Apt 2", "zip": "12180"}
    api.import_rows([row | {"work_city": "Troy"}], api.new_list())
    found = ada(api)
    assert [(each["kind"], each["phone_number"]) for each in found["phones"]] == [("work", "555")]
    homes = {each["kind"]: each for each in found["addresses"]}
    assert (homes["home"]["street"], homes["home"]["postal_code"]) == ("1 Main St Apt 2", "12180")
    assert homes["work"]["city"] == "Troy"


@pytest.mark.parametrize("moves", [True, False])
def test_an_import_that_changes_nothing(api: Api, clock: HandClock, moves: bool) -> None:
    api.sandbox.set(import_moves_unchanged=moves)
    list_id = api.new_list()
    api.import_rows([{"email": ADA, "first_name": "Ada"}], list_id)
    before = ada(api)["updated_at"]
    clock.move(minutes=1)
    api.import_rows([{"email": ADA, "first_name": "Ada"}], list_id)
    assert (ada(api)["updated_at"] != before) is moves


def test_values_are_meddled_with_as_in_put(api: Api) -> None:
    api.sandbox.set(mangling="reformats")
    api.import_rows([{"email": ADA, "company_name": "Acme  Inc."}], api.new_list())
    assert ada(api)["company_name"] == "Acme Inc"


def test_five_thousand_rows_are_imported_and_read_in_no_time(api: Api) -> None:
    list_id = api.new_list()
    names = [api.new_field(f"Field {number}")["name"] for number in range(17)]
    rows = [
        {
            "email": f"p{number}@example.org",
            "first_name": "A",
            **{f"cf:{name}": f"value {number}" for name in names},
        }
        for number in range(5_000)
    ]
    started = time.perf_counter()
    assert api.import_rows(rows, list_id)["status"]["person_count"] == 5_000
    imported = time.perf_counter()
    include = "list_memberships,custom_fields"
    page = api.get("contacts", lists=list_id, limit=500, include=include).json()
    read = time.perf_counter()
    assert len(page["contacts"][499]["custom_fields"]) == 17
    # Some 0.6 s and 0.04 s on a quiet machine; far more means an index is missing.
    assert imported - started < 5
    assert read - imported < 1
