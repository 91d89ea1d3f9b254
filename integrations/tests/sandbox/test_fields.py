"""Custom fields."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.tests.sandbox.api import Api, service_error


def test_a_new_field_is_answered_with_the_name_to_import_by(api: Api) -> None:
    answer = api.post("contact_custom_fields", {"label": "Vehicle make and year", "type": "string"})
    assert answer.status_code == 201
    assert answer.json().keys() == {
        "custom_field_id",
        "label",
        "name",
        "type",
        "created_at",
        "updated_at",
    }
    assert answer.json()["name"] == "Vehicle_make_and_year"


def test_names_may_be_lowered(api: Api) -> None:
    api.sandbox.set(field_name_case="lowered")
    assert api.new_field("Customer ID")["name"] == "customer_id"


def test_date_fields_have_a_version(api: Api) -> None:
    assert api.new_field("Expires", "date")["version"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"type": "string"},
        {"label": "", "type": "string"},
        {"label": "x" * 51, "type": "string"},
        {"label": "ok", "type": "poem"},
        {"label": "ok"},
    ],
)
def test_a_wrong_field_is_400(api: Api, body: dict[str, Any]) -> None:
    assert service_error(api.post("contact_custom_fields", body))[0] == 400


def test_a_taken_label_is_409(api: Api) -> None:
    api.new_field("Member Type")
    body = {"label": "member type", "type": "string"}
    assert service_error(api.post("contact_custom_fields", body))[:2] == (409, "contacts.api.conflict")


def test_the_101st_field_is_400(api: Api) -> None:
    for number in range(100):
        api.new_field(f"Field {number}")
    answer = api.post("contact_custom_fields", {"label": "One more", "type": "string"})
    assert service_error(answer)[0] == 400


def test_another_content_type_is_415(api: Api) -> None:
    headers = {"Content-Type": "text/plain"}
    assert api._call("POST", "contact_custom_fields", data="{}", headers=headers).status_code == 415


def test_fields_come_in_pages(api: Api) -> None:
    for number in range(3):
        api.new_field(f"Field {number}")
    first = api.get("contact_custom_fields", limit=2).json()
    second = api.get(first["_links"]["next"]["href"]).json()
    labels = [each["label"] for page in (first, second) for each in page["custom_fields"]]
    assert labels == ["Field 0", "Field 1", "Field 2"]
    assert api.get("contact_custom_fields", limit=101).status_code == 400


@pytest.mark.parametrize(("changes", "name"), [(False, "Member_Type"), (True, "Kind")])
def test_a_new_label(api: Api, changes: bool, name: str) -> None:
    api.sandbox.set(renaming_changes_name=changes)
    path = f"contact_custom_fields/{api.new_field('Member Type')['custom_field_id']}"
    assert api.put(path, {"label": "Kind"}).status_code == 200
    after = api.get(path).json()
    assert (after["label"], after["name"]) == ("Kind", name)


def test_a_label_cannot_become_one_that_is_taken(api: Api) -> None:
    api.new_field("Kind")
    path = f"contact_custom_fields/{api.new_field('Member Type')['custom_field_id']}"
    assert api.put(path, {"label": "KIND"}).status_code == 409


@pytest.mark.parametrize("removes", [True, False])
def test_deleting_a_field_and_its_values(api: Api, removes: bool) -> None:
    api.sandbox.set(deleting_field_removes_values=removes)
    field_id = api.new_field()["custom_field_id"]
    api.new_contact(custom_fields=[{"custom_field_id": field_id, "value": "x"}])
    answer = api.delete(f"contact_custom_fields/{field_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert ((api.sandbox.contact("ada@example.org") or {})["custom"] == {}) is removes
    assert api.delete(f"contact_custom_fields/{field_id}").status_code == 404
