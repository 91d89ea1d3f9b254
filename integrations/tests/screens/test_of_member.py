"""The Email Sync tab of a member record."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.models import ContactState, SyncField
from integrations.tests.ledgers import connected, contact, group, on_list, person, synced
from members.models import Member
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(association_admin())


def tab(client: Client, member: Member) -> str:
    return client.get(reverse("integrations:of_member", args=[member.pk])).content.decode()


def test_every_synced_group_is_named_with_status_and_reason(client: Client) -> None:
    ada = person("ada@example.org")
    row = contact(ada, ContactState.REFUSED, reason="This contact is on 50 lists already.")
    for name in ("Board", "Committee"):
        on_list(synced(group(name, ada)), row, ada, seen=False)
    group("Not synced", ada)
    page = tab(client, ada)
    assert page.count("This contact is on 50 lists already.") == 2
    assert "Board" in page
    assert "Committee" in page
    assert "Not synced" not in page
    assert page.count("Try again") == 2


def test_the_contact_carries_the_values_of_who_gives_them(client: Client) -> None:
    ada = person("shared@example.org", "Ada")
    grace = person("shared@example.org", "Grace", "Hopper")
    where = synced(group("Board", ada, grace))
    on_list(where, contact(grace), grace, seen=True)
    page = tab(client, ada)
    assert "Its values are those of" in page
    assert "Hopper" in page


def test_chosen_fields_are_among_the_values(client: Client) -> None:
    SyncField.objects.create(source_key="county", label="County", position=0)
    ada = person("ada@example.org", county="Lucas")
    contact(ada)
    assert "Lucas" in tab(client, ada)


def test_without_group_contact_or_email_the_tab_says_so(client: Client) -> None:
    page = tab(client, person("ada@example.org"))
    assert "is in no group that syncs to Constant Contact" in page
    assert "There is none for ada@example.org yet" in page
    assert "The record has no Professional Contact email" in tab(client, person(""))


def test_the_record_s_page_leads_there_with_the_count(client: Client) -> None:
    ada = person("ada@example.org")
    on_list(synced(group("Board", ada)), contact(ada), ada)
    tabs = client.get(f"/members/{ada.pk}/").context["tabs"]
    labels = [one.label for one in tabs]
    assert labels == ["Details", "Membership", "Family Tree", "Groups", "Email Sync", "Settings", "Audit"]
    assert next(one.count for one in tabs if one.key == "email-sync") == 1


def test_more_groups_cost_no_more_queries(client: Client) -> None:
    ada = person("ada@example.org")
    row = contact(ada)
    on_list(synced(group("One", ada)), row, ada)
    tab(client, ada)
    few = queries(client, ada)
    for number in range(6):
        on_list(synced(group(f"Group {number}", ada)), row, ada)
    assert queries(client, ada) == few


def queries(client: Client, member: Member) -> int:
    with CaptureQueriesContext(connection) as asked:
        tab(client, member)
    return len(asked)
