"""GET /contacts: filters, pages, counts."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.tests.sandbox.api import Api, service_error
from integrations.tests.sandbox.conftest import HandClock

ADA, BOB = "ada@example.org", "bob@example.org"


def emails(api: Api, **params: Any) -> list[str]:
    answer = api.get("contacts", **params)
    assert answer.status_code == 200, answer.text
    return [
        each["email_address"]["address"]
        for each in answer.json()["contacts"]
        if each["email_address"]["address"].endswith("@example.org")
    ]


def with_everybody(api: Api) -> None:
    """One contact of each status."""
    people = api.sandbox.people
    for name, permission in [
        ("active", "implicit"),
        ("unset", "not_set"),
        ("pending", "pending_confirmation"),
        ("held", "temp_hold"),
        ("out", "unsubscribed"),
        ("gone", "implicit"),
    ]:
        people.add_contact(f"{name}@example.org", permission=permission)
    people.delete_contact("gone@example.org")


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (None, "active unset pending held out"),
        ("all", "active unset pending held out gone"),
        ("active", "active"),
        ("deleted", "gone"),
        ("unsubscribed", "out"),
        ("not_set,temp_hold", "unset held"),
        ("pending_confirmation", "pending"),
        ("deleted,unsubscribed", "out gone"),
    ],
)
def test_status(api: Api, status: str | None, names: str) -> None:
    with_everybody(api)
    params = {"status": status} if status else {}
    assert emails(api, **params) == [f"{name}@example.org" for name in names.split()]


def test_a_deleted_address_is_found_only_with_a_status(api: Api) -> None:
    with_everybody(api)
    assert emails(api, email="gone@example.org") == []
    assert emails(api, email="GONE@example.org", status="all") == ["gone@example.org"]
    assert emails(api, email="out@example.org") == ["out@example.org"]


def test_lists_means_any_of_them(api: Api) -> None:
    one, two, three = (api.new_list(name) for name in ("One", "Two", "Three"))
    api.new_contact(ADA, list_memberships=[one, two])
    api.new_contact(BOB, list_memberships=[two])
    assert emails(api, lists=one) == [ADA]
    assert emails(api, lists=f"{one},{two}") == [ADA, BOB]
    assert emails(api, lists=three) == []


def test_more_than_25_lists_are_400(api: Api) -> None:
    ids = ["00000000-0000-0000-0000-000000000000"] * 26
    assert service_error(api.get("contacts", lists=",".join(ids)))[0] == 400
    assert api.get("contacts", lists=",".join(ids[:25])).json() == {"contacts": []}


def test_updated_after_misses_an_opt_out_and_optout_after_finds_it(api: Api, clock: HandClock) -> None:
    api.new_contact(ADA)
    api.new_contact(BOB)
    clock.move(minutes=10)
    api.sandbox.people.unsubscribe(ADA)
    since = "2026-03-02T09:05:00Z"
    assert emails(api, updated_after=since, status="all") == []
    assert emails(api, optout_after=since, status="all") == [ADA]
    email = api.get("contacts", email=ADA).json()["contacts"][0]["email_address"]
    assert email["updated_at"] == email["opt_out_date"] == "2026-03-02T09:10:00Z"


def test_unless_the_switch_says_otherwise(api: Api, clock: HandClock) -> None:
    api.sandbox.set(unsubscribing_moves_updated_at=True)
    api.new_contact(ADA)
    clock.move(minutes=10)
    api.sandbox.people.unsubscribe(ADA)
    assert emails(api, updated_after="2026-03-02T09:05:00Z") == [ADA]


def test_times_have_two_ends_and_may_be_in_any_zone(api: Api, clock: HandClock) -> None:
    for email in (ADA, BOB):
        api.new_contact(email)
        clock.move(hours=1)
    assert emails(api, created_after="2026-03-02T09:30:00.000Z") == [BOB]
    assert emails(api, created_before="2026-03-02T04:30:00-05:00") == [ADA]
    assert emails(api, updated_after="2026-03-02", updated_before="2026-03-02T09:00:01Z") == [ADA]
    assert emails(api, optout_before="2026-03-03") == []


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 501},
        {"limit": "many"},
        {"status": "happy"},
        {"include": "everything"},
        {"updated_after": "yesterday"},
        {"cursor": "nonsense"},
        {"lists": ""},
        {"page": 2},
    ],
)
def test_a_wrong_question_is_400(api: Api, params: dict[str, Any]) -> None:
    assert service_error(api.get("contacts", **params))[:2] == (400, "contacts.api.validation.error")


def test_pages_are_followed_by_their_links(api: Api) -> None:
    list_id = api.new_list()
    people = [f"p{number}@example.org" for number in range(5)]
    for email in people:
        api.new_contact(email, list_memberships=[list_id])
    page = api.get(
        "contacts", lists=list_id, limit=2, include="list_memberships", include_count="true"
    ).json()
    found, links = [], []
    while True:
        assert page["contacts_count"] == 5
        found += page["contacts"]
        if "_links" not in page:
            break
        links.append(page["_links"]["next"]["href"])
        page = api.get(links[-1]).json()
    assert [each["email_address"]["address"] for each in found] == people
    assert all(each["list_memberships"] == [list_id] for each in found)
    assert len(links) == 2
    assert all(link.startswith("/v3/contacts?cursor=") for link in links)


def test_a_cursor_comes_alone(api: Api) -> None:
    link = api.get("contacts", limit=1).json()["_links"]["next"]["href"]
    assert api.get(f"{link}&limit=2").status_code == 400


def test_the_links_of_the_last_page_may_be_null(api: Api) -> None:
    assert "_links" not in api.get("contacts").json()
    api.sandbox.set(last_page_links="null")
    assert api.get("contacts").json()["_links"] is None


def test_a_page_does_not_shift_when_people_leave(api: Api) -> None:
    list_id = api.new_list()
    for number in range(4):
        api.new_contact(f"p{number}@example.org", list_memberships=[list_id])
    first = api.get("contacts", lists=list_id, limit=2).json()
    api.sandbox.people.leave_list("p0@example.org", "Members")
    second = api.get(first["_links"]["next"]["href"]).json()
    assert [each["email_address"]["address"] for each in second["contacts"]] == [
        "p2@example.org",
        "p3@example.org",
    ]


def test_memberships_may_show_late(api: Api, clock: HandClock) -> None:
    api.sandbox.set(read_lag_seconds=10)
    list_id = api.new_list()
    contact_id = api.new_contact(ADA, list_memberships=[list_id])["contact_id"]
    assert emails(api, lists=list_id) == []
    clock.move(seconds=10)
    assert emails(api, lists=list_id) == [ADA]
    api.post(
        "activities/remove_list_memberships", {"source": {"contact_ids": [contact_id]}, "list_ids": [list_id]}
    )
    assert emails(api, lists=list_id) == [ADA]
    assert api.sandbox.members("Members") == []
    clock.move(seconds=10)
    assert emails(api, lists=list_id) == []


def test_accounts_do_not_see_each_other(api: Api) -> None:
    other = Api(api.sandbox, account="Beacon Trade Council")
    contact_id = api.new_contact(ADA)["contact_id"]
    assert emails(other) == []
    assert other.get(f"contacts/{contact_id}").status_code == 404
    assert other.post("contacts", {"email_address": {"address": ADA}, "create_source": "Account"}).ok


def test_tags_are_found(api: Api) -> None:
    api.new_contact(ADA, taggings=["tag-1"])
    api.new_contact(BOB)
    assert emails(api, tags="tag-1,tag-2") == [ADA]
