"""Contacts on no list: ours, billed, and on none of our lists."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.models import Contact, ContactState, MembershipState
from integrations.tests.ledgers import ACCOUNT, connected, contact, group, on_list, person, synced
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(limited_admin())


def shown(client: Client, **asked: str) -> list[str]:
    answer = client.get(reverse("integrations:unlisted"), asked)
    assert answer.status_code == 200
    return [row.email for row in answer.context["page"]]


def ours(name: str, **values: Any) -> Contact:
    """A contact that we made."""
    return contact(person(f"{name}@example.org", name), **{"we_created": True, **values})


def test_it_lists_ours_that_are_on_no_list(client: Client) -> None:
    where = synced(group("Board"))
    ours("never")
    on_list(where, ours("gone"), wanted=False, seen=False)
    on_list(where, ours("left"), seen=False, state=MembershipState.LEFT)
    on_list(where, ours("on"), seen=True)
    on_list(where, ours("leaving"), wanted=False, seen=True)
    on_list(where, ours("coming"), wanted=True, seen=False)
    assert shown(client) == ["gone@example.org", "left@example.org", "never@example.org"]


@pytest.mark.parametrize(
    "values",
    [
        {"we_created": False},
        {"contact_id": ""},
        {"state": ContactState.UNSUBSCRIBED},
        {"state": ContactState.DELETED_THERE},
    ],
    ids=["made there", "not there yet", "unsubscribed", "deleted there"],
)
def test_what_is_not_ours_or_not_billed_is_left_out(client: Client, values: dict[str, Any]) -> None:
    ours("ada", **values)
    assert shown(client) == []


def test_contacts_of_an_account_that_was_left_are_left_out(client: Client) -> None:
    ours("ada")
    Contact.objects.update(account_id="another")
    assert shown(client) == []


def test_one_address_is_found(client: Client) -> None:
    ours("ada")
    ours("bob")
    assert shown(client, q=" BOB@ ") == ["bob@example.org"]
    assert shown(client, q="nobody") == []


def test_who_has_left_the_group_is_named_all_the_same(client: Client) -> None:
    """A contact without a group has no winner, and its record may be alive and well."""
    inactive = person("ada@example.org", "Ada", active=False)
    record = person("ada@example.org", "Augusta")
    contact(inactive, we_created=True, winner=None)
    page = client.get(reverse("integrations:unlisted"))
    assert [row.record_id for row in page.context["page"]] == [record.pk]
    assert "Augusta Lovelace" in page.content.decode()


def test_somebody_whose_record_is_gone_says_so(client: Client) -> None:
    Contact.objects.create(
        account_id=ACCOUNT, email_key="x@example.org", email="x@example.org", contact_id="c", we_created=True
    )
    page = client.get(reverse("integrations:unlisted")).content.decode()
    assert "None has this address now" in page


def test_without_any_it_says_what_the_page_is_for(client: Client) -> None:
    page = client.get(reverse("integrations:unlisted")).content.decode()
    assert "Every contact is on a list" in page


def test_the_export_holds_them(client: Client) -> None:
    one = ours("ada")
    answer = client.get(reverse("integrations:unlisted_csv"))
    lines = list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))
    assert lines == [
        ["Email", "Record", "Constant Contact id"],
        ["ada@example.org", "ada Lovelace", one.contact_id],
    ]


def test_the_report_leads_there(client: Client) -> None:
    synced(group("Board"))
    assert reverse("integrations:unlisted") in client.get(reverse("integrations:report")).content.decode()


def test_it_costs_the_same_for_many(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    ours("ada")
    queries()
    few = queries()
    for number in range(40):
        ours(f"p{number}")
    assert queries() == few <= 14
