"""How many requests a sync takes: the published bounds, with every outcome known."""

from __future__ import annotations

import pytest

from integrations.bench import association
from integrations.bench.association import FIELDS
from integrations.models import ConstantContactConnection
from integrations.sandbox.server import SandboxServer
from integrations.sync.pending import pending_count
from integrations.tests.sync.cast import cycle
from integrations.tests.sync.proof import assert_in_step

pytestmark = pytest.mark.django_db(transaction=True)

A_MINUTE = 60
AN_HOUR = 3600


def test_a_first_sync_of_one_list(sandbox: SandboxServer) -> None:
    association.make_association(members=1_000, lists=1)
    assert requests_of_a_cycle(sandbox) <= 14 + len(FIELDS)
    assert requests_of_a_cycle(sandbox, check=True) <= 2


def test_a_first_sync_of_twenty_lists_and_one_field_of_one_member_in_three(sandbox: SandboxServer) -> None:
    association.make_association(members=1_000, lists=20)
    assert requests_of_a_cycle(sandbox) <= 80 + len(FIELDS)
    sandbox.shift_clock(AN_HOUR)
    association.edit_one()
    assert requests_of_a_cycle(sandbox) <= 3


def test_removing_many_and_changing_many(sandbox: SandboxServer) -> None:
    association.make_association(members=2_000, lists=1)
    cycle()
    sandbox.shift_clock(AN_HOUR)
    association.take_out(1_200)
    assert requests_of_a_cycle(sandbox) <= 12
    sandbox.shift_clock(AN_HOUR)
    association.change_by_import(700)
    assert requests_of_a_cycle(sandbox) <= 12
    sandbox.shift_clock(AN_HOUR)
    association.choose_another_field()
    assert requests_of_a_cycle(sandbox) <= 14 + 1


def test_a_change_of_many_right_after_a_first_sync_does_not_read_that_again(sandbox: SandboxServer) -> None:
    association.make_association(members=3_000, lists=1)
    cycle()
    sandbox.shift_clock(A_MINUTE)
    association.change_by_import(700)
    assert requests_of_a_cycle(sandbox) <= 12


def requests_of_a_cycle(sandbox: SandboxServer, *, check: bool = False) -> int:
    """Run a cycle that leaves nothing undone; says what was asked when a test shows it."""
    sandbox.clear_requests()
    cycle(check=check)
    assert pending_count(ConstantContactConnection.current().account_id) == 0
    assert_in_step(sandbox)
    return len(sandbox.requests())
