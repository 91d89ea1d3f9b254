"""The dialog that deletes a record offers to delete its contact in Constant Contact too, or says why not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import ContactDeletion, ContactState
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, stranger, synced
from members.models import Member
from novi_ams.audit.models import AuditEntry
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db
OFFER = "Delete the contact ada@example.org in Constant Contact too"


@pytest.fixture
def admin() -> Client:
    connected()
    return client_of(association_admin())


def dialog(admin: Client, member: Member) -> str:
    return admin.get(reverse("member_delete", args=[member.pk])).content.decode()


def delete(admin: Client, member: Member, *also: str) -> None:
    admin.post(reverse("member_delete", args=[member.pk]), {"sure": "on", "also": also})
    assert not Member.objects.filter(pk=member.pk).exists()


def test_it_is_offered_and_ordered_with_the_persons_name(admin: Client) -> None:
    ada = person("ada@example.org")
    on_list(synced(group("Board", ada)), contact(ada, we_created=True), ada)
    assert OFFER in dialog(admin, ada)
    delete(admin, ada, "contact")
    order = ContactDeletion.objects.get()
    assert order.member_name == "Ada Lovelace"
    assert order.ordered_by_name == "Margaret Olsen"
    asked = AuditEntry.objects.get(action="asked to delete in Constant Contact the contact of")
    assert asked.actor_name == "Margaret Olsen"


def test_unticked_nothing_is_ordered(admin: Client) -> None:
    ada = person("ada@example.org")
    contact(ada, we_created=True)
    delete(admin, ada)
    assert not ContactDeletion.objects.exists()


def test_what_is_not_ours_is_not_ordered_whatever_is_posted(admin: Client) -> None:
    ada = person("ada@example.org")
    put_on(synced(group("Board", ada)), ada)
    page = dialog(admin, ada)
    assert OFFER not in page
    assert "Its contact stays in Constant Contact: it was there before us." in page
    delete(admin, ada, "contact")
    assert not ContactDeletion.objects.exists()


def test_why_a_contact_stays_is_said(admin: Client) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    contact(ada, ContactState.UNSUBSCRIBED, we_created=True)
    assert "the person opted out there, and that has to be remembered" in dialog(admin, ada)
    contact(bob, we_created=True)
    person("bob@example.org", "Byron")
    assert "another record has the same address" in dialog(admin, bob)


def test_who_is_on_a_colleagues_part_of_the_list_stays(admin: Client) -> None:
    cleo = person("cleo@example.org", "Cleo")
    put_there = stranger(synced(group("Board", cleo)), "cleo@example.org")
    put_there.contact.we_created = True
    put_there.contact.save()
    assert "somebody put it on a list there" in dialog(admin, cleo)


def test_without_a_contact_nothing_is_said(admin: Client) -> None:
    assert "contact stays" not in dialog(admin, person("ada@example.org"))
