"""Who is sent away from each address of this room, and why."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import ConnectionState, ConstantContactConnection, ListState, SyncedList
from integrations.tests.ledgers import connected, group, person, put_on, synced
from novi_ams.tests.people import association_admin, client_of, limited_admin
from novi_ams.tests.people import person as user

pytestmark = pytest.mark.django_db

READ = [
    "integrations:settings",
    "integrations:connection",
    "integrations:progress",
    "integrations:report",
    "integrations:callback",
    "help",
]
READ_GROUP = ["group", "group_panel", "status_line", "addresses", "preview"]
MANAGE = ["connect", "test", "other_account", "this_site", "pause_everything", "edit_fields"]
CHANGE_GROUP = ["save", "pause", "resume", "check", "leavers", "rename"]
ASK_GROUP = ["turn_off", "create_again", "held", "remove_strangers"]


@pytest.fixture
def where() -> SyncedList:
    connected()
    ada = person("ada@example.org")
    made = synced(group("Board", ada))
    put_on(made, ada)
    return made


def all_addresses(where: SyncedList) -> list[str]:
    named = [reverse(name) for name in READ]
    named += [reverse(f"integrations:{name}") for name in (*MANAGE, "disconnect")]
    of_group = [f"integrations:{name}" for name in (*READ_GROUP, *CHANGE_GROUP, *ASK_GROUP)]
    return [*named, *(reverse(name, args=[where.group_id]) for name in of_group)]


def test_nobody_sees_anything_before_signing_in(where: SyncedList) -> None:
    for address in all_addresses(where):
        for answer in (Client().get(address), Client().post(address)):
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/login/"), address


def test_who_has_no_role_is_refused_everywhere(where: SyncedList) -> None:
    client = client_of(user())
    for address in all_addresses(where):
        answers = {client.get(address).status_code, client.post(address).status_code}
        assert answers <= {403, 405}, address
        assert 403 in answers, address


@pytest.mark.parametrize("name", [*MANAGE, "disconnect"])
def test_a_limited_admin_manages_neither_connection_nor_fields(where: SyncedList, name: str) -> None:
    answer = client_of(limited_admin()).post(reverse(f"integrations:{name}"))
    assert answer.status_code == 403
    assert ConstantContactConnection.current().state == ConnectionState.CONNECTED


def test_a_limited_admin_cannot_turn_a_sync_off(where: SyncedList) -> None:
    client = client_of(limited_admin())
    address = reverse("integrations:turn_off", args=[where.group_id])
    assert client.get(address).status_code == 403
    assert client.post(address, {"size": "1", "understood": "on"}).status_code == 403
    assert client.post(reverse("integrations:save", args=[where.group_id])).status_code == 403
    assert SyncedList.objects.get().state == ListState.READY


def test_a_limited_admin_turns_syncs_on_and_pauses_them(where: SyncedList) -> None:
    client, other = client_of(limited_admin()), group("Golf")
    client.post(reverse("integrations:save", args=[other.pk]), {"sync": "on"})
    assert SyncedList.objects.get(group=other).state == ListState.WANTED
    client.post(reverse("integrations:pause", args=[where.group_id]))
    assert SyncedList.objects.get(pk=where.pk).paused


def test_a_limited_admin_sees_the_settings_without_their_buttons(where: SyncedList) -> None:
    answer = client_of(limited_admin()).get(reverse("integrations:settings"))
    assert answer.status_code == 200
    assert "Disconnect" not in answer.content.decode()
    assert "Save &amp; Close" not in answer.content.decode()


def test_what_changes_something_takes_no_get(where: SyncedList) -> None:
    client = client_of(association_admin())
    for name in MANAGE:
        assert client.get(reverse(f"integrations:{name}")).status_code == 405, name
    for name in CHANGE_GROUP:
        assert client.get(reverse(f"integrations:{name}", args=[where.group_id])).status_code == 405, name


def test_what_only_shows_takes_no_post(where: SyncedList) -> None:
    client = client_of(association_admin())
    for name in READ:
        assert client.post(reverse(name)).status_code == 405, name
    for name in READ_GROUP:
        assert client.post(reverse(f"integrations:{name}", args=[where.group_id])).status_code == 405, name


def test_a_form_of_another_site_changes_nothing(where: SyncedList) -> None:
    client = client_of(association_admin(), enforce_csrf_checks=True)
    for name in (*MANAGE, "disconnect"):
        assert client.post(reverse(f"integrations:{name}")).status_code == 403, name
    for name in (*CHANGE_GROUP, *ASK_GROUP):
        answer = client.post(
            reverse(f"integrations:{name}", args=[where.group_id]), {"size": "1", "understood": "1"}
        )
        assert answer.status_code == 403, name
    assert SyncedList.objects.get().state == ListState.READY
    assert ConstantContactConnection.current().is_connected


def test_a_group_that_does_not_exist_is_not_found(where: SyncedList) -> None:
    client = client_of(association_admin())
    assert client.get(reverse("integrations:group", args=[9_999])).status_code == 404
    assert client.post(reverse("integrations:save", args=[9_999])).status_code == 404


def test_a_group_that_does_not_sync_has_nothing_to_pause_or_turn_off(where: SyncedList) -> None:
    client, off = client_of(association_admin()), group("Golf")
    for name in ("pause", "resume", "check", "leavers", *ASK_GROUP):
        assert client.post(reverse(f"integrations:{name}", args=[off.pk])).status_code == 404, name
