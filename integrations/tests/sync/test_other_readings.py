"""What Constant Contact may do where the reference is silent: each of these once stopped or misled the sync."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from integrations.constant_contact import activities
from integrations.constant_contact.client import Client
from integrations.constant_contact.imports import ImportChunk
from integrations.models import Contact, ContactState, ListMembership, ListState, Observation, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.tests.sync.cast import TESTER, choose, cycle, edit, group, person, sync, take_out, there
from integrations.tests.sync.proof import assert_in_step
from integrations.tests.sync.test_faults import settle
from members.models import Member
from members.records import save_members

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting_for_lost_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox either did the work or never will: looking at once is right here."""
    for module in ("operations", "remote_lists", "remote_fields", "waves"):
        monkeypatch.setattr(f"integrations.sync.{module}.may_still_arrive", lambda _operation: False)


def people_of(count: int) -> list[Member]:
    return [person(f"p{number}@example.org", f"P{number}", phone="614-555-0142") for number in range(count)]


def test_an_import_that_the_search_shows_late_is_waited_for_and_not_read_one_by_one(
    sandbox: SandboxServer,
) -> None:
    sandbox.set(search_lag_seconds=2)
    sync(group("Board", *people_of(30)))
    sandbox.clear_requests()
    cycle()
    assert_in_step(sandbox)
    assert len(sandbox.requests()) < 20


def test_who_was_imported_while_the_search_lagged_can_be_taken_off_again(sandbox: SandboxServer) -> None:
    """A new contact that the search does not show yet is asked for by itself, and there is a conflict."""
    sandbox.set(search_lag_seconds=2)
    people = people_of(12)
    board = group("Board", *people[:11])
    synced = sync(board)
    cycle()
    assert set(ListMembership.objects.values_list("added_by_us", flat=True)) == {True}
    take_out(board, *people[:3])
    cycle()
    synced.refresh_from_db()
    assert len(sandbox.members(synced.list_id)) == 8


def test_a_contact_whose_making_was_not_answered_is_ours_all_the_same(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    synced = sync(board)
    sandbox.faults.drop_after_work(1, method="POST", path="/v3/contacts")
    settle()
    take_out(board, ada)
    settle()
    synced.refresh_from_db()
    assert sandbox.members(synced.list_id) == []


def test_a_list_deleted_there_is_noticed_where_the_collection_still_shows_it(sandbox: SandboxServer) -> None:
    sandbox.set(deleted_lists_are_listed=True)
    sync(group("Board", *people_of(1)))
    cycle()
    sandbox.people.delete_list("Board")
    cycle(check=True)
    assert SyncedList.objects.get().state == ListState.GONE


def test_a_deletion_that_the_jobs_do_not_show_comes_to_an_end(sandbox: SandboxServer) -> None:
    sandbox.set(list_deletions_are_listed=False)
    synced = sync(group("Board", *people_of(1)))
    cycle()
    SyncedList.objects.update(state=ListState.DELETING)
    cycle()
    synced_again = SyncedList.objects.filter(pk=synced.pk)
    assert not synced_again.exists()


def test_one_value_that_is_refused_after_an_import_keeps_nobody_else_waiting(sandbox: SandboxServer) -> None:
    people = people_of(12)
    choose(("phone", "Phone"))
    sync(group("Board", *people))
    cycle()
    for one in people:
        edit(one, phone="")
    sandbox.faults.fail_next(1, status=400, body="array", method="PUT", path="/contacts")
    outcome = run_cycle(trigger="test")
    assert outcome.reason == ""
    refused = Contact.objects.get(state=ContactState.REFUSED)
    assert Contact.objects.exclude(pk=refused.pk).filter(desired_hash=F("observed_hash")).count() == 11


@pytest.mark.parametrize("path", ["/contact_lists", "/contact_custom_fields"])
def test_what_was_made_behind_a_503_is_not_made_twice(sandbox: SandboxServer, path: str) -> None:
    sandbox.faults.fail_next(1, status=503, body="html", method="POST", path=path, after_work=True)
    choose(("phone", "Phone"))
    sync(group("Board", *people_of(2)))
    cycle()
    settle()
    assert_in_step(sandbox)


def test_a_list_that_goes_just_before_an_import_refuses_nobody(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = people_of(20)
    sync(group("Board", *people))
    cycle()

    def too_late(client: Client, chunk: ImportChunk) -> activities.Activity:
        sandbox.people.delete_list("Board")
        monkeypatch.undo()
        return activities.import_contacts(client, chunk)

    save_members([(one.pk, {"job_title": "Chair"}) for one in people], actor=TESTER)
    monkeypatch.setattr(activities, "import_contacts", too_late)
    run_cycle(trigger="test")
    assert SyncedList.objects.get().state == ListState.GONE
    assert not Contact.objects.filter(state=ContactState.REFUSED).exists()
    assert sum(one.path.endswith("contacts_json_import") for one in sandbox.requests()) == 2


def test_when_every_row_is_refused_the_search_for_the_one_that_offends_ends(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.sync.waves.MOST_REFUSED", 4)
    monkeypatch.setattr("integrations.sync.readback.SEARCH_LAG", timedelta(0))
    sync(group("Board", *people_of(24)))
    sandbox.faults.fail_next(1_000, status=400, body="array", method="POST", path="contacts_json_import")
    run_cycle(trigger="test")
    jobs = [one for one in sandbox.requests() if one.path.endswith("contacts_json_import")]
    assert len(jobs) < 10
    assert_in_step(sandbox)


def test_what_was_written_by_itself_and_is_changed_there_later_is_overwritten_at_night(
    sandbox: SandboxServer,
) -> None:
    ada = person("ada@example.org")
    sync(group("Board", ada))
    cycle()
    edit(ada, first_name="Augusta")
    cycle()
    sandbox.people.edit_contact("ada@example.org", first_name="Theirs")
    Observation.objects.update(compared_at=timezone.now() - timedelta(days=1))
    cycle()
    assert there(sandbox, "ada@example.org")["first_name"] == "Augusta"
