"""Choosing the fields that sync."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from integrations.choose_fields import (
    MOST,
    Choice,
    FieldsRefusedError,
    chosen_fields,
    preview,
    save_sync_fields,
    taken_labels,
)
from integrations.models import RemoteFieldState, StaleContact, SyncField
from integrations.sandbox.server import SandboxServer
from integrations.tests import connections
from integrations.tests.ledgers import TESTER, connected, contact, person
from members.custom_fields import create_custom_field, delete_custom_field
from members.fields import catalogue
from members.models import FieldType
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def choose(*keys: str, **options: frozenset[str]) -> None:
    save_sync_fields(Choice(keys, **options), catalogue(), actor=TESTER)


def chosen() -> list[str]:
    return [row.source_key for row in chosen_fields()]


def audit() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.filter(component="sync_field").order_by("id")
    return list(entries.values_list("item_name", "action", "after"))


def test_fields_are_kept_in_the_order_chosen() -> None:
    choose("phone", "status", "parent.billing_city")
    assert chosen() == ["phone", "status", "parent.billing_city"]
    choose("status", "phone", "parent.billing_city")
    assert chosen() == ["status", "phone", "parent.billing_city"]


def test_a_date_field_is_made_as_a_date() -> None:
    choose("expires", "phone")
    assert [row.is_date for row in chosen_fields()] == [True, False]


def test_seventeen_fields_are_the_most() -> None:
    keys = [field.key for field in catalogue().syncable][: MOST + 1]
    choose(*keys[:MOST])
    with pytest.raises(FieldsRefusedError, match="At most 17 fields sync; this would be 18"):
        choose(*keys)
    assert len(chosen()) == MOST


@pytest.mark.parametrize(
    "key", ["email", "company", "account_email", "parent.account_email", "custom.nothing"]
)
def test_what_cannot_sync_is_refused(key: str) -> None:
    with pytest.raises(FieldsRefusedError, match="does not exist any more"):
        choose("phone", key)
    assert chosen() == []


def test_a_field_twice_is_refused() -> None:
    with pytest.raises(FieldsRefusedError, match="chosen twice"):
        choose("phone", "phone")


def test_every_contact_is_looked_at_again() -> None:
    connected()
    contact(person("ada@example.org"))
    StaleContact.objects.all().delete()
    choose("phone")
    assert [mark.email_key for mark in StaleContact.objects.all()] == ["ada@example.org"]


def test_saving_without_a_change_marks_nobody() -> None:
    connected()
    contact(person("ada@example.org"))
    choose("phone")
    StaleContact.objects.all().delete()
    choose("phone")
    assert not StaleContact.objects.exists()
    assert len(audit()) == 1


def made_there(key: str) -> None:
    SyncField.objects.filter(source_key=key).update(
        we_created=True, remote_id="remote", state=RemoteFieldState.READY
    )


def test_a_removed_field_stays_there_unless_asked() -> None:
    choose("phone")
    made_there("phone")
    choose()
    assert not SyncField.objects.exists()
    assert audit()[-1] == ("Phone", "removed", "stays in Constant Contact with its values")


def test_a_field_that_we_made_is_deleted_there_when_asked() -> None:
    choose("phone")
    made_there("phone")
    choose(delete_there=frozenset({"phone"}))
    row = SyncField.objects.get()
    assert (row.position, row.state) == (None, RemoteFieldState.DELETING)
    assert audit()[-1] == ("Phone", "removed", "is deleted in Constant Contact")


def test_a_field_of_theirs_is_never_deleted() -> None:
    choose("phone")
    SyncField.objects.update(remote_id="remote", state=RemoteFieldState.READY)
    choose(delete_there=frozenset({"phone"}))
    assert not SyncField.objects.exists()


def test_a_field_chosen_again_before_it_was_deleted_is_kept() -> None:
    choose("phone")
    made_there("phone")
    choose(delete_there=frozenset({"phone"}))
    choose("phone")
    row = SyncField.objects.get()
    assert (row.position, row.state, row.remote_id) == (0, RemoteFieldState.READY, "remote")


def test_labels_fit_constant_contact_and_differ() -> None:
    one = create_custom_field("A" * 80, FieldType.TEXT, actor=TESTER)
    two = create_custom_field("A" * 81, FieldType.TEXT, actor=TESTER)
    choose(f"custom.{one.key}", f"custom.{two.key}")
    labels = [row.label for row in chosen_fields()]
    assert labels[0] == "A" * 50
    assert labels[1] == "A" * 47 + " 2"


def test_a_deleted_custom_field_stops_syncing() -> None:
    made = create_custom_field("Division", FieldType.TEXT, actor=TESTER)
    choose(f"custom.{made.key}", "phone")
    delete_custom_field(made, actor=TESTER)
    assert chosen() == ["phone"]


def test_a_label_that_is_taken_there_is_found(constant_contact: SandboxServer) -> None:
    connections.connected(constant_contact)
    constant_contact.people.create_field("phone")
    found = taken_labels(["phone", "status"], catalogue())
    assert [(one.key, one.usable) for one in found] == [("phone", True)]


def test_nothing_is_asked_for_fields_that_sync_already(constant_contact: SandboxServer) -> None:
    connections.connected(constant_contact)
    choose("phone")
    constant_contact.clear_requests()
    assert taken_labels(["phone"], catalogue()) == []
    assert constant_contact.requests() == []


def test_an_outage_is_no_reason_not_to_choose(constant_contact: SandboxServer, settings: Settings) -> None:
    connections.connected(constant_contact)
    settings.CONSTANT_CONTACT_API_URL = "http://127.0.0.1:9/v3"
    assert taken_labels(["phone"], catalogue()) == []


def test_the_preview_shows_what_is_sent_and_what_is_clipped() -> None:
    ada = person("ada@example.org", expires="2026-12-31", notes="x" * 300)
    lines = {line.label: line for line in preview(ada, ["expires", "notes"], catalogue())}
    assert lines["Membership Expires"].value == "12/31/2026"
    assert (len(lines["Notes"].value), lines["Notes"].clipped_at) == (255, 255)
    assert lines["First Name"].value == "Ada"
