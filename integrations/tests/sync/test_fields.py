"""Custom fields that cannot be made or deleted at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from groups.membership import recalculate
from integrations.choose_fields import Choice, save_sync_fields
from integrations.models import (
    Contact,
    ContactState,
    Operation,
    OperationKind,
    OperationState,
    RemoteFieldState,
    SyncField,
)
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.sync.operations import OPEN
from integrations.sync.session import SyncSession
from integrations.tests.sync.cast import (
    TESTER,
    choose,
    connect,
    cycle,
    edit,
    group,
    person,
    put_in,
    sync,
    there,
)
from integrations.tests.sync.test_switches import OTHERWISE
from members.fields import catalogue

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = Choice(keys=("phone",), adopt=frozenset(), delete_there=frozenset())


def test_a_field_whose_answer_was_lost_is_settled_though_nobody_wants_it_any_more(
    sandbox: SandboxServer,
) -> None:
    sync(group("Board", person("ada@example.org")))
    choose(("phone", "Phone"))
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True) as travel:
        sandbox.faults.drop_after_work(1, method="POST", path="/v3/contact_custom_fields")
        run_cycle(trigger="test")
        assert Operation.objects.get(state__in=OPEN).state == OperationState.UNKNOWN
        SyncField.objects.update(position=None)
        travel.shift(600)
        cycle(check=True)
    assert not Operation.objects.filter(state__in=OPEN).exists()
    assert [one["label"] for one in sandbox.fields()] == ["Phone"]


def test_a_field_whose_every_name_is_refused_is_given_up_and_a_person_may_have_it_tried_again(
    sandbox: SandboxServer,
) -> None:
    """Retried for ever it would have spent the day's requests within an hour."""
    sync(group("Board", person("ada@example.org")))
    save_sync_fields(PHONE, catalogue(), actor=TESTER)
    sandbox.faults.fail_next(1_000, status=409, body="array", method="POST", path="/v3/contact_custom_fields")
    for _ in range(3):
        run_cycle(trigger="test")
    field = SyncField.objects.get()
    assert (field.state, field.error) == (
        RemoteFieldState.FAILED,
        "The field could not be made. Constant Contact has this already.",
    )
    asked = [one.method for one in sandbox.requests() if "/contact_custom_fields" in one.path]
    assert asked.count("POST") == 50
    assert asked.count("GET") <= 2
    assert there(sandbox, "ada@example.org")
    sandbox.faults.clear()
    save_sync_fields(PHONE, catalogue(), actor=TESTER)
    cycle()
    assert [one["label"] for one in sandbox.fields()] == ["Phone"]


def test_a_field_that_waits_for_an_import_costs_no_requests_meanwhile(sandbox: SandboxServer) -> None:
    choose(("phone", "Phone"))
    sync(group("Board", *[person(f"p{number}@example.org", phone="614-555-0142") for number in range(11)]))
    sandbox.set(activity_seconds=3)
    recalculate()

    def delete_the_field_during_the_import(_session: SyncSession) -> None:
        if Operation.objects.filter(kind=OperationKind.IMPORT, state__in=OPEN).exists():
            SyncField.objects.update(state=RemoteFieldState.DELETING, position=None)

    run_cycle(trigger="test", on_progress=delete_the_field_during_the_import)
    asked = [one.method for one in sandbox.requests() if "/contact_custom_fields" in one.path]
    assert asked.count("DELETE") == 1
    assert len(asked) <= 5
    assert sandbox.fields() == []


@pytest.mark.parametrize("trouble", ["drop_before_work", "drop_after_work"])
def test_a_deletion_whose_answer_was_lost_is_asked_for_again(sandbox: SandboxServer, trouble: str) -> None:
    sync(group("Board", person("ada@example.org")))
    save_sync_fields(Choice(keys=("phone",)), catalogue(), actor=TESTER)
    cycle()
    getattr(sandbox.faults, trouble)(1, method="DELETE")
    save_sync_fields(Choice(keys=(), delete_there=frozenset({"phone"})), catalogue(), actor=TESTER)
    cycle()
    cycle()
    assert sandbox.fields() == []
    assert not SyncField.objects.exists()


