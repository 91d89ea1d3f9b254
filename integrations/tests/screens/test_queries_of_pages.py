"""A page asks the database as often for 300 records and groups as for 30, with everything that the sync adds to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Basis, Group, GroupMember, GroupRecord
from integrations.models import Contact, ListMembership
from integrations.tests.ledgers import ACCOUNT, connected, group, synced
from members.announced import announced_write
from members.custom_fields import create_custom_field
from members.models import FieldType, Member
from members.tests.builders import STAFF, company, person
from novi_ams.tests.people import association_admin

pytestmark = pytest.mark.django_db
FEW, MANY = 30, 300
WHO = "Everybody"

Address = Callable[[], str]


def everybody(tab: str = "group") -> Address:
    return lambda: reverse(tab, args=[Group.objects.get(name=WHO).pk])


PAGES: dict[str, Address] = {
    "the members list": lambda: "/members/",
    "its last page": lambda: "/members/?page=2",
    "a search": lambda: "/members/?q=lovelace",
    "a filter on a custom field": lambda: "/members/?custom.division=Heavy",
    "the groups list": lambda: "/groups/",
    "a filter of the groups list": lambda: "/groups/?sync=synced",
    "a group's details": everybody(),
    "a group's picked records": lambda: reverse("group", args=[Group.objects.get(name="Picked").pk]),
    "a group's members": everybody("group_members"),
    "a search in a group": lambda: everybody("group_members")() + "?q=lovelace",
    "a group's integrations": everybody("integrations:group"),
    "the report": lambda: "/reports/email-sync/",
    "the report, newest first": lambda: "/reports/email-sync/?sort=-since",
    "the report of a week": lambda: "/reports/email-sync/?since=7",
    "the report of whom waits": lambda: "/reports/email-sync/?status=synced&sort=since",
}


def grow(count: int) -> None:
    """As many people and synced groups as `count`, all people synced by one group and picked for another."""
    firm, first = Member.objects.filter(kind="company").first() or company("Acme"), Member.objects.count()
    for number in range(first, count + 1):
        person("Ada", f"Lovelace {number}", email=f"ada{number}@example.org", parent=firm)
    with announced_write():
        Member.objects.update(custom={"division": "Heavy"}, folded={"custom.division": "heavy"})
    for number in range(Group.objects.count(), count):
        synced(group(f"Group {number}"))
    whole, picked = Group.objects.get(name=WHO), Group.objects.get(name="Picked")
    people = Member.objects.filter(kind="person")
    added = list(people.exclude(pk__in=GroupMember.objects.values("member")))
    contacts = Contact.objects.bulk_create(
        Contact(account_id=ACCOUNT, email_key=one.email_key, email=one.email, winner=one, state="synced")
        for one in added
    )
    ListMembership.objects.bulk_create(
        ListMembership(
            contact=one, synced_list=whole.synced_list, stand_in=one.winner, wanted=True, seen=True
        )
        for one in contacts
    )
    GroupMember.objects.bulk_create(GroupMember(group=whole, member=one) for one in added)
    GroupRecord.objects.bulk_create(GroupRecord(group=picked, member=one) for one in added)
    Group.objects.filter(pk=whole.pk).update(member_count=people.count())


def queries(client: Client, address: Address) -> int:
    url = address()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.fixture
def staff(client: Client) -> Client:
    connected()
    create_custom_field("Division", FieldType.OPTION, options=["Heavy"], actor=STAFF)
    synced(group(WHO))
    picked = group("Picked")
    Group.objects.filter(pk=picked.pk).update(basis=Basis.RECORDS)
    client.force_login(association_admin())
    return client


def test_every_page_costs_as_many_queries_for_300_as_for_30(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.report.SLOW", float("inf"))  # counts that took long are not asked again
    grow(FEW)
    for address in PAGES.values():
        queries(staff, address)  # what the first request ever makes for good is no part of the cost
    few = {page: queries(staff, address) for page, address in PAGES.items()}
    grow(MANY)
    many = {page: queries(staff, address) for page, address in PAGES.items()}
    assert many == few
    assert max(few.values()) <= 40
