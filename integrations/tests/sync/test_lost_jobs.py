"""A bulk job whose answer is lost, or that a killed worker never sent: what the read-back lacks is planned once more.

Nobody is refused for it, who would then wait for a person, and nobody is read or written alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integrations.constant_contact import activities
from integrations.constant_contact.activities import Activity
from integrations.constant_contact.errors import OutcomeUnknown
from integrations.models import ListMembership, MembershipState, Operation
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Pauses, run_cycle
from integrations.tests.sync.cast import choose, cycle, edit, group, let_time_pass, person, sync
from integrations.tests.sync.proof import assert_everybody_is_accounted_for, assert_in_step

pytestmark = pytest.mark.django_db(transaction=True)

JOBS = ("everybody with values", "the second list", "the third list")
FIRST_SYNC = 16
"""Requests of a first sync of three lists and a field when nothing goes wrong."""

CHANGES = 7
"""Requests for changes of many in one list when nothing goes wrong."""

ONE_MORE_WAVE = 6
"""Fields, changed contacts, lists and consent looked at, the job, the read-back."""


class Killed(BaseException):
    """The worker is gone: nothing that it has on the stack is run to its end."""


def hang_up(_send: Callable[[], Activity]) -> Activity:
    raise OutcomeUnknown("the connection broke")


def hang_up_after_the_work(send: Callable[[], Activity]) -> Activity:
    send()
    raise OutcomeUnknown("the connection broke")


def kill(_send: Callable[[], Activity]) -> Activity:
    raise Killed


def kill_after_the_work(send: Callable[[], Activity]) -> Activity:
    send()
    raise Killed


FATES = [hang_up, hang_up_after_the_work, kill, kill_after_the_work]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox either did the work or never will, at once, and its searches do not lag."""
    monkeypatch.setattr("integrations.sync.waves.may_still_arrive", lambda _operation: False)
    monkeypatch.setattr(Pauses, "due", lambda _pauses: True)
    monkeypatch.setattr("integrations.sync.readback.SEARCH_LAG", timedelta(0))


def strike(
    monkeypatch: pytest.MonkeyPatch, nth: int, fate: Callable[[Callable[[], Activity]], Activity]
) -> None:
    """Let the n-th import from now, counted from 0, meet this fate."""
    imports, sent = activities.import_contacts, 0

    def import_contacts(*args: Any) -> Activity:
        nonlocal sent
        sent += 1
        return fate(lambda: imports(*args)) if sent == nth + 1 else imports(*args)

    monkeypatch.setattr(activities, "import_contacts", import_contacts)


def cycle_after_a_kill() -> None:
    """A cycle; where its worker is killed, the next one, which takes over."""
    try:
        cycle()
    except Killed:
        let_time_pass()
        cycle()


@pytest.mark.parametrize("nth", range(len(JOBS)), ids=JOBS)
@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.__name__)
def test_a_job_of_a_first_sync_that_was_lost_is_made_up_for(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, fate: Callable[..., Activity], nth: int
) -> None:
    people = [person(f"p{number}@example.org", f"P{number}") for number in range(60)]
    choose(("phone", "Phone"))
    for name, some in (("Board", people), ("Staff", people[:40]), ("Chapter", people[20:])):
        sync(group(name, *some))
    strike(monkeypatch, nth, fate)
    cycle_after_a_kill()
    assert_in_step(sandbox)
    assert_everybody_is_accounted_for()
    assert not ListMembership.objects.filter(state=MembershipState.REFUSED).exists()
    assert {name: len(sandbox.members(name)) for name in ("Board", "Staff", "Chapter")} == {
        "Board": 60,
        "Staff": 40,
        "Chapter": 40,
    }
    assert not Operation.objects.filter(state__in=["intended", "submitted", "unknown"]).exists()
    assert len(sandbox.requests()) <= FIRST_SYNC + ONE_MORE_WAVE


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.__name__)
def test_changes_in_a_job_that_was_lost_are_sent_once_more(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, fate: Callable[..., Activity]
) -> None:
    people = [person(f"p{number}@example.org", f"P{number}") for number in range(60)]
    sync(group("Board", *people))
    cycle()
    sandbox.clear_requests()
    for one in people[:40]:
        edit(one, first_name="Grace")
    strike(monkeypatch, 0, fate)
    cycle_after_a_kill()
    assert_in_step(sandbox)
    assert len(sandbox.requests()) <= CHANGES + ONE_MORE_WAVE


def test_jobs_that_are_lost_again_and_again_do_not_keep_a_cycle_busy_for_ever(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person(f"p{number}@example.org", f"P{number}") for number in range(60)]
    sync(group("Board", *people))

    def import_contacts(*_: Any) -> Activity:
        raise OutcomeUnknown("the connection broke")

    monkeypatch.setattr(activities, "import_contacts", import_contacts)
    run_cycle(trigger="test")
    assert len(sandbox.requests()) <= FIRST_SYNC
    assert Operation.objects.filter(kind="import").count() == 2
    assert not ListMembership.objects.filter(state=MembershipState.REFUSED).exists()
