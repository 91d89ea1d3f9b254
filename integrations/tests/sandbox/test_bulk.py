"""Bulk activities besides import: memberships, deletions, exports."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock

PEOPLE = ("ada@example.org", "bob@example.org", "cy@example.org")


def with_people(api: Api, *list_ids: str) -> list[str]:
    """Three contacts on these lists; their ids."""
    return [api.new_contact(email, list_memberships=list(list_ids))["contact_id"] for email in PEOPLE]


def run(api: Api, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(f"activities/{kind}", body)
    assert answer.status_code == 201, answer.text
    return api.finished(answer)


def test_people_are_taken_off_lists(api: Api, clock: HandClock) -> None:
    one, two = api.new_list("One"), api.new_list("Two")
    ids = with_people(api, one, two)
    clock.move(minutes=1)
    unknown = "00000000-0000-0000-0000-000000000000"
    body = {"source": {"contact_ids": [*ids[:2], unknown]}, "list_ids": [one]}
    activity = run(api, "remove_list_memberships", body)
    assert activity["status"] == {"items_total_count": 2, "items_completed_count": 2, "list_count": 1}
    assert api.sandbox.members("One") == ["cy@example.org"]
    assert len(api.sandbox.members("Two")) == 3
    assert (api.sandbox.contact(PEOPLE[0]) or {})["updated_at"] == "2026-03-02T09:01:00Z"


def test_people_are_put_on_lists_but_not_the_unsubscribed(api: Api) -> None:
    ids = with_people(api)
    target = api.new_list()
    api.sandbox.people.unsubscribe(PEOPLE[1])
    activity = run(api, "add_list_memberships", {"source": {"contact_ids": ids}, "list_ids": [target]})
    assert activity["status"]["items_total_count"] == 3
    assert api.sandbox.members("Members") == [PEOPLE[0], PEOPLE[2]]


def test_a_whole_list_may_be_the_source(api: Api) -> None:
    one, two = api.new_list("One"), api.new_list("Two")
    ids = with_people(api, one)
    source = {"source": {"list_ids": [one]}, "exclude": {"contact_ids": ids[:1]}}
    run(api, "add_list_memberships", source | {"list_ids": [two]})
    assert api.sandbox.members("Two") == list(PEOPLE[1:])
    run(api, "remove_list_memberships", {"source": {"all_active_contacts": True}, "list_ids": [two]})
    assert api.sandbox.members("Two") == []


def test_nobody_gets_a_51st_list(api: Api) -> None:
    ids = with_people(api)
    lists = [api.new_list(f"List {number}") for number in range(51)]
    run(api, "add_list_memberships", {"source": {"contact_ids": ids}, "list_ids": lists[:50]})
    run(api, "add_list_memberships", {"source": {"contact_ids": ids}, "list_ids": lists[50:]})
    assert len((api.sandbox.contact(PEOPLE[0]) or {})["lists"]) == 50


@pytest.mark.parametrize("kind", ["add_list_memberships", "remove_list_memberships"])
@pytest.mark.parametrize(
    "body",
    [
        {"list_ids": ["a"]},
        {"source": {}, "list_ids": ["a"]},
        {"source": {"contact_ids": ["a"], "list_ids": ["b"]}, "list_ids": ["a"]},
        {"source": {"contact_ids": ["a"] * 501}, "list_ids": ["a"]},
        {"source": {"contact_ids": ["a"]}, "list_ids": ["a"] * 51},
        {"source": {"contact_ids": ["a"]}},
        {"source": {"contact_ids": ["a"]}, "exclude": {"contact_ids": ["a"]}, "list_ids": ["a"]},
    ],
)
def test_wrong_memberships_are_400(api: Api, kind: str, body: dict[str, Any]) -> None:
    assert service_error(api.post(f"activities/{kind}", body))[0] == 400


def test_several_lists_are_deleted_at_once(api: Api) -> None:
    ids = [api.new_list(name) for name in ("One", "Two")]
    with_people(api, *ids)
    activity = run(api, "list_delete", {"list_ids": ids})
    assert activity["status"] == {"list_count": 2}
    assert [each["name"] for each in api.sandbox.lists()] == ["My Contacts"]
    assert (api.sandbox.contact(PEOPLE[0]) or {})["lists"] == []
    assert api.post("activities/list_delete", {"list_ids": ["a"] * 101}).status_code == 400


def test_several_fields_are_deleted_at_once(api: Api) -> None:
    ids = [api.new_field(label)["custom_field_id"] for label in ("A", "B")]
    api.new_contact(custom_fields=[{"custom_field_id": each, "value": "x"} for each in ids])
    run(api, "custom_fields_delete", {"custom_field_ids": ids})
    assert api.sandbox.fields() == []
    assert (api.sandbox.contact(PEOPLE[0]) or {})["custom"] == {}
    assert api.post("activities/custom_fields_delete", {"custom_field_ids": []}).status_code == 400


def test_contacts_are_deleted_by_id_or_by_list(api: Api) -> None:
    list_id = api.new_list()
    ids = with_people(api, list_id)
    activity = run(api, "contact_delete", {"contact_ids": ids[:1]})
    assert activity["status"]["items_completed_count"] == 1
    run(api, "contact_delete", {"list_ids": [list_id]})
    assert all((api.sandbox.contact(email) or {})["deleted"] for email in PEOPLE)
    both = {"contact_ids": ids, "list_ids": [list_id]}
    assert api.post("activities/contact_delete", both).status_code == 400


def exported(api: Api, body: dict[str, Any]) -> list[dict[str, str]]:
    link = run(api, "contact_exports", body)["_links"]["results"]["href"]
    answer = api.get(link)
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_an_export_holds_values_and_lists(api: Api) -> None:
    list_id, field = api.new_list(), api.new_field("Member Type")
    with_people(api, list_id)
    api.sandbox.people.edit_contact(PEOPLE[0], first_name="Ada", **{"Member Type": "Regular"})
    rows = exported(api, {"list_ids": [list_id]})
    assert [row["Email address"] for row in rows] == list(PEOPLE)
    assert (rows[0]["First name"], rows[0]["Member Type"], rows[0]["Email Lists"]) == (
        "Ada",
        "Regular",
        "Members",
    )
    assert field["label"] in rows[1]


def test_an_export_may_be_of_one_status_and_some_fields(api: Api) -> None:
    with_people(api)
    api.sandbox.people.unsubscribe(PEOPLE[1])
    rows = exported(api, {"status": "unsubscribed", "fields": ["email_address", "email_optout_date"]})
    assert rows == [{"Email address": PEOPLE[1], "Opt-out date": "2026-03-02T09:00:00Z"}]


def test_only_a_finished_export_has_a_file(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=5)
    begun = api.post("activities/contact_exports", {}).json()
    assert "results" not in begun["_links"]
    assert api.get(f"contact_exports/{begun['activity_id']}").status_code == 404
    assert api.post("activities/contact_exports", {"fields": ["nonsense"]}).status_code == 400
