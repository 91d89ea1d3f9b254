"""Lists, custom fields, the account and times on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import responses
from responses import matchers

from integrations.constant_contact import account, errors, fields, lists
from integrations.constant_contact.limits import LIMITS, source_of
from integrations.constant_contact.lists import ContactList
from integrations.constant_contact.times import format_time, parse_time
from integrations.tests.constant_contact.builders import API, ID, OTHER_ID, activity_json, make_client


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def list_json(**changes: Any) -> dict[str, Any]:
    """As captured: no description key when it is blank."""
    stamp = "2016-01-23T13:48:44.108Z"
    return {
        "list_id": ID,
        "name": "Board",
        "favorite": True,
        "created_at": stamp,
        "updated_at": stamp,
        **changes,
    }


def field_json(**changes: Any) -> dict[str, Any]:
    return {"custom_field_id": ID, "label": "Member Type", "name": "Member_Type", "type": "string", **changes}


def sent_json(wire: responses.RequestsMock) -> Any:
    return json.loads(wire.calls[-1].request.body)  # type: ignore[arg-type]


def test_all_lists_come_with_counts_over_all_pages(wire: responses.RequestsMock) -> None:
    first = matchers.query_param_matcher({"limit": 500, "include_membership_count": "all"})
    following = {"next": {"href": "/v3/contact_lists?cursor=c"}}
    wire.get(
        f"{API}/contact_lists",
        json={"lists": [list_json(membership_count=3)], "_links": following},
        match=[first],
    )
    wire.get(
        f"{API}/contact_lists",
        json={"lists": [list_json(list_id=OTHER_ID)]},
        match=[matchers.query_param_matcher({"cursor": "c"})],
    )
    found = lists.read_all(make_client())
    assert [(each.list_id, each.membership_count) for each in found] == [(ID, 3), (OTHER_ID, None)]


def test_a_list_is_read(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contact_lists/{ID}", json=list_json(membership_count=3))
    found = lists.read(make_client(), ID)
    assert found is not None
    assert (found.name, found.description, found.favorite, found.membership_count) == ("Board", "", True, 3)


def test_a_list_that_is_gone_is_none(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contact_lists/{ID}", status=404)
    assert lists.read(make_client(), ID) is None


def test_a_list_that_is_shown_as_deleted_is_none_too(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contact_lists/{ID}", json=list_json(deleted_at="2016-03-03T10:56:29-05:00"))
    assert lists.read(make_client(), ID) is None


def test_a_list_is_found_by_name_without_case(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contact_lists", json={"lists": [list_json(name="Boards"), list_json(name="BOARD ")]})
    found = lists.find(make_client(), "Board")
    assert found is not None
    assert found.name == "BOARD "


def test_an_unknown_name_finds_nothing(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contact_lists", json={"lists": []})
    assert lists.find(make_client(), "Board") is None


def test_a_list_is_made(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contact_lists", json=list_json(description="op 7"), status=201)
    assert lists.create(make_client(), name="Board", description="op 7").description == "op 7"
    assert sent_json(wire) == {"name": "Board", "description": "op 7", "favorite": False}


def test_a_taken_list_name_is_a_conflict(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contact_lists", json=[{"error_key": "contacts.api.conflict"}], status=409)
    with pytest.raises(errors.Conflict):
        lists.create(make_client(), name="Board")


def test_a_renamed_list_keeps_description_and_favorite(wire: responses.RequestsMock) -> None:
    wire.put(f"{API}/contact_lists/{ID}", json=list_json(name="Directors"))
    current = ContactList(ID, "Board", description="op 7", favorite=True)
    assert lists.update(make_client(), current, name="Directors").name == "Directors"
    assert sent_json(wire) == {"name": "Directors", "description": "op 7", "favorite": True}


def test_a_description_can_be_cleared(wire: responses.RequestsMock) -> None:
    wire.put(f"{API}/contact_lists/{ID}", json=list_json())
    lists.update(make_client(), ContactList(ID, "Board", description="op 7"), description="")
    assert sent_json(wire) == {"name": "Board", "description": "", "favorite": False}


def test_deleting_a_list_begins_a_job(wire: responses.RequestsMock) -> None:
    wire.delete(f"{API}/contact_lists/{ID}", json=activity_json(activity_id=OTHER_ID), status=202)
    activity = lists.delete(make_client(), ID)
    assert (activity.activity_id, activity.finished) == (OTHER_ID, False)


def test_all_fields_come_in_one_request(wire: responses.RequestsMock) -> None:
    asked = matchers.query_param_matcher({"limit": 100})
    wire.get(f"{API}/contact_custom_fields", json={"custom_fields": [field_json()]}, match=[asked])
    (field,) = fields.read_all(make_client())
    assert (field.label, field.import_key, field.type) == ("Member Type", "cf:Member_Type", "string")


def test_a_field_is_made_with_the_name_that_comes_back(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contact_custom_fields", json=field_json(name="member_type", type="date"), status=201)
    field = fields.create(make_client(), label="Member Type", type=fields.FieldType.DATE)
    assert field.name == "member_type"
    assert sent_json(wire) == {"label": "Member Type", "type": "date"}


def test_a_field_is_renamed(wire: responses.RequestsMock) -> None:
    wire.put(f"{API}/contact_custom_fields/{ID}", json=field_json(label="Kind", name="Kind"))
    assert fields.rename(make_client(), ID, label="Kind").import_key == "cf:Kind"
    assert sent_json(wire) == {"label": "Kind"}


def test_a_field_is_deleted(wire: responses.RequestsMock) -> None:
    wire.delete(f"{API}/contact_custom_fields/{ID}", status=204)
    fields.delete(make_client(), ID)
    assert len(wire.calls) == 1


def test_a_field_that_is_gone_cannot_be_deleted(wire: responses.RequestsMock) -> None:
    wire.delete(f"{API}/contact_custom_fields/{ID}", status=404)
    with pytest.raises(errors.NotFound):
        fields.delete(make_client(), ID)


def test_the_account_is_read(wire: responses.RequestsMock) -> None:
    wire.get(
        f"{API}/account/summary",
        json={
            "encoded_account_id": "p07e1l8cdif9dl",
            "organization_name": "Acme Association",
            "contact_email": "office@acme.example",
            "country_code": "US",
            "time_zone_id": "US/Eastern",
        },
    )
    found = account.read(make_client())
    assert (found.account_id, found.name, found.time_zone) == (
        "p07e1l8cdif9dl",
        "Acme Association",
        "US/Eastern",
    )


def test_privileges_are_read_by_name(wire: responses.RequestsMock) -> None:
    body = [{"privilege_id": 30, "privilege_name": "contacts:read"}, {"privilege_name": "account:read"}]
    wire.get(f"{API}/account/user/privileges", json=body)
    assert account.privileges(make_client()) == {"contacts:read", "account:read"}


@pytest.mark.parametrize(
    "text", ["2026-01-23T13:48:44Z", "2026-01-23T13:48:44.000Z", "2026-01-23T08:48:44-05:00"]
)
def test_times_of_every_form_are_the_same_moment(text: str) -> None:
    assert parse_time(text) == datetime(2026, 1, 23, 13, 48, 44, tzinfo=UTC)


def test_no_time_is_none() -> None:
    assert (parse_time(None), parse_time("")) == (None, None)


def test_times_are_sent_in_utc() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert (
        format_time(datetime(2026, 1, 23, 8, 48, 44, 108_900, tzinfo=eastern)) == "2026-01-23T13:48:44.108Z"
    )


def test_every_limit_tells_where_it_comes_from() -> None:
    assert all(source_of(name) for name in LIMITS.__dataclass_fields__)
    assert LIMITS.import_safe_bytes < LIMITS.import_bytes
