"""One contact: create, read, change, delete, bring back."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock

EVERYTHING = "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes"
ADA = "ada@example.org"


def read(api: Api, contact_id: str) -> dict[str, Any]:
    return dict(api.get(f"contacts/{contact_id}", include=EVERYTHING).json())


# POST


def test_a_new_contact_is_answered_whole(api: Api) -> None:
    list_id, field = api.new_list(), api.new_field()
    values = [{"custom_field_id": field["custom_field_id"], "value": "Regular"}]
    contact = api.new_contact(first_name="Ada", list_memberships=[list_id], custom_fields=values)
    assert contact["first_name"] == "Ada"
    assert contact["email_address"]["address"] == ADA
    assert contact["email_address"]["permission_to_send"] == "implicit"
    assert contact["list_memberships"] == [list_id]
    assert contact["custom_fields"] == values
    assert contact["created_at"] == contact["updated_at"] == "2026-03-02T09:00:00Z"
    assert "last_name" not in contact


def test_create_source_is_needed_in_the_words_of_the_real_service(api: Api) -> None:
    answer = api.post("contacts", {"first_name": "Ada"})
    assert service_error(answer) == (
        400,
        "contacts.api.validation.error",
        "create_source is missing, create_source does not have a valid value",
    )


def test_several_problems_come_in_one_message(api: Api) -> None:
    body = {"create_source": "Robot", "email_address": {"address": "no email"}}
    message = service_error(api.post("contacts", body))[2]
    assert message == "create_source does not have a valid value, Email address is invalid"


def test_a_contact_needs_a_name_or_an_email(api: Api) -> None:
    assert service_error(api.post("contacts", {"create_source": "Account"}))[0] == 400
    assert api.post("contacts", {"create_source": "Account", "last_name": "Byron"}).status_code == 201


def test_another_content_type_is_415(api: Api) -> None:
    answer = api._call("POST", "contacts", data="{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_a_body_that_is_not_an_object_is_400(api: Api) -> None:
    assert api.post("contacts", [1]).status_code == 400
    broken = api._call("POST", "contacts", data="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ("plain", "Email already exists for contact {}"),
        ("prefixed", "Validation failed: Email already exists for contact {}"),
        ("full_stop", "Validation failed: Email already exists for contact {}."),
        ("without_id", "Validation failed: EmailAddress is not unique"),
    ],
)
def test_an_email_is_taken_whatever_its_case(api: Api, switch: str, message: str) -> None:
    api.sandbox.set(email_conflict=switch)
    contact_id = api.new_contact()["contact_id"]
    body = {"email_address": {"address": "ADA@example.org"}, "create_source": "Account"}
    answer = service_error(api.post("contacts", body))
    assert answer == (409, "contacts.api.conflict", message.format(contact_id))


def test_a_deleted_contact_keeps_its_email_taken(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    api.delete(f"contacts/{contact_id}")
    body = {"email_address": {"address": ADA}, "create_source": "Account"}
    assert contact_id in service_error(api.post("contacts", body))[2]


def test_a_flagged_address_is_refused_for_48_hours(api: Api, clock: HandClock) -> None:
    api.sandbox.people.flag_address(ADA)
    body = {"email_address": {"address": ADA}, "create_source": "Account"}
    assert api.post("contacts", body).status_code == 400
    clock.move(hours=48)
    api.sign_in()
    assert api.post("contacts", body).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"first_name": "x" * 51},
        {"company_name": "x" * 51},
        {"email_address": {"address": "x" * 70 + "@example.org"}},
        {"phone_numbers": [{"kind": "home", "phone_number": "5" * 26}]},
        {"phone_numbers": [{"kind": "home", "phone_number": "5"}] * 4},
        {"street_addresses": [{"street": "no kind"}]},
        {"birthday_month": 2},
        {"list_memberships": ["00000000-0000-0000-0000-000000000000"]},
        {"custom_fields": [{"custom_field_id": "unknown", "value": "x"}]},
    ],
)
def test_what_breaks_a_limit_is_400(api: Api, body: dict[str, Any]) -> None:
    answer = api.post("contacts", {"create_source": "Account", "last_name": "Byron", **body})
    assert service_error(answer)[:2] == (400, "contacts.api.validation.error")


def test_too_long_values_may_be_truncated(api: Api) -> None:
    api.sandbox.set(overlong_values="truncated")
    assert api.new_contact(first_name="x" * 60)["first_name"] == "x" * 50


def test_more_than_25_custom_fields_are_400(api: Api) -> None:
    ids = [api.new_field(f"Field {number}")["custom_field_id"] for number in range(26)]
    values = [{"custom_field_id": each, "value": "x"} for each in ids]
    body = {"create_source": "Account", "last_name": "Byron", "custom_fields": values}
    assert api.post("contacts", body).status_code == 400
    assert api.post("contacts", body | {"custom_fields": values[:25]}).status_code == 201


def test_dates_must_be_dates_unless_the_switch_is_off(api: Api) -> None:
    field_id = api.new_field("Expires", "date")["custom_field_id"]
    body = {"create_source": "Account", "last_name": "Byron"}
    body["custom_fields"] = [{"custom_field_id": field_id, "value": "soon"}]  # type: ignore[assignment]
    assert api.post("contacts", body).status_code == 400
    api.sandbox.set(bad_dates_refused=False)
    assert api.post("contacts", body).status_code == 201


@pytest.mark.parametrize(
    ("switch", "shown"), [("as_sent", "7/4/2026"), ("mm/dd/yyyy", "07/04/2026"), ("iso", "2026-07-04")]
)
def test_how_dates_come_back(api: Api, switch: str, shown: str) -> None:
    api.sandbox.set(date_values=switch)
    field_id = api.new_field("Expires", "date")["custom_field_id"]
    contact = api.new_contact(custom_fields=[{"custom_field_id": field_id, "value": "7/4/2026"}])
    assert contact["custom_fields"][0]["value"] == shown


@pytest.mark.parametrize(
    ("switch", "kept"),
    [("off", " Acme  Inc. "), ("trims", "Acme  Inc."), ("reformats", "Acme Inc")],
)
def test_the_service_may_meddle_with_values(api: Api, switch: str, kept: str) -> None:
    api.sandbox.set(mangling=switch)
    assert api.new_contact(company_name=" Acme  Inc. ")["company_name"] == kept


# GET


def test_subresources_come_only_when_asked_for(api: Api) -> None:
    contact_id = api.new_contact(list_memberships=[api.new_list()])["contact_id"]
    plain = api.get(f"contacts/{contact_id}").json()
    assert not set(EVERYTHING.split(",")) & plain.keys()
    assert set(EVERYTHING.split(",")) <= read(api, contact_id).keys()
    assert api.get(f"contacts/{contact_id}", include="nonsense").status_code == 400


def test_an_unknown_contact_is_404(api: Api) -> None:
    answer = service_error(api.get("contacts/unknown"))
    assert answer == (404, "contacts.api.not_found", "contact_id is in an invalid format.")


def test_a_deleted_contact_is_shown_with_its_date_or_not_at_all(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    api.delete(f"contacts/{contact_id}")
    assert api.get(f"contacts/{contact_id}").json()["deleted_at"] == "2026-03-02T09:00:00Z"
    api.sandbox.set(deleted_contact="404")
    assert api.get(f"contacts/{contact_id}").status_code == 404


def test_the_counts_add_up(api: Api) -> None:
    api.new_contact()
    api.sandbox.people.unsubscribe(ADA)
    assert api.get("contacts/counts").json() == {
        "total": 4,
        "explicit": 3,
        "implicit": 0,
        "unsubscribed": 1,
        "pending": 0,
    }


# PUT


def test_put_needs_update_source(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    answer = service_error(api.put(f"contacts/{contact_id}", {"email_address": {"address": ADA}}))
    assert answer[2] == "update_source is missing, update_source does not have a valid value"


def test_put_clears_core_properties_left_out_and_keeps_subresources_left_out(api: Api) -> None:
    list_id, field = api.new_list(), api.new_field()
    contact = api.new_contact(
        first_name="Ada",
        last_name="Byron",
        job_title="Countess",
        anniversary="2020-01-01",
        birthday_month=12,
        birthday_day=10,
        list_memberships=[list_id],
        custom_fields=[{"custom_field_id": field["custom_field_id"], "value": "Regular"}],
        phone_numbers=[{"kind": "home", "phone_number": "555"}],
        notes=[{"content": "hello"}],
    )
    after = api.put_contact(contact["contact_id"], first_name="Ada").json()
    assert after["first_name"] == "Ada"
    assert not {"last_name", "job_title", "anniversary", "birthday_month"} & after.keys()
    for kept in ("list_memberships", "custom_fields", "phone_numbers", "notes"):
        assert after[kept] == contact[kept]


def test_put_replaces_the_arrays_it_holds(api: Api) -> None:
    first, second = api.new_list("One"), api.new_list("Two")
    fields = [api.new_field(label)["custom_field_id"] for label in ("A", "B")]
    values = [{"custom_field_id": each, "value": "x"} for each in fields]
    contact_id = api.new_contact(list_memberships=[first], custom_fields=values)["contact_id"]
    after = api.put_contact(contact_id, list_memberships=[second], custom_fields=values[1:]).json()
    assert after["list_memberships"] == [second]
    assert after["custom_fields"] == values[1:]


def test_an_empty_value_clears_a_custom_field(api: Api) -> None:
    field_id = api.new_field()["custom_field_id"]
    contact_id = api.new_contact(custom_fields=[{"custom_field_id": field_id, "value": "x"}])["contact_id"]
    after = api.put_contact(contact_id, custom_fields=[{"custom_field_id": field_id, "value": ""}]).json()
    assert after["custom_fields"] == []


def test_put_moves_updated_at(api: Api, clock: HandClock) -> None:
    contact_id = api.new_contact()["contact_id"]
    clock.move(minutes=5)
    assert api.put_contact(contact_id).json()["updated_at"] == "2026-03-02T09:05:00Z"


def test_put_may_change_the_address_but_not_to_one_that_is_taken(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    other_id = api.new_contact("bob@example.org")["contact_id"]
    taken = api.put_contact(contact_id, email_address={"address": "Bob@example.org"})
    assert other_id in service_error(taken)[2]
    moved = api.put_contact(contact_id, email_address={"address": "countess@example.org"})
    assert moved.json()["email_address"]["address"] == "countess@example.org"
    assert api.sandbox.contact(ADA) is None


def test_a_change_of_case_is_no_clash_with_oneself(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    after = api.put_contact(contact_id, email_address={"address": "Ada@Example.org"})
    assert after.json()["email_address"]["address"] == "Ada@Example.org"


@pytest.mark.parametrize(("switch", "status"), [("refused", 400), ("kept", 200), ("cleared", 200)])
def test_put_without_an_email_address(api: Api, switch: str, status: int) -> None:
    api.sandbox.set(put_without_email=switch)
    contact_id = api.new_contact()["contact_id"]
    answer = api.put(f"contacts/{contact_id}", {"update_source": "Account", "first_name": "Ada"})
    assert answer.status_code == status
    assert (api.sandbox.contact(ADA) is None) is (switch == "cleared")


@pytest.mark.parametrize(("switch", "permission"), [("kept", "unsubscribed"), ("implicit", "implicit")])
def test_put_without_permission_to_send(api: Api, switch: str, permission: str) -> None:
    contact_id = api.new_contact()["contact_id"]
    api.sandbox.people.unsubscribe(ADA)
    api.sandbox.set(put_without_permission=switch)
    after = api.put_contact(contact_id).json()
    assert after["email_address"]["permission_to_send"] == permission


def test_echoing_an_old_permission_undoes_an_opt_out(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    api.sandbox.people.unsubscribe(ADA)
    echo = {"address": ADA, "permission_to_send": "implicit"}
    assert api.put_contact(contact_id, email_address=echo).status_code == 200
    assert (api.sandbox.contact(ADA) or {})["permission"] == "implicit"


def test_or_is_refused(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    api.sandbox.people.unsubscribe(ADA)
    api.sandbox.set(put_may_resubscribe=False)
    echo = {"address": ADA, "permission_to_send": "implicit"}
    assert api.put_contact(contact_id, email_address=echo).status_code == 400
    assert (api.sandbox.contact(ADA) or {})["permission"] == "unsubscribed"


def test_put_can_record_an_opt_out(api: Api) -> None:
    contact_id = api.new_contact(list_memberships=[api.new_list()])["contact_id"]
    email = {"address": ADA, "permission_to_send": "unsubscribed", "opt_out_reason": "moved"}
    after = api.put_contact(contact_id, email_address=email, update_source="Contact").json()
    assert after["email_address"]["opt_out_source"] == "Contact"
    assert after["email_address"]["opt_out_reason"] == "moved"
    assert after["list_memberships"] == []


@pytest.mark.parametrize(("switch", "status"), [("refused", 400), ("ignored", 200)])
def test_lists_of_an_unsubscribed_contact(api: Api, switch: str, status: int) -> None:
    api.sandbox.set(lists_on_unsubscribed=switch)
    list_id, contact_id = api.new_list(), api.new_contact()["contact_id"]
    api.sandbox.people.unsubscribe(ADA)
    assert api.put_contact(contact_id, list_memberships=[list_id]).status_code == status
    assert api.sandbox.members("Members") == []


@pytest.mark.parametrize(("switch", "status", "lists"), [("refused", 400, 0), ("ignored", 200, 50)])
def test_a_51st_list(api: Api, switch: str, status: int, lists: int) -> None:
    api.sandbox.set(fifty_first_list=switch)
    ids = [api.new_list(f"List {number}") for number in range(51)]
    contact_id = api.new_contact()["contact_id"]
    assert api.put_contact(contact_id, list_memberships=ids).status_code == status
    assert len(read(api, contact_id)["list_memberships"]) == lists


# DELETE and back


def test_deleting_takes_a_contact_off_every_list(api: Api) -> None:
    contact_id = api.new_contact(list_memberships=[api.new_list()])["contact_id"]
    answer = api.delete(f"contacts/{contact_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.sandbox.members("Members") == []
    assert api.delete(f"contacts/{contact_id}").status_code == 404


def test_put_revives_only_for_the_account(api: Api) -> None:
    contact_id = api.new_contact()["contact_id"]
    api.delete(f"contacts/{contact_id}")
    assert api.put_contact(contact_id, update_source="Contact").status_code == 400
    after = api.put_contact(contact_id, first_name="Ada")
    assert after.status_code == 200
    assert "deleted_at" not in after.json()


@pytest.mark.parametrize("clears", [False, True])
def test_values_of_a_deleted_contact(api: Api, clears: bool) -> None:
    api.sandbox.set(deleting_clears_values=clears)
    field_id = api.new_field()["custom_field_id"]
    contact_id = api.new_contact(custom_fields=[{"custom_field_id": field_id, "value": "x"}])["contact_id"]
    api.delete(f"contacts/{contact_id}")
    assert (api.put_contact(contact_id).json()["custom_fields"] == []) is clears


@pytest.mark.parametrize("moves", [True, False])
def test_deleting_moves_updated_at_or_not(api: Api, clock: HandClock, moves: bool) -> None:
    api.sandbox.set(deleting_moves_updated_at=moves)
    contact = api.new_contact()
    clock.move(minutes=1)
    api.delete(f"contacts/{contact['contact_id']}")
    after = api.get(f"contacts/{contact['contact_id']}").json()
    assert (after["updated_at"] != contact["updated_at"]) is moves


# The endpoints a sync must not call


def test_sign_up_form_brings_the_unsubscribed_back(api: Api) -> None:
    list_id = api.new_list()
    api.new_contact(first_name="Ada")
    api.sandbox.people.unsubscribe(ADA)
    answer = api.post("contacts/sign_up_form", {"email_address": ADA, "list_memberships": [list_id]})
    assert (answer.status_code, answer.json()["action"]) == (200, "updated")
    contact = api.sandbox.contact(ADA) or {}
    assert (contact["permission"], contact["first_name"], contact["lists"]) == (
        "explicit",
        "Ada",
        ["Members"],
    )


def test_sign_up_form_creates_and_needs_a_list(api: Api) -> None:
    assert api.post("contacts/sign_up_form", {"email_address": ADA}).status_code == 400
    body = {"email_address": ADA, "list_memberships": [api.new_list()]}
    answer = api.post("contacts/sign_up_form", body)
    assert (answer.status_code, answer.json()["action"]) == (201, "created")


def test_resubscribe_may_be_asked_once(sandbox: SandboxServer, api: Api) -> None:
    list_id, contact_id = api.new_list(), api.new_contact()["contact_id"]
    assert api.put(f"contacts/resubscribe/{contact_id}", {"list_ids": [list_id]}).status_code == 400
    sandbox.people.unsubscribe(ADA)
    assert api.put(f"contacts/resubscribe/{contact_id}", {"list_ids": [list_id]}).status_code == 200
    assert (sandbox.contact(ADA) or {})["permission"] == "pending_confirmation"
    sandbox.people.unsubscribe(ADA)
    assert api.put(f"contacts/resubscribe/{contact_id}", {"list_ids": [list_id]}).status_code == 400
