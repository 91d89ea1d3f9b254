"""Contact lists."""

from __future__ import annotations

import pytest

from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock


def names(api: Api, **params: str) -> list[str]:
    return [each["name"] for each in api.get("contact_lists", **params).json()["lists"]]


def test_a_fresh_account_holds_one_list_with_three_people(api: Api) -> None:
    answer = api.get("contact_lists", include_count="true", include_membership_count="all").json()
    assert answer["lists_count"] == 1
    assert "_links" not in answer
    (only,) = answer["lists"]
    assert (only["name"], only["membership_count"]) == ("My Contacts", 3)
    assert "description" not in only


def test_a_new_list_is_answered_at_once(api: Api) -> None:
    answer = api.post("contact_lists", {"name": "Members", "description": "operation 7", "favorite": True})
    assert answer.status_code == 201
    created = answer.json()
    assert created.keys() == {"list_id", "name", "description", "favorite", "created_at", "updated_at"}
    assert (created["description"], created["favorite"]) == ("operation 7", True)
    assert api.get(f"contact_lists/{created['list_id']}").json() == created


@pytest.mark.parametrize(
    "body", [{}, {"name": " "}, {"name": "x" * 256}, {"name": "ok", "description": "x" * 256}]
)
def test_a_wrong_list_is_400(api: Api, body: dict[str, str]) -> None:
    assert service_error(api.post("contact_lists", body))[0] == 400


def test_a_name_of_255_characters_is_fine(api: Api) -> None:
    assert api.post("contact_lists", {"name": "x" * 255}).status_code == 201


def test_a_taken_name_is_409(api: Api) -> None:
    api.new_list("Members")
    answer = service_error(api.post("contact_lists", {"name": "members"}))
    assert answer == (409, "contacts.api.conflict", "List name already exists")


def test_case_may_make_a_difference(api: Api) -> None:
    api.sandbox.set(list_names_ignore_case=False)
    api.new_list("Members")
    assert api.post("contact_lists", {"name": "members"}).status_code == 201


@pytest.mark.parametrize(("reserved", "status"), [(False, 201), (True, 409)])
def test_the_name_of_a_deleted_list(api: Api, reserved: bool, status: int) -> None:
    api.sandbox.set(deleted_list_names_reserved=reserved)
    api.new_list("Members")
    api.sandbox.people.delete_list("Members")
    assert api.post("contact_lists", {"name": "Members"}).status_code == status


def test_the_1001st_list_is_400(api: Api) -> None:
    for number in range(999):
        api.sandbox.people.create_list(f"List {number}")
    assert service_error(api.post("contact_lists", {"name": "One more"}))[0] == 400


def test_put_renames_and_forgets_what_it_does_not_hold(api: Api) -> None:
    body = {"name": "Members", "description": "x", "favorite": True}
    list_id = api.post("contact_lists", body).json()["list_id"]
    after = api.put(f"contact_lists/{list_id}", {"name": "People"}).json()
    assert (after["list_id"], after["name"], after["favorite"]) == (list_id, "People", False)
    assert "description" not in after


@pytest.mark.parametrize("status", [409, 400])
def test_renaming_to_a_taken_name(api: Api, status: int) -> None:
    api.sandbox.set(list_rename_clash=str(status))
    list_id = api.new_list("Members")
    assert service_error(api.put(f"contact_lists/{list_id}", {"name": "My Contacts"}))[0] == status
    assert api.put(f"contact_lists/{list_id}", {"name": "members"}).status_code == 200


def test_deleting_is_an_activity_and_keeps_the_contacts(api: Api) -> None:
    list_id = api.new_list()
    api.new_contact(list_memberships=[list_id])
    answer = api.delete(f"contact_lists/{list_id}")
    activity = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v3/activities/{activity['activity_id']}"
    assert (activity["state"], activity["percent_done"]) == ("initialized", 1)
    assert activity["activity_errors"] == []
    assert api.get(answer.headers["Location"]).json()["state"] == "completed"
    assert "Members" not in names(api)
    contact = api.sandbox.contact("ada@example.org") or {}
    assert (contact["deleted"], contact["lists"]) == (False, [])


def test_until_the_job_is_done_the_list_is_there(api: Api, clock: HandClock) -> None:
    api.sandbox.set(activity_seconds=5)
    list_id = api.new_list()
    api.delete(f"contact_lists/{list_id}")
    assert api.get(f"contact_lists/{list_id}").status_code == 200
    assert api.post("contact_lists", {"name": "Members"}).status_code == 409
    clock.move(seconds=5)
    assert api.get(f"contact_lists/{list_id}").status_code == 404
    assert api.post("contact_lists", {"name": "Members"}).status_code == 201


def test_a_deleted_list_is_404_or_shown_with_its_date(api: Api) -> None:
    list_id = api.new_list()
    api.sandbox.people.delete_list("Members")
    for answer in (
        api.get(f"contact_lists/{list_id}"),
        api.put(f"contact_lists/{list_id}", {"name": "Again"}),
        api.delete(f"contact_lists/{list_id}"),
    ):
        assert service_error(answer)[:2] == (404, "contacts.api.not_found")
    api.sandbox.set(deleted_list="200")
    assert api.get(f"contact_lists/{list_id}").json()["deleted_at"] == "2026-03-02T09:00:00Z"


def test_filters_by_name_and_status(api: Api) -> None:
    api.new_list("Old")
    api.sandbox.people.delete_list("Old")
    assert names(api) == ["My Contacts"]
    assert names(api, status="deleted") == ["Old"]
    assert names(api, status="all") == ["My Contacts", "Old"]
    assert names(api, name="My Contacts") == ["My Contacts"]
    assert names(api, name="My") == []
    assert api.get("contact_lists", status="odd").status_code == 400


def test_pages_of_lists(api: Api) -> None:
    for number in range(3):
        api.new_list(f"List {number}")
    first = api.get("contact_lists", limit=3).json()
    second = api.get(first["_links"]["next"]["href"]).json()
    assert [len(page["lists"]) for page in (first, second)] == [3, 1]
    assert api.get("contact_lists", limit=1001).status_code == 400


def test_active_members_are_those_who_can_be_mailed(api: Api) -> None:
    list_id = api.new_list()
    api.new_contact("ada@example.org", list_memberships=[list_id])
    api.new_contact("bob@example.org", list_memberships=[list_id])
    api.sandbox.people.hold("bob@example.org")
    counts = {
        which: api.get(f"contact_lists/{list_id}", include_membership_count=which).json()["membership_count"]
        for which in ("all", "active")
    }
    assert counts == {"all": 2, "active": 1}
    assert api.get("contact_lists", include_membership_count="some").status_code == 400


def test_counts_may_lag(api: Api, clock: HandClock) -> None:
    api.sandbox.set(count_lag_seconds=30)
    list_id = api.new_list()

    def count() -> int:
        answer = api.get("contact_lists", include_membership_count="all").json()
        return {each["list_id"]: int(each["membership_count"]) for each in answer["lists"]}[list_id]

    api.new_contact(list_memberships=[list_id])
    assert count() == 0
    clock.move(seconds=30)
    assert count() == 1
    api.sandbox.people.leave_list("ada@example.org", "Members")
    assert count() == 1
    clock.move(seconds=30)
    assert count() == 0
