"""Choosing fields on the page: the draft in the form, and what saving asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.choose_fields import MOST, Choice, chosen_fields, save_sync_fields
from integrations.models import RemoteFieldState, SyncField
from integrations.sandbox.server import SandboxServer
from integrations.tests import connections
from integrations.tests.ledgers import TESTER, connected, person
from members.fields import catalogue
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(association_admin())


def press(
    client: Client,
    *fields: str,
    known: Sequence[str] | None = None,
    htmx: bool = False,
    answers: dict[str, str] | None = None,
    **pressed: str,
) -> Any:
    """Post the form with these fields in the draft and one button pressed.

    `known`: what was saved when the page was opened, if not what is.
    """
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(
        reverse("integrations:edit_fields"),
        {
            "draft": ",".join(chosen() if known is None else known),
            "field": fields,
            **(answers or {}),
            **pressed,
        },
        headers=headers,
    )


def drafted(answer: Any) -> list[str]:
    return [row.key for row in answer.context["rows"]]


def chosen() -> list[str]:
    return [row.source_key for row in chosen_fields()]


def test_adding_and_removing_change_the_draft_alone(client: Client) -> None:
    answer = press(client, "phone", add="status")
    assert drafted(answer) == ["phone", "status"]
    assert drafted(press(client, "phone", "status", take_out="phone")) == ["status"]
    assert chosen() == []


def test_rows_move_by_buttons(client: Client) -> None:
    assert drafted(press(client, "phone", "status", up="status")) == ["status", "phone"]
    assert drafted(press(client, "phone", "status", down="phone")) == ["status", "phone"]
    assert drafted(press(client, "phone", "status", up="phone")) == ["phone", "status"]


def test_a_field_that_could_not_be_made_says_why_and_saving_tries_again(client: Client) -> None:
    press(client, "phone", "status", save="1")
    SyncField.objects.filter(source_key="phone").update(
        state=RemoteFieldState.FAILED, error="All names are taken."
    )
    page = client.get(reverse("integrations:settings")).content.decode()
    assert "All names are taken." in page
    assert "Saving tries again" in page
    press(client, "phone", "status", save="1")
    states = SyncField.objects.values_list("source_key", "state", "error")
    assert set(states) == {(key, RemoteFieldState.WANTED, "") for key in ("phone", "status")}
    [entry] = AuditEntry.objects.filter(action="asked to make again")
    assert (entry.item_name, entry.component) == ("Phone", Component.SYNC_FIELD)


def test_saving_stores_the_draft_and_returns_to_the_page(client: Client) -> None:
    answer = press(client, "phone", "status", save="1")
    assert (answer.status_code, answer["Location"]) == (302, reverse("integrations:settings"))
    assert chosen() == ["phone", "status"]


def test_what_somebody_else_saved_meanwhile_is_taken_in_and_not_undone(client: Client) -> None:
    save_sync_fields(Choice(("phone", "fax")), catalogue(), actor=TESTER)
    save_sync_fields(Choice(("phone", "mobile")), catalogue(), actor=TESTER)
    answer = press(client, "phone", "fax", "status", known=["phone", "fax"], save="1")
    assert answer.status_code == 422
    assert "Somebody else changed the fields meanwhile: added Mobile, removed Fax." in answer.content.decode()
    assert drafted(answer) == ["phone", "status", "mobile"]
    assert chosen() == ["phone", "mobile"]
    assert 'name="draft" value="phone,mobile"' in answer.content.decode()
    press(client, *drafted(answer), save="1")
    assert chosen() == ["phone", "status", "mobile"]


def test_saving_twice_with_a_double_click_is_saving_once(client: Client) -> None:
    for _ in range(2):
        assert press(client, "phone", known=[], save="1").status_code == 302
    assert chosen() == ["phone"]


def test_another_order_saved_meanwhile_is_no_obstacle(client: Client) -> None:
    save_sync_fields(Choice(("fax", "phone")), catalogue(), actor=TESTER)
    assert press(client, "phone", "fax", "status", known=["phone", "fax"], save="1").status_code == 302
    assert chosen() == ["phone", "fax", "status"]


def test_with_script_the_page_is_asked_to_go_there(client: Client) -> None:
    answer = press(client, "phone", htmx=True, save="1")
    assert answer["HX-Redirect"] == reverse("integrations:settings")


def test_the_eighteenth_is_refused_and_the_draft_stays(client: Client) -> None:
    keys = [field.key for field in catalogue().syncable][: MOST + 1]
    answer = press(client, *keys[:MOST], add=keys[MOST])
    assert answer.status_code == 422
    assert "17 fields are the most. Remove one before you add another." in answer.content.decode()
    assert drafted(answer) == keys[:MOST]


def test_eighteen_at_once_are_refused_too(client: Client) -> None:
    keys = [field.key for field in catalogue().syncable][: MOST + 1]
    answer = press(client, *keys, save="1")
    assert answer.status_code == 422
    assert "At most 17 fields sync; this would be 18." in answer.content.decode()
    assert chosen() == []


def test_a_field_that_is_gone_loses_nothing_of_the_draft(client: Client) -> None:
    answer = press(client, "phone", "custom.gone", save="1")
    assert answer.status_code == 422
    assert drafted(answer) == ["phone", "custom.gone"]


def test_a_saved_field_asks_before_it_goes(client: Client) -> None:
    save_sync_fields(Choice(("phone",)), catalogue(), actor=TESTER)
    SyncField.objects.update(we_created=True, remote_id="remote", state="ready")
    page = client.get(reverse("integrations:settings")).content.decode()
    assert "Stop syncing “Phone”?" in page
    assert "Delete it in Constant Contact, too" in page


def test_a_removed_field_offers_to_be_deleted_or_kept(client: Client) -> None:
    save_sync_fields(Choice(("phone",)), catalogue(), actor=TESTER)
    SyncField.objects.update(we_created=True, remote_id="remote", state="ready")
    page = press(client, take_out="phone").content.decode()
    assert "To be removed" in page
    assert drafted(press(client, add="phone")) == ["phone"]
    press(client, delete_there="phone", save="1")
    assert SyncField.objects.get().state == "deleting"


def test_a_taken_label_is_a_question_and_the_answer_is_kept(
    constant_contact: SandboxServer, client: Client
) -> None:
    connections.connected(constant_contact)
    constant_contact.people.create_field("Phone")
    answer = press(client, "phone", save="1")
    assert "“Phone” exists in Constant Contact already." in answer.content.decode()
    assert chosen() == []
    press(client, "phone", save="1", answers={"taken-phone": "use"})
    assert SyncField.objects.get().adopt


def test_a_taken_label_may_be_left_alone(constant_contact: SandboxServer, client: Client) -> None:
    connections.connected(constant_contact)
    constant_contact.people.create_field("Phone")
    press(client, "phone", save="1", answers={"taken-phone": "new"})
    assert not SyncField.objects.get().adopt


def test_the_preview_shows_the_member_asked_for(client: Client) -> None:
    person("ada@example.org")
    bob = person("bob@example.org", "Bob", "Builder", phone="614-555-0142")
    answer = press(client, "phone", preview=str(bob.pk), refresh="1")
    assert answer.context["previewed"] == bob
    assert "614-555-0142" in answer.content.decode()


def test_a_member_to_preview_is_found_by_name(client: Client) -> None:
    person("ada@example.org")
    bob = person("bob@example.org", "Bob", "Builder")
    assert press(client, preview_search="builder", refresh="1").context["people"] == [bob]


def test_the_picker_offers_no_parent_custom_field_and_nothing_that_always_syncs() -> None:
    keys = {field.key for field in catalogue().syncable}
    assert not {"email", "first_name", "last_name", "company", "job_title"} & keys
    assert not any(key.startswith("parent.custom.") for key in keys)
