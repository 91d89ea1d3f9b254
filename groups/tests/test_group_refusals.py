"""Nobody signed out, nobody without the right, no other method and no forged form gets anywhere in this room."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLPattern, reverse

from groups.models import Group
from groups.tests.cast import OHIO, calculated, person
from groups.tests.pages import OHIO_FORM
from groups.urls import urlpatterns
from novi_ams.association.models import User
from novi_ams.tests.people import association_admin, client_of, limited_admin
from novi_ams.tests.people import person as login

pytestmark = pytest.mark.django_db
POST_ONLY = {
    "group_copy",
    "group_preview",
    "group_preview_new",
    "group_records",
    "group_records_new",
}
BOTH = {"group_add", "group", "group_delete"}


def address(pattern: URLPattern, group: Group, member_id: int) -> str:
    if not pattern.pattern.converters:
        return reverse(str(pattern.name))
    return reverse(str(pattern.name), args=[member_id if pattern.name == "member_groups" else group.pk])


def addresses(only: set[str] | None = None) -> list[tuple[str, str]]:
    """(name, address) of every view of the room."""
    group, member = calculated(OHIO), person()
    named = [(str(one.name), address(one, group, member.pk)) for one in urlpatterns]
    return [(name, url) for name, url in named if only is None or name in only]


def may_only_look() -> User:
    user = login()
    looking = Role.objects.create(name="May only look")
    looking.permissions.set(Permission.objects.filter(codename__in=["view_group", "view_member"]))
    user.groups.add(looking)
    return user


def test_nobody_signed_out_sees_or_does_anything(client: Client) -> None:
    for name, url in addresses():
        for method in ("get", "post"):
            answer = getattr(client, method)(url)
            assert answer.status_code == 302, (name, method)
            assert answer.url.startswith("/login/"), (name, method)


def test_nobody_without_a_role_sees_or_does_anything() -> None:
    client = client_of(login())
    for name, url in addresses():
        answer = client.post(url) if name in POST_ONLY else client.get(url)
        assert answer.status_code == 403, name


def test_who_may_only_look_changes_nothing() -> None:
    client = client_of(may_only_look())
    for name, url in addresses(POST_ONLY | BOTH):
        assert client.post(url, OHIO_FORM).status_code == 403, name


def test_who_may_only_look_is_offered_no_button_that_changes() -> None:
    page = client_of(may_only_look()).get(reverse("group", args=[calculated(OHIO).pk])).content.decode()
    assert "group-save" not in page
    assert "records match" in page
    assert "Copy Group" not in page


def test_a_limited_admin_cannot_delete() -> None:
    group = calculated(OHIO)
    client = client_of(limited_admin())
    url = reverse("group_delete", args=[group.pk])
    assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)
    assert Group.objects.filter(pk=group.pk).exists()


def test_a_limited_admin_is_not_offered_to_delete() -> None:
    group, client = calculated(OHIO), client_of(limited_admin())
    for url in (reverse("groups"), reverse("group", args=[group.pk])):
        assert "Delete" not in client.get(url).content.decode()


def test_every_view_answers_its_own_methods_only() -> None:
    client = client_of(association_admin())
    for name, url in addresses():
        assert client.put(url).status_code == 405, name
        if name in POST_ONLY:
            assert client.get(url).status_code == 405, name
        elif name not in BOTH:
            assert client.post(url).status_code == 405, name


def test_a_form_without_the_token_is_refused() -> None:
    client = client_of(association_admin(), enforce_csrf_checks=True)
    for name, url in addresses(POST_ONLY | BOTH):
        assert client.post(url, OHIO_FORM).status_code == 403, name


def test_what_does_not_exist_is_not_found() -> None:
    client = client_of(association_admin())
    for pattern in urlpatterns:
        if pattern.pattern.converters:
            url = reverse(str(pattern.name), args=[4_000_000])
            answer = client.post(url) if pattern.name in POST_ONLY else client.get(url)
            assert answer.status_code == 404, pattern.name
