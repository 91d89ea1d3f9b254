"""What a person orders about a list or a contact: carried out once, with proof, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from groups.models import Group
from integrations.forgetting import CHOICE, consequences, order_deletion
from integrations.list_orders import (
    OutdatedStrangersError,
    name_to_offer,
    remove_strangers,
    rename_list,
    strangers_of,
)
from integrations.models import (
    Contact,
    ContactDeletion,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    SyncedList,
)
from integrations.sandbox.choices import Clash
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.sync.operations import OPEN
from integrations.syncing import add_back, turn_off, turn_on
from integrations.tests.sync.cast import TESTER, cycle, group, person, put_in, sync, there
from integrations.tests.sync.test_faults import settle
from members.models import Member
from members.records import delete_members
from novi_ams.audit.actor import acting_as
from novi_ams.audit.models import AuditEntry, Component

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting_for_lost_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox either did the work or never will: looking at once is right here."""
    for module in ("operations", "remote_lists", "renaming", "forgetting", "waves"):
        monkeypatch.setattr(f"integrations.sync.{module}.may_still_arrive", lambda _operation: False)


def board_of(*members: Member) -> SyncedList:
    sync(group("Board", *members))
    cycle()
    return SyncedList.objects.get()


def renamed(synced: SyncedList, name: str) -> SyncedList:
    Group.objects.filter(pk=synced.group_id or 0).update(name=name)
    return SyncedList.objects.select_related("group").get(pk=synced.pk)


def names_of_lists(sandbox: SandboxServer) -> list[str]:
    """But for the one that every account has from its start."""
    return sorted(one["name"] for one in sandbox.lists() if one["name"] != "My Contacts")


def lines_about(component: Component) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(component=component).order_by("pk")
    return list(entries.values_list("actor_name", "action").distinct())


# Another name


def test_a_list_is_renamed_like_its_group(sandbox: SandboxServer) -> None:
    synced = renamed(board_of(person("ada@example.org")), "Directors")
    sandbox.clear_requests()
    assert rename_list(synced, actor=TESTER)
    cycle()
    synced.refresh_from_db()
    assert (synced.name, synced.rename_to, synced.rename_error) == ("Directors", "", "")
    assert names_of_lists(sandbox) == ["Directors"]
    assert [one.method for one in sandbox.requests()] == ["GET", "PUT"]
    change = AuditEntry.objects.get(component=Component.LIST, action="renamed")
    assert (change.actor_name, change.before, change.after) == ("Tess Tester", "Board", "Directors")


def test_nothing_is_offered_for_a_list_with_its_groups_name_or_a_number_after_it(
    sandbox: SandboxServer,
) -> None:
    sandbox.people.create_list("Board")
    synced = SyncedList.objects.select_related("group").get(pk=board_of(person("ada@example.org")).pk)
    assert synced.name == "Board 1"
    assert name_to_offer(synced) == ""
    assert not rename_list(synced, actor=TESTER)
    assert name_to_offer(renamed(synced, "Directors")) == "Directors"


@pytest.mark.parametrize("clash", list(Clash))
def test_a_name_that_is_taken_is_told_and_the_list_keeps_its_own(
    sandbox: SandboxServer, clash: Clash
) -> None:
    sandbox.people.create_list("Directors")
    synced = renamed(board_of(person("ada@example.org")), "Directors")
    sandbox.set(list_rename_clash=clash.value)
    rename_list(synced, actor=TESTER)
    cycle()
    synced.refresh_from_db()
    assert (synced.name, synced.rename_to) == ("Board", "")
    assert synced.rename_error.startswith("A list called “Directors” exists in Constant Contact already")
    assert names_of_lists(sandbox) == ["Board", "Directors"]


@pytest.mark.parametrize("trouble", ["after", "before", "503"])
def test_a_lost_answer_renames_once_and_it_is_our_doing(sandbox: SandboxServer, trouble: str) -> None:
    synced = renamed(board_of(person("ada@example.org")), "Directors")
    if trouble == "after":
        sandbox.faults.drop_after_work(1, method="PUT", path="/contact_lists")
    elif trouble == "before":
        sandbox.faults.drop_before_work(1, method="PUT", path="/contact_lists")
    else:
        sandbox.faults.fail_next(1, status=503, body="html", method="PUT", path="/contact_lists")
    rename_list(synced, actor=TESTER)
    settle()
    settle()
    assert sandbox.faults.pending() == 0
    assert names_of_lists(sandbox) == ["Directors"]
    assert SyncedList.objects.get().name == "Directors"
    assert not Operation.objects.filter(state__in=OPEN).exists()
    assert AuditEntry.objects.filter(action="renamed", actor_name="Tess Tester").count() == 1
    assert not AuditEntry.objects.filter(action="renamed in Constant Contact").exists()


