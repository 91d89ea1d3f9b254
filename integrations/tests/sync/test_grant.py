"""The grant dies or its renewal is lost in the middle of the work: nobody's edit is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from groups.membership import recalculate
from integrations.connection_errors import ReconnectNeeded
from integrations.models import ConnectionState, ConstantContactConnection, Operation
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Outcome, run_cycle
from integrations.sync.operations import OPEN
from integrations.syncing import turn_off
from integrations.tests.sync.cast import TESTER, connect, cycle, edit, group, person, put_in, sync, there
from integrations.tests.sync.proof import assert_in_step
from integrations.tests.sync.test_another_account import OTHER, move_to_other_account

pytestmark = pytest.mark.django_db(transaction=True)


def expire_token() -> None:
    ConstantContactConnection.objects.update(expires_at=timezone.now() - timedelta(minutes=1))


def try_to_sync() -> Outcome:
    recalculate()
    return run_cycle(trigger="test")


def state() -> str:
    return ConstantContactConnection.current().state


def test_what_is_edited_while_the_grant_is_dead_arrives_after_reconnecting(sandbox: SandboxServer) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org")
    board = group("Board", ada)
    sync(board)
    cycle()
    sandbox.people.revoke_grant()
    expire_token()
    edit(ada, first_name="Augusta")
    assert try_to_sync().reason == ReconnectNeeded.sentence
    assert state() == ConnectionState.RECONNECT_NEEDED
    put_in(board, bob)
    edit(bob, first_name="Robert")
    sandbox.clear_requests()
    assert try_to_sync().reason
    assert sandbox.requests() == []
    connect(sandbox)
    cycle()
    assert there(sandbox, ada.email)["first_name"] == "Augusta"
    assert there(sandbox, bob.email)["first_name"] == "Robert"
    assert_in_step(sandbox)


def test_a_deletion_during_which_the_grant_died_is_not_open_for_ever(sandbox: SandboxServer) -> None:
    board = group("Board", person("ada@example.org"))
    sync(board)
    cycle()
    turn_off(board, expected_size=1, actor=TESTER)
    sandbox.faults.fail_next(1, status=401, body="object")
    sandbox.faults.drop_after_work(1, path="/token")
    assert try_to_sync().reason
    connect(sandbox)
    cycle()
    assert "Board" not in [one["name"] for one in sandbox.lists()]
    assert not Operation.objects.filter(state__in=OPEN).exists()


def test_what_is_edited_while_the_grant_is_dead_arrives_in_another_account(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    sync(group("Board", ada))
    cycle()
    sandbox.people.revoke_grant()
    expire_token()
    edit(ada, first_name="Augusta")
    assert try_to_sync().reason == ReconnectNeeded.sentence
    ConstantContactConnection.objects.update(
        state=ConnectionState.CONNECTED, expires_at=timezone.now() + timedelta(days=1)
    )
    move_to_other_account(sandbox)
    cycle()
    assert there(sandbox, ada.email, account=OTHER)["first_name"] == "Augusta"
    assert sandbox.members("Board", account=OTHER) == [ada.email]
    assert there(sandbox, ada.email)["first_name"] == "Ada"


def test_the_answer_of_a_renewal_is_lost_and_the_old_token_gives_another(sandbox: SandboxServer) -> None:
    sandbox.set(rotation_grace_seconds=60, token_requests_per_second=0)
    sync(group("Board", person("ada@example.org")))
    expire_token()
    sandbox.faults.drop_after_work(path="/token")
    cycle()
    assert sandbox.members("Board") == ["ada@example.org"]
    assert sum(one.path.endswith("/token") for one in sandbox.requests()) == 2


def test_the_answer_of_a_renewal_is_lost_for_good_and_the_queue_is_kept(sandbox: SandboxServer) -> None:
    sandbox.set(token_requests_per_second=0)
    sync(group("Board", person("ada@example.org")))
    expire_token()
    sandbox.faults.drop_after_work(path="/token")
    assert try_to_sync().reason == ReconnectNeeded.sentence
    connect(sandbox)
    cycle()
    assert sandbox.members("Board") == ["ada@example.org"]


def test_the_grant_dies_between_two_requests_of_a_first_sync(sandbox: SandboxServer) -> None:
    sync(group("Board", *(person(f"p{number}@example.org") for number in range(30))))
    sandbox.faults.fail_next(2, status=401, body="object", path="contacts_json_import")
    sandbox.faults.fail_next(1, status=400, body="object", path="/token")
    try_to_sync()
    connect(sandbox)
    cycle()
    assert len(sandbox.members("Board")) == 30
    assert_in_step(sandbox)
