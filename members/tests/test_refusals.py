"""Whom the pages of this room refuse."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from members.models import CustomField, Member
from members.tests import builders
from novi_ams.association.models import User
from novi_ams.tests.people import association_admin, client_of, limited_admin, person

pytestmark = pytest.mark.django_db

OF_A_RECORD = [
    "member",
    "member_membership",
    "member_family",
    "member_settings",
    "member_audit",
    "member_edit",
    "member_move",
    "member_change_kind",
    "member_roles",
    "member_deactivate",
    "member_reactivate",
    "member_delete",
]
OF_A_FIELD = ["custom_field", "custom_field_place", "custom_field_move", "custom_field_delete"]
OF_NOTHING = ["members", "member_new", "member_parents", "custom_fields", "custom_field_new"]
READ_ONLY = [
    "members",
    "member_parents",
    "member",
    "member_membership",
    "member_family",
    "member_settings",
    "member_audit",
    "custom_fields",
    "custom_field_place",
]
POST_ONLY = ["member_reactivate", "custom_field_move"]
CHANGES = [
    "custom_field",
    "custom_field_move",
    "custom_field_delete",
    "custom_field_new",
    "member_new",
    *OF_A_RECORD[5:],
]
FOR_ASSOCIATION_ADMINS = ["custom_field", "custom_field_new", "custom_field_delete", "member_delete"]


@pytest.fixture
def acme() -> Member:
    builders.divisions()
    return builders.company()


def address(name: str, acme: Member) -> str:
    if name in OF_A_RECORD:
        return reverse(name, args=[acme.pk])
    return reverse(name, args=["division"] if name in OF_A_FIELD else [])


@pytest.mark.parametrize("name", [*OF_NOTHING, *OF_A_RECORD, *OF_A_FIELD])
def test_a_stranger_is_sent_to_sign_in(client: Client, acme: Member, name: str) -> None:
    answer = client.post(address(name, acme)) if name in POST_ONLY else client.get(address(name, acme))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("name", [*OF_NOTHING, *OF_A_RECORD, *OF_A_FIELD])
def test_somebody_without_a_role_is_refused(acme: Member, name: str) -> None:
    client = client_of(person())
    answer = client.post(address(name, acme)) if name in POST_ONLY else client.get(address(name, acme))
    assert answer.status_code == 403


@pytest.mark.parametrize("name", CHANGES)
def test_nobody_without_a_role_can_change_by_guessing_addresses(acme: Member, name: str) -> None:
    answer = client_of(person()).post(address(name, acme), {"sure": "on", "to": "down"})
    assert answer.status_code == 403
    acme.refresh_from_db()
    assert (acme.active, acme.version, CustomField.objects.count()) == (True, 1, 1)


@pytest.mark.parametrize("name", FOR_ASSOCIATION_ADMINS)
def test_a_limited_admin_may_neither_see_nor_do_it(acme: Member, name: str) -> None:
    client = client_of(limited_admin())
    assert client.get(address(name, acme)).status_code == 403
    assert client.post(address(name, acme), {"sure": "on"}).status_code == 403
    assert Member.objects.filter(pk=acme.pk).exists()
    assert CustomField.objects.count() == 1


def test_a_limited_admin_cannot_reorder_custom_fields(acme: Member) -> None:
    answer = client_of(limited_admin()).post(address("custom_field_move", acme), {"to": "down"})
    assert answer.status_code == 403


@pytest.mark.parametrize("make", [association_admin, limited_admin])
def test_both_roles_may_work_with_members(acme: Member, make: Callable[[], User]) -> None:
    client = client_of(make())
    names = [*OF_NOTHING[:4], *OF_A_RECORD[:9]]
    assert {name: client.get(address(name, acme)).status_code for name in names} == dict.fromkeys(names, 200)


@pytest.mark.parametrize("name", READ_ONLY)
def test_pages_that_only_show_take_no_post(acme: Member, name: str) -> None:
    assert client_of(association_admin()).post(address(name, acme)).status_code == 405


@pytest.mark.parametrize("name", POST_ONLY)
def test_what_changes_at_once_takes_no_get(acme: Member, name: str) -> None:
    assert client_of(association_admin()).get(address(name, acme)).status_code == 405


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_without_the_csrf_token(acme: Member, name: str) -> None:
    client = client_of(association_admin(), enforce_csrf_checks=True)
    answer = client.post(address(name, acme), {"sure": "on", "to": "down"})
    assert answer.status_code == 403
    acme.refresh_from_db()
    assert (acme.active, acme.version, CustomField.objects.count()) == (True, 1, 1)


@pytest.mark.parametrize("name", OF_A_RECORD)
def test_a_record_that_is_gone_is_not_found(name: str) -> None:
    client = client_of(association_admin())
    url = reverse(name, args=[4711])
    answer = client.post(url) if name in POST_ONLY else client.get(url)
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["custom_field", "custom_field_move", "custom_field_delete"])
def test_a_field_that_is_gone_is_not_found(name: str) -> None:
    answer = client_of(association_admin()).post(reverse(name, args=["gone"]), {"sure": "on"})
    assert answer.status_code == 404


def test_only_a_company_has_a_page_for_its_roles(acme: Member) -> None:
    ada = builders.person(parent=acme)
    assert client_of(association_admin()).get(reverse("member_roles", args=[ada.pk])).status_code == 404


def test_a_limited_admin_is_offered_no_deletion(acme: Member) -> None:
    client = client_of(limited_admin())
    page = client.get(address("member", acme)).content.decode()
    assert reverse("member_delete", args=[acme.pk]) not in page
    assert reverse("member_deactivate", args=[acme.pk]) in page


def test_a_limited_admin_sees_custom_fields_without_buttons(acme: Member) -> None:
    page = client_of(limited_admin()).get(reverse("custom_fields")).content.decode()
    assert "Division" in page
    assert reverse("custom_field", args=["division"]) not in page
    assert "Only an Association Admin can change these." in page