def test_a_list_that_was_deleted_there_meanwhile_is_noted(sandbox: SandboxServer) -> None:
    synced = renamed(board_of(person("ada@example.org")), "Directors")
    sandbox.people.delete_list("Board")
    rename_list(synced, actor=TESTER)
    cycle()
    assert SyncedList.objects.get().state == ListState.GONE


# Strangers


def with_strangers(sandbox: SandboxServer) -> SyncedList:
    synced = board_of(person("ada@example.org"))
    for name in ("bob", "cleo"):
        sandbox.people.add_contact(f"{name}@example.net", lists=["Board"])
    ListMembership.objects.update(since=None)
    SyncedList.objects.update(written_at=None)
    cycle(check=True)
    synced.refresh_from_db()
    return synced


def test_strangers_leave_the_list_when_a_person_says_so(sandbox: SandboxServer) -> None:
    synced = with_strangers(sandbox)
    strangers = strangers_of(synced)
    assert list(strangers.emails.values()) == ["bob@example.net", "cleo@example.net"]
    remove_strangers(synced, fingerprint=strangers.fingerprint, actor=TESTER)
    cycle()
    assert sandbox.members("Board") == ["ada@example.org"]
    assert there(sandbox, "bob@example.net")["deleted_at"] is None
    assert strangers_of(synced).count == 0
    lines = AuditEntry.objects.filter(action="ordered 2 people off", actor_name="Tess Tester")
    assert sorted(lines.values_list("field", flat=True)) == ["bob@example.net", "cleo@example.net"]


def test_one_stranger_alone(sandbox: SandboxServer) -> None:
    synced = with_strangers(sandbox)
    bob = ListMembership.objects.get(contact__email="bob@example.net").pk
    only = strangers_of(synced, only=bob)
    remove_strangers(synced, fingerprint=only.fingerprint, actor=TESTER, only=bob)
    cycle()
    assert sandbox.members("Board") == ["ada@example.org", "cleo@example.net"]


def test_who_came_after_the_question_is_not_removed(sandbox: SandboxServer) -> None:
    synced = with_strangers(sandbox)
    shown = strangers_of(synced).fingerprint
    sandbox.people.add_contact("dora@example.net", lists=["Board"])
    cycle(check=True)
    with pytest.raises(OutdatedStrangersError):
        remove_strangers(synced, fingerprint=shown, actor=TESTER)
    assert not ListMembership.objects.filter(contact__email="bob@example.net", added_by_us=True).exists()


def test_a_stranger_who_became_a_member_before_the_removal_stays(sandbox: SandboxServer) -> None:
    synced = with_strangers(sandbox)
    remove_strangers(synced, fingerprint=strangers_of(synced).fingerprint, actor=TESTER)
    board = Group.objects.get(pk=synced.group_id or 0)
    put_in(board, person("bob@example.net", "Bob"))
    cycle()
    assert sandbox.members("Board") == ["ada@example.org", "bob@example.net"]


# The right to be forgotten


def forget(member: Member) -> None:
    """Delete the record as its page does, the choice ticked."""
    with acting_as(TESTER), transaction.atomic():
        order_deletion(member, {CHOICE})
        delete_members([member.pk], actor=TESTER)


def is_forgotten(sandbox: SandboxServer, email: str) -> bool:
    found = sandbox.contact(email)
    gone_there = found is None or found["deleted_at"] is not None
    return gone_there and not Contact.objects.filter(email_key=email).exists()


def test_the_contact_goes_with_its_record(sandbox: SandboxServer) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    board_of(ada, bob)
    sandbox.clear_requests()
    forget(ada)
    cycle()
    assert is_forgotten(sandbox, "ada@example.org")
    assert sandbox.members("Board") == ["bob@example.org"]
    assert [one.method for one in sandbox.requests()] == ["GET", "DELETE", "GET"]
    assert not ContactDeletion.objects.exists()
    assert lines_about(Component.MEMBER)[-1] == ("Tess Tester", "deleted in Constant Contact the contact of")


