"""Deactivating, reactivating and deleting on a record's page."""

from collections.abc import Collection

import pytest
from django.test import Client

from members import slots
from members.models import Member, RoleKind
from members.roles import people_by_role, set_roles
from members.slots import Consequence
from members.tests.builders import STAFF, audited, company, person
from novi_ams.association.slots import Slot
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin() -> Client:
    return client_of(association_admin())


def test_deactivating_is_asked_first_and_names_what_ends(admin: Client) -> None:
    acme = company()
    ada = person("Ada", parent=acme)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    page = admin.get(f"/members/{ada.pk}/deactivate/").content.decode()
    assert "Deactivate Ada Lovelace?" in page
    assert "Its role at Acme Steel ends: Primary Contact." in page
    assert Member.objects.get(pk=ada.pk).active


def test_deactivating_keeps_the_record_and_ends_its_roles(admin: Client) -> None:
    acme = company()
    ada = person("Ada", parent=acme)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    admin.post(f"/members/{ada.pk}/deactivate/")
    assert not Member.objects.get(pk=ada.pk).active
    assert people_by_role(acme)[RoleKind.PRIMARY_CONTACT] == frozenset()


def test_reactivating_makes_it_active_again(admin: Client) -> None:
    ada = person("Ada")
    admin.post(f"/members/{ada.pk}/deactivate/")
    page = admin.post(f"/members/{ada.pk}/reactivate/", follow=True).content.decode()
    assert "Ada Lovelace is active again." in page
    assert Member.objects.get(pk=ada.pk).active


def test_deleting_names_the_record_and_what_is_left_behind(admin: Client) -> None:
    acme = company(email="office@acme.example.org")
    person("Ada", parent=acme), company("Branch", parent=acme)
    page = admin.get(f"/members/{acme.pk}/delete/").content.decode()
    assert "Delete Acme Steel for good?" in page
    assert "office@acme.example.org" in page
    assert "Its 1 person and 1 sub company stay, without a parent." in page


def test_deleting_is_a_dialog_with_script_and_a_page_without(admin: Client) -> None:
    url = f"/members/{person().pk}/delete/"
    assert "<dialog" in admin.get(url, headers=HTMX).content.decode()
    assert "<html" in admin.get(url).content.decode()


def test_without_the_second_yes_nothing_is_deleted(admin: Client) -> None:
    ada = person("Ada")
    answer = admin.post(f"/members/{ada.pk}/delete/")
    assert answer.status_code == 422
    assert "Tick the box to say that you are sure." in answer.content.decode()
    assert Member.objects.filter(pk=ada.pk).exists()


def test_with_it_the_record_goes_and_its_history_stays(admin: Client) -> None:
    ada = person("Ada")
    answer = admin.post(f"/members/{ada.pk}/delete/", {"sure": "on"}, follow=True)
    assert "Ada Lovelace deleted." in answer.content.decode()
    assert not Member.objects.filter(pk=ada.pk).exists()
    assert len(audited(ada)) == 2


def test_deactivating_is_offered_instead(admin: Client) -> None:
    ada = person("Ada")
    admin.post(f"/members/{ada.pk}/delete/", {"instead": "deactivate", "sure": "on"})
    assert not Member.objects.get(pk=ada.pk).active


def test_rooms_above_name_consequences_and_hear_what_was_chosen(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, Collection[str]]] = []

    def hear(member: Member, chosen: Collection[str]) -> None:
        heard.append((str(Member.objects.get(pk=member.pk)), chosen))

    named: slots.ConsequenceSlot = Slot()
    named.register(lambda member: [Consequence("mail", "Delete the contact, too", choice="contact")])
    told: Slot[[Member, Collection[str]], None] = Slot()
    told.register(hear)
    monkeypatch.setattr(slots, "delete_consequences", named)
    monkeypatch.setattr(slots, "on_delete", told)
    ada = person("Ada")
    page = admin.post(f"/members/{ada.pk}/delete/", {"also": "contact"}).content.decode()
    assert 'value="contact" checked' in page
    admin.post(f"/members/{ada.pk}/delete/", {"sure": "on", "also": "contact"})
    assert heard == [("Ada Lovelace", frozenset({"contact"}))]
