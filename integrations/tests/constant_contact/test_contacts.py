"""Contacts on the wire: what is asked, what is read, and what a PUT may never say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from responses import matchers

from integrations.constant_contact import contacts, errors
from integrations.constant_contact.contacts import Changes, Contact, Include, Permission, Status, put_body
from integrations.tests.constant_contact.builders import API, ID, OTHER_ID, contact_json, make_client

CONTACT = Contact.from_json(contact_json())


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def query(**expected: Any) -> Any:
    return matchers.query_param_matcher(expected)


def sent_json(wire: responses.RequestsMock) -> Any:
    return json.loads(wire.calls[-1].request.body)  # type: ignore[arg-type]


def test_a_contact_is_read_with_everything_the_sync_looks_at() -> None:
    assert (CONTACT.email, CONTACT.permission) == ("ada@example.org", Permission.IMPLICIT)
    assert CONTACT.custom_fields == {"ours": "Regular", "theirs": "Tesla S 2017"}
    assert CONTACT.list_ids == {"list-1", "list-2"}
    assert CONTACT.updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (CONTACT.deleted_at, CONTACT.unsubscribed, CONTACT.has_sms) == (None, False, False)


@pytest.mark.parametrize(("source", "by_contact"), [("Contact", True), ("Account", False), ("", True)])
def test_an_opt_out_tells_who_did_it(source: str, by_contact: bool) -> None:
    email = {
        "address": "a@example.org",
        "permission_to_send": "unsubscribed",
        "opt_out_source": source,
        "opt_out_date": "2026-03-03T10:56:29-05:00",
    }
    contact = Contact.from_json(contact_json(email_address=email))
    assert contact.unsubscribed
    assert contact.opted_out_by_contact is by_contact
    assert contact.opt_out_at == datetime(2026, 3, 3, 15, 56, 29, tzinfo=UTC)


def test_a_contact_known_by_sms_only_has_no_email() -> None:
    data = {"contact_id": ID, "sms_channel": {"sms_address": "7815551212"}}
    contact = Contact.from_json(data)
    assert (contact.email, contact.permission, contact.has_sms) == ("", Permission.UNKNOWN, True)


def test_a_permission_nobody_knows_yet_is_no_trouble() -> None:
    email = {"address": "a@example.org", "permission_to_send": "by_pigeon"}
    assert Contact.from_json(contact_json(email_address=email)).permission is Permission.UNKNOWN


def test_a_bare_date_of_deletion_is_read() -> None:
    deleted = Contact.from_json(contact_json(deleted_at="2016-07-08")).deleted_at
    assert deleted == datetime(2016, 7, 8, tzinfo=UTC)


def test_parts_that_were_not_asked_for_are_not_included() -> None:
    assert Contact.from_json({"contact_id": ID}).included == frozenset()
    assert Contact.from_json({"contact_id": ID}, [Include.LIST_MEMBERSHIPS]).included == {
        Include.LIST_MEMBERSHIPS
    }


def test_a_page_asks_with_every_filter(wire: responses.RequestsMock) -> None:
    wire.get(
        f"{API}/contacts",
        json={"contacts": [contact_json()], "contacts_count": 7},
        headers={"Date": "Sun, 22 Nov 2026 21:00:00 GMT"},
        match=[
            query(
                status="all",
                lists="a,b",
                updated_after="2026-11-22T20:00:00.000Z",
                optout_after="2026-11-21T20:00:00.000Z",
                include="custom_fields,list_memberships",
                include_count="true",
                limit=500,
            )
        ],
    )
    pages = list(
        contacts.pages(
            make_client(),
            status=[Status.ALL],
            list_ids=["b", "a"],
            updated_after=datetime(2026, 11, 22, 20, tzinfo=UTC),
            optout_after=datetime(2026, 11, 21, 20, tzinfo=UTC),
            include=contacts.EVERYTHING,
            include_count=True,
        )
    )
    assert [each.contact_id for each in pages[0].contacts] == [ID]
    assert (pages[0].total, pages[0].at) == (7, datetime(2026, 11, 22, 21, tzinfo=UTC))


def test_a_page_asks_for_nothing_more_than_it_was_told(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"contacts": []}, match=[query(limit=500)])
    assert next(contacts.pages(make_client())).contacts == []


def test_pages_of_more_than_25_lists_are_refused_before_asking() -> None:
    with pytest.raises(ValueError, match="25 lists"):
        next(contacts.pages(make_client(), list_ids=[str(n) for n in range(26)]))


def test_a_contact_is_read_by_id(wire: responses.RequestsMock) -> None:
    asked = query(include="custom_fields,list_memberships")
    wire.get(f"{API}/contacts/{ID}", json=contact_json(), match=[asked])
    assert contacts.read(make_client(), ID) == CONTACT


def test_a_contact_that_is_gone_is_none(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts/{ID}", status=404, json=[{"error_key": "contacts.api.not_found"}])
    assert contacts.read(make_client(), ID) is None


def test_an_address_is_looked_up_encoded_and_among_the_deleted(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"contacts": [contact_json(deleted_at="2026-07-08")]})
    found = contacts.find(make_client(), "ada+news@example.org")
    assert found is not None
    assert found.deleted_at
    url = wire.calls[0].request.url
    assert url is not None
    assert "email=ada%2Bnews%40example.org" in url
    assert "status=all" in url


def test_of_two_with_one_address_the_one_that_is_not_deleted_counts(wire: responses.RequestsMock) -> None:
    both = [contact_json(deleted_at="2026-07-08"), contact_json(contact_id=OTHER_ID)]
    wire.get(f"{API}/contacts", json={"contacts": both})
    found = contacts.find(make_client(), "ada@example.org")
    assert found is not None
    assert found.contact_id == OTHER_ID


def test_an_unknown_address_is_none(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"contacts": []})
    assert contacts.find(make_client(), "nobody@example.org") is None


def test_a_contact_is_made_with_implicit_permission_on_its_lists(wire: responses.RequestsMock) -> None:
    wire.post(f"{API}/contacts", json=contact_json(), status=201)
    values = Changes(
        email="ada@example.org", first_name="Ada", job_title="", custom_fields={"ours": "X", "o": ""}
    )
    contacts.create(make_client(), values, list_ids={"list-2", "list-1"})
    assert sent_json(wire) == {
        "email_address": {"address": "ada@example.org", "permission_to_send": "implicit"},
        "create_source": "Account",
        "first_name": "Ada",
        "custom_fields": [{"custom_field_id": "ours", "value": "X"}],
        "list_memberships": ["list-1", "list-2"],
    }


def test_a_contact_is_not_made_without_an_address() -> None:
    with pytest.raises(ValueError, match="email"):
        contacts.create(make_client(), Changes(first_name="Ada"))


def test_an_address_that_was_ever_used_names_its_contact(wire: responses.RequestsMock) -> None:
    message = f"Validation failed: Email already exists for contact {OTHER_ID}"
    body = [{"error_key": "contacts.api.conflict", "error_message": message}]
    wire.post(f"{API}/contacts", json=body, status=409)
    with pytest.raises(errors.Conflict) as caught:
        contacts.create(make_client(), Changes(email="ada@example.org"))
    assert caught.value.contact_id == OTHER_ID


def test_a_put_sends_the_core_as_read_with_the_change() -> None:
    assert put_body(CONTACT, Changes(first_name="Augusta")) == {
        "update_source": "Account",
        "email_address": {"address": "ada@example.org"},
        "first_name": "Augusta",
        "last_name": "Lovelace",
        "job_title": "Countess",
        "company_name": "Analytical Engines",
        "birthday_month": 12,
        "birthday_day": 10,
        "anniversary": "2006-11-15",
    }


@pytest.mark.parametrize(
    "changes",
    [
        Changes(),
        Changes(email="new@example.org"),
        Changes(custom_fields={"ours": "x"}),
        Changes(last_name=""),
    ],
)
def test_a_put_never_speaks_of_permission_lists_or_tags(changes: Changes) -> None:
    text = json.dumps(put_body(CONTACT, changes))
    for never in (
        "permission_to_send",
        "list_memberships",
        "taggings",
        "opt_in",
        "opt_out",
        "confirm_status",
    ):
        assert never not in text


def test_a_put_clears_what_is_blank_and_moves_the_address() -> None:
    body = put_body(CONTACT, Changes(email="new@example.org", job_title=""))
    assert "job_title" not in body
    assert body["email_address"] == {"address": "new@example.org"}


def test_a_changed_custom_field_keeps_everybody_elses() -> None:
    body = put_body(CONTACT, Changes(custom_fields={"ours": "Honorary", "new": "1"}))
    assert body["custom_fields"] == [
        {"custom_field_id": "theirs", "value": "Tesla S 2017"},
        {"custom_field_id": "choices", "choice_ids": ["000001"]},
        {"custom_field_id": "ours", "value": "Honorary"},
        {"custom_field_id": "new", "value": "1"},
    ]


def test_what_an_answer_says_beyond_the_definition_is_not_sent_back() -> None:
    entry = {
        "custom_field_id": "theirs",
        "value": "Tesla",
        "updated_at": "2026-01-01T00:00:00Z",
        "choice_ids": None,
    }
    read = Contact.from_json({"contact_id": ID, "custom_fields": [entry]}, contacts.EVERYTHING)
    body = put_body(read, Changes(custom_fields={"ours": "1"}))
    assert body["custom_fields"][0] == {"custom_field_id": "theirs", "value": "Tesla"}


def test_an_address_that_was_found_is_read_as_it_is_now(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"contacts": [contact_json()]})
    wire.get(f"{API}/contacts/{ID}", json=contact_json(first_name="Augusta"))
    found = contacts.find_now(make_client(), "Ada@example.org")
    assert found is not None
    assert found.first_name == "Augusta"


def test_an_address_that_its_contact_has_left_is_found_no_more(wire: responses.RequestsMock) -> None:
    moved = contact_json(email_address={"address": "ada@elsewhere.example", "permission_to_send": "implicit"})
    wire.get(f"{API}/contacts", json={"contacts": [contact_json()]})
    wire.get(f"{API}/contacts/{ID}", json=moved)
    assert contacts.find_now(make_client(), "ada@example.org") is None


def test_a_deleted_contact_that_cannot_be_read_is_found(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/contacts", json={"contacts": [contact_json(deleted_at="2026-07-08")]})
    wire.get(f"{API}/contacts/{ID}", status=404)
    assert contacts.find_now(make_client(), "ada@example.org") is not None


def test_a_cleared_custom_field_is_left_out_of_the_array() -> None:
    body = put_body(CONTACT, Changes(custom_fields={"ours": ""}))
    assert [each["custom_field_id"] for each in body["custom_fields"]] == ["theirs", "choices"]


def test_custom_fields_stay_out_of_a_put_when_none_changes() -> None:
    assert "custom_fields" not in put_body(CONTACT, Changes(first_name="Augusta"))


def test_custom_fields_that_were_not_read_cannot_be_changed() -> None:
    unread = Contact.from_json({"contact_id": ID})
    with pytest.raises(ValueError, match="read with them"):
        put_body(unread, Changes(custom_fields={"ours": "x"}))


def test_a_contact_is_written(wire: responses.RequestsMock) -> None:
    wire.put(f"{API}/contacts/{ID}", json=contact_json(first_name="Augusta"))
    body = put_body(CONTACT, Changes(first_name="Augusta"))
    assert contacts.update(make_client(), ID, body).first_name == "Augusta"
    assert sent_json(wire) == body


def test_a_contact_is_deleted(wire: responses.RequestsMock) -> None:
    wire.delete(f"{API}/contacts/{ID}", status=204)
    contacts.delete(make_client(), ID)
    assert len(wire.calls) == 1


def test_nothing_here_can_resubscribe_anybody() -> None:
    assert not {name for name in dir(contacts) if "sign_up" in name or "resubscribe" in name}