def test_without_the_choice_the_contact_only_leaves_the_list(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board_of(ada)
    with transaction.atomic():
        order_deletion(ada, frozenset())
        delete_members([ada.pk], actor=TESTER)
    cycle()
    assert there(sandbox, "ada@example.org")["deleted_at"] is None
    assert sandbox.members("Board") == []


def offered(member: Member) -> bool:
    return any(one.choice == CHOICE for one in consequences(member))


def test_a_contact_that_was_there_before_us_is_not_ours_to_delete(sandbox: SandboxServer) -> None:
    sandbox.shift_clock(-3600)
    sandbox.people.add_contact("ada@example.org")
    sandbox.shift_clock(3600)
    ada = person("ada@example.org")
    board_of(ada)
    assert not offered(ada)
    forget(ada)
    cycle()
    assert there(sandbox, "ada@example.org")["deleted_at"] is None


def test_an_address_that_another_record_has_keeps_its_contact(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board_of(ada)
    assert offered(ada)
    person("ada@example.org", "Byron")
    assert not offered(ada)


def test_an_opt_out_is_remembered(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board_of(ada)
    sandbox.people.unsubscribe("ada@example.org")
    forget(ada)
    cycle()
    assert there(sandbox, "ada@example.org")["permission"] == "unsubscribed"
    assert lines_about(Component.MEMBER)[-1][1] == "did not delete in Constant Contact the contact of"


def test_a_contact_on_a_colleagues_list_stays(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    board_of(ada)
    sandbox.people.create_list("Press")
    sandbox.people.join_list("ada@example.org", "Press")
    forget(ada)
    cycle()
    assert there(sandbox, "ada@example.org")["lists"] == ["Press"]
    assert not ContactDeletion.objects.exists()


def test_who_comes_back_before_the_deletion_stays(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    synced = board_of(ada)
    forget(ada)
    put_in(Group.objects.get(pk=synced.group_id or 0), person("ada@example.org", "Byron"))
    cycle()
    assert sandbox.members("Board") == ["ada@example.org"]
    assert not ContactDeletion.objects.exists()


def test_who_was_forgotten_and_comes_back_is_a_contact_again(sandbox: SandboxServer) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    synced = board_of(ada, bob)
    forget(ada)
    cycle()
    put_in(Group.objects.get(pk=synced.group_id or 0), person("ada@example.org"))
    cycle()
    assert sandbox.members("Board") == ["ada@example.org", "bob@example.org"]


def kept_about(address: str) -> list[str]:
    """Which tables of ours the address can be read in."""
    models = apps.get_app_config("integrations").get_models()
    return [
        one.__name__ for one in models if any(address in str(row) for row in one._default_manager.values())
    ]


def test_nothing_of_ours_names_the_address_of_who_was_forgotten(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("integrations.syncing.wake", woken.append)
    ada = person("ada@example.org")
    board_of(ada, person("bob@example.org", "Bob"))
    sandbox.people.leave_list("ada@example.org", "Board")
    left = ListMembership.objects.select_related("contact", "synced_list").get(
        contact__email_key=ada.email_key
    )
    ListMembership.objects.filter(pk=left.pk).update(state=MembershipState.LEFT, seen=False)
    assert add_back(left, actor=TESTER)
    run_cycle(trigger=woken[0])
    assert sandbox.members("Board") == ["ada@example.org", "bob@example.org"]
    forget(ada)
    cycle()
    assert is_forgotten(sandbox, "ada@example.org")
    assert kept_about("ada@example.org") == []


DELETE: dict[str, Any] = {"method": "DELETE", "path": "/contacts"}
TROUBLES: dict[str, Callable[[Any], Any]] = {
    "drop before the work": lambda faults: faults.drop_before_work(1, **DELETE),
    "drop after the work": lambda faults: faults.drop_after_work(1, **DELETE),
    "500 empty": lambda faults: faults.fail_next(1, status=500, body="empty", **DELETE),
    "500 after the work": lambda faults: faults.fail_next(
        1, status=500, body="html", after_work=True, **DELETE
    ),
    "503 html": lambda faults: faults.fail_next(1, status=503, body="html", **DELETE),
    "503 after the work": lambda faults: faults.fail_next(
        1, status=503, body="html", after_work=True, **DELETE
    ),
    "truncated answer": lambda faults: faults.truncate(1, **DELETE),
    "401": lambda faults: faults.fail_next(1, status=401, body="object", **DELETE),
    "lost twice": lambda faults: faults.drop_before_work(2, **DELETE),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_fault_in_the_deletion_is_healed(sandbox: SandboxServer, trouble: str) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    board_of(ada, bob)
    TROUBLES[trouble](sandbox.faults)
    forget(ada)
    settle()
    settle()
    settle()
    assert is_forgotten(sandbox, "ada@example.org")
    assert sandbox.members("Board") == ["bob@example.org"]
    assert not Operation.objects.filter(state__in=OPEN).exists()


def test_what_is_done_to_lists_names_who_wanted_it(sandbox: SandboxServer) -> None:
    board = group("Board", person("ada@example.org"))
    turn_on(board, actor=TESTER)
    cycle()
    turn_off(board, expected_size=1, actor=TESTER)
    cycle()
    done = AuditEntry.objects.filter(component=Component.LIST, action__in=["created", "deleted"])
    assert set(done.values_list("actor_name", "action")) == {
        ("Tess Tester", "created"),
        ("Tess Tester", "deleted"),
    }
