"""The verbs of a group's sync: rows, audit, marks."""

from __future__ import annotations

import uuid

import pytest

from groups.models import Group
from groups.signals import group_deleting
from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    OperationKind,
    OperationState,
    StaleContact,
    SyncedList,
)
from integrations.syncing import (
    OutdatedConfirmationError,
    add_back,
    create_list_again,
    pause,
    pause_all,
    resume,
    resume_all,
    try_again,
    turn_off,
    turn_on,
)
from integrations.tests.ledgers import TESTER, connected, contact, group, on_list, person, put_on, synced
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def marked() -> set[str]:
    return set(StaleContact.objects.values_list("email_key", flat=True))


def audit() -> list[tuple[str, str]]:
    return list(
        AuditEntry.objects.filter(actor_name="Tess Tester")
        .exclude(component="member")
        .values_list("action", "after")
    )


def test_turning_on_wants_a_list_and_marks_everybody() -> None:
    board = group("Board", person("ada@example.org"), person(""))
    turn_on(board, actor=TESTER)
    assert SyncedList.objects.get().state == ListState.WANTED
    assert SyncedList.objects.get().turned_on_by == "Tess Tester"
    assert marked() == {"ada@example.org"}
    assert audit() == [("turned on the sync of", "On")]


def test_turning_on_twice_is_once() -> None:
    board = group("Board", person("ada@example.org"))
    turn_on(board, actor=TESTER)
    turn_on(board, actor=TESTER)
    assert SyncedList.objects.count() == 1
    assert len(audit()) == 1


def test_turning_off_orders_the_list_deleted_and_says_how_large_it_was() -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    put_on(synced(board), ada)
    turn_off(board, expected_size=1, actor=TESTER)
    assert SyncedList.objects.get().state == ListState.DELETING
    assert ("turned off the sync of", "Off") in audit()
    assert ("ordered the deletion of", "1 address; the sync was turned off; group “Board”") in audit()


def test_a_confirmation_of_another_size_changes_nothing() -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    put_on(synced(board), ada)
    with pytest.raises(OutdatedConfirmationError) as caught:
        turn_off(board, expected_size=7, actor=TESTER)
    assert caught.value.actual == 1
    assert SyncedList.objects.get().state == ListState.READY
    assert audit() == []


def test_off_and_on_again_before_the_deletion_was_sent_keeps_the_list() -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    before = synced(board)
    put_on(before, ada)
    turn_off(board, expected_size=1, actor=TESTER)
    turn_on(board, actor=TESTER)
    after = SyncedList.objects.get()
    assert (after.pk, after.state, after.list_id) == (before.pk, ListState.READY, before.list_id)
    assert ListMembership.objects.get().seen


def test_a_list_that_was_never_made_is_wanted_again() -> None:
    board = group("Board")
    turn_on(board, actor=TESTER)
    turn_off(board, expected_size=0, actor=TESTER)
    turn_on(board, actor=TESTER)
    assert SyncedList.objects.get().state == ListState.WANTED


@pytest.mark.parametrize("state", [OperationState.INTENDED, OperationState.SUBMITTED, OperationState.UNKNOWN])
def test_once_the_deletion_may_be_out_a_new_list_is_wanted(state: OperationState) -> None:
    board = group("Board")
    old = synced(board)
    turn_off(board, expected_size=0, actor=TESTER)
    Operation.objects.create(
        account_id="acme", kind=OperationKind.DELETE_LIST, key=uuid.uuid4(), state=state, synced_list=old
    )
    turn_on(board, actor=TESTER)
    old.refresh_from_db()
    assert (old.group, old.state) == (None, ListState.DELETING)
    assert SyncedList.objects.get(group=board).state == ListState.WANTED


def test_a_deleted_group_leaves_its_list_to_be_deleted() -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    put_on(synced(board), ada)
    group_deleting.send(Group, group=board, actor=TESTER)
    board.delete()
    left = SyncedList.objects.get()
    assert (left.group, left.state) == (None, ListState.DELETING)
    assert audit() == [("ordered the deletion of", "1 address; the group was deleted; group “Board”")]