def test_a_worker_killed_while_it_notes_a_refused_deletion_leaves_nothing_open(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(group("Board", person("ada@example.org")))
    save_sync_fields(Choice(keys=("phone",)), catalogue(), actor=TESTER)
    cycle()
    sandbox.faults.fail_next(1, status=400, body="array", method="DELETE")
    save_sync_fields(Choice(keys=(), delete_there=frozenset({"phone"})), catalogue(), actor=TESTER)
    monkeypatch.setattr("integrations.sync.remote_fields.finished", _die)
    with pytest.raises(KeyboardInterrupt):
        cycle()
    monkeypatch.undo()
    cycle()
    assert not Operation.objects.filter(state__in=OPEN).exists()
    assert sandbox.fields() == []


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


# What a PUT does with values of fields that are not ours: it replaces all there are


@pytest.mark.once
@pytest.mark.parametrize(("name", "value"), OTHERWISE, ids=str)
def test_values_of_others_survive_and_those_of_deleted_fields_stop_nobody(
    sandbox: SandboxServer, name: str, value: Any
) -> None:
    sandbox.set(deleting_field_removes_values=False, **{name: value})
    for label in ("Shoe Size", "Color"):
        sandbox.people.create_field(label)
    sandbox.people.add_contact("ada@example.org", first_name="Old", **{"Shoe Size": "43", "Color": "red"})
    ada = person("ada@example.org", "Ada", phone="1", county="Stark")
    choose(("phone", "Phone"), ("county", "County"))
    sync(group("Board", ada))
    cycle()
    assert values(sandbox) == {"Shoe Size": "43", "Color": "red", "Phone": "1", "County": "Stark"}

    sandbox.people.delete_field("Color")
    edit(ada, phone="2")
    cycle()
    assert values(sandbox) == {"Shoe Size": "43", "Phone": "2", "County": "Stark"}

    save_sync_fields(Choice(keys=("phone",)), catalogue(), actor=TESTER)
    edit(ada, phone="3", county="Summit")
    cycle()
    assert values(sandbox) == {"Shoe Size": "43", "Phone": "3", "County": "Stark"}

    sandbox.people.delete_field("Phone")
    edit(ada, phone="4")
    cycle()
    assert values(sandbox) == {"Shoe Size": "43", "Phone": "4", "County": "Stark"}
    assert Contact.objects.get().state == ContactState.SYNCED


def values(sandbox: SandboxServer) -> dict[str, str]:
    """Ada's, of the fields that exist."""
    labels = {one["label"] for one in sandbox.fields()}
    return {
        label: value
        for label, value in there(sandbox, "ada@example.org")["custom"].items()
        if label in labels
    }


@pytest.mark.parametrize("count", [1, 12])
def test_a_newcomer_is_made_though_a_field_of_ours_was_just_deleted_there(
    sandbox: SandboxServer, count: int
) -> None:
    choose(("phone", "Phone"))
    board = group("Board", person("ada@example.org", phone="1"))
    sync(board)
    cycle()
    sandbox.people.delete_field("Phone")
    put_in(board, *(person(f"new{number}@example.org", phone="2") for number in range(count)))
    cycle()
    assert {there(sandbox, f"new{number}@example.org")["custom"]["Phone"] for number in range(count)} == {"2"}
    assert not Contact.objects.filter(state=ContactState.REFUSED).exists()


def test_fields_are_read_once_for_all_who_have_a_value_of_a_deleted_one(sandbox: SandboxServer) -> None:
    sandbox.set(deleting_field_removes_values=False)
    sandbox.people.create_field("Color")
    people = [person(f"p{number}@example.org", phone="1") for number in range(8)]
    for one in people:
        sandbox.people.add_contact(one.email, Color="red")
    choose(("phone", "Phone"))
    sync(group("Board", *people))
    cycle()
    sandbox.people.delete_field("Color")
    for one in people:
        edit(one, phone="2")
    sandbox.clear_requests()
    cycle()
    asked = [one.method for one in sandbox.requests()]
    assert asked.count("PUT") == len(people) + 1
    assert sum("/contact_custom_fields" in one.path for one in sandbox.requests()) == 1
    assert {there(sandbox, one.email)["custom"]["Phone"] for one in people} == {"2"}


def test_a_contact_with_a_value_of_a_deleted_field_moves_to_a_changed_address(sandbox: SandboxServer) -> None:
    sandbox.set(deleting_field_removes_values=False)
    choose(("phone", "Phone"))
    with time_machine.travel("2026-11-23T15:00:00Z", tick=True) as travel:
        sandbox.set(access_token_seconds=400_000)
        connect(sandbox)
        ada = person("ada@example.org", phone="614-555-0142")
        # So many that the field, made again, is written by an import, which leaves the old value beside it.
        sync(group("Board", ada, *(person(f"p{number}@example.org", phone="1") for number in range(12))))
        cycle()
        sandbox.people.delete_field("Phone")
        travel.shift(timedelta(days=1))
        cycle()
        edit(ada, email="lovelace@example.org")
        cycle()
    contact = Contact.objects.get(email="lovelace@example.org")
    assert contact.state == ContactState.SYNCED
    assert there(sandbox, "lovelace@example.org")["contact_id"] == contact.contact_id
    assert "lovelace@example.org" in sandbox.members("Board")


def test_a_field_of_ours_that_somebody_deleted_is_there_again_the_next_day(sandbox: SandboxServer) -> None:
    choose(("phone", "Phone"))
    with time_machine.travel("2026-11-23T15:00:00Z", tick=True) as travel:
        sandbox.set(access_token_seconds=400_000)
        connect(sandbox)
        sync(group("Board", person("ada@example.org", phone="614-555-0142")))
        cycle()
        sandbox.people.delete_field("Phone")
        travel.shift(timedelta(days=1))
        cycle()
        assert there(sandbox, "ada@example.org")["custom"] == {"Phone": "614-555-0142"}