def test_pause_and_resume_of_one() -> None:
    where = synced(group("Board"))
    pause(where, actor=TESTER)
    assert SyncedList.objects.get().paused
    resume(where, actor=TESTER)
    assert not SyncedList.objects.get().paused
    assert [action for action, _ in audit()] == ["resumed the sync of", "paused the sync of"]


def test_pause_and_resume_of_all_is_said_once_each() -> None:
    connected()
    for verb in (pause_all, pause_all, resume_all, resume_all):
        verb(actor=TESTER)
    assert not ConstantContactConnection.current().paused
    assert [action for action, _ in audit()] == ["resumed every sync", "paused every sync"]


@pytest.mark.parametrize("state", [ListState.GONE, ListState.FAILED])
def test_a_lost_list_is_made_again_and_nobody_is_believed_to_be_on_it(state: ListState) -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada), state=state, error="gone")
    put_on(where, ada)
    assert create_list_again(where, actor=TESTER)
    where.refresh_from_db()
    assert (where.state, where.list_id, where.error) == (ListState.WANTED, "", "")
    assert not ListMembership.objects.get().seen
    assert marked() == {"ada@example.org"}


def test_a_list_that_exists_is_not_made_again() -> None:
    where = synced(group("Board"))
    assert not create_list_again(where, actor=TESTER)
    assert SyncedList.objects.get().list_id == where.list_id


def test_who_left_an_old_list_is_remembered_on_the_new_one() -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada), state=ListState.GONE)
    on_list(where, contact(ada), ada, seen=False, state=MembershipState.LEFT)
    create_list_again(where, actor=TESTER)
    assert ListMembership.objects.get().state == MembershipState.LEFT


def test_refused_addresses_are_tried_again_at_once() -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    where = synced(group("Board", ada, bob))
    on_list(where, contact(ada, ContactState.REFUSED, attempts=3, reason="Odd."), ada, seen=False)
    on_list(where, contact(bob), bob, seen=False, state=MembershipState.REFUSED)
    assert try_again(Contact.objects.all(), actor=TESTER) == 2
    row = Contact.objects.get(email_key="ada@example.org")
    assert (row.state, row.attempts, row.not_before) == (ContactState.PENDING, 0, None)
    assert ListMembership.objects.get(contact__email_key="bob@example.org").state == MembershipState.OPEN
    assert marked() == {"ada@example.org", "bob@example.org"}


def test_trying_again_leaves_everybody_else_alone() -> None:
    ada = person("ada@example.org")
    put_on(synced(group("Board", ada)), ada)
    assert try_again(Contact.objects.all(), actor=TESTER) == 0
    assert marked() == set()


def test_who_left_is_added_back() -> None:
    ada = person("ada@example.org")
    row = on_list(synced(group("Board", ada)), contact(ada), ada, seen=False, state=MembershipState.LEFT)
    assert add_back(row, actor=TESTER)
    assert ListMembership.objects.get().state == MembershipState.OPEN
    assert marked() == {"ada@example.org"}


def test_a_contact_deleted_there_is_revived_by_itself() -> None:
    ada = person("ada@example.org")
    row = on_list(synced(group("Board", ada)), contact(ada, ContactState.DELETED_THERE), ada, seen=False)
    assert add_back(row, actor=TESTER)
    revived = Contact.objects.get()
    assert (revived.state, revived.precise, revived.observed_hash) == (ContactState.PENDING, True, "")


def test_nobody_who_opted_out_is_added_back() -> None:
    ada = person("ada@example.org")
    row = on_list(synced(group("Board", ada)), contact(ada, ContactState.UNSUBSCRIBED), ada, seen=False)
    assert not add_back(row, actor=TESTER)
    assert Contact.objects.get().state == ContactState.UNSUBSCRIBED
    assert marked() == set()
