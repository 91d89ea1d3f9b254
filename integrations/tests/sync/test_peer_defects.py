"""What other syncs got wrong, one test each, over a whole sandbox: the name says what happens here instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.utils import timezone
from pytest_django import Settings

from integrations.api_usage import ApiPace
from integrations.constant_contact.client import Client
from integrations.models import Contact, ContactState, Operation, OperationKind, OperationState
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import LEASE_SECONDS, run_cycle
from integrations.sync.pending import pending_count
from integrations.tests.chaos.boundaries import Killed
from integrations.tests.sync.cast import (
    choose,
    cycle,
    edit,
    expire_leases,
    group,
    person,
    put_in,
    sync,
    take_out,
    there,
)
from integrations.tests.sync.proof import assert_in_step
from members.models import Member
from novi_ams.association import locks

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(minutes=6)
"""When a job that failed is tried again."""


def people(count: int) -> list[Member]:
    return [person(f"p{number:03}@example.org", f"P{number}") for number in range(count)]


def posts(sandbox: SandboxServer, path: str) -> int:
    return sum(one.method == "POST" and one.path.endswith(path) for one in sandbox.requests())


@contextmanager
def killed_after(monkeypatch: pytest.MonkeyPatch, path: str, *, method: str = "POST") -> Iterator[None]:
    """Inside, the worker dies with the answer to its first such request in its hands, and gives no lease back."""
    send: Callable[..., requests.Response] = Client._send

    def send_and_die(client: Client, call: Any, token: str) -> requests.Response:
        response = send(client, call, token)
        if call.method == method and call.path.endswith(path):
            raise Killed
        return response

    died = False
    with monkeypatch.context() as patched:
        patched.setattr(Client, "_send", send_and_die)
        patched.setattr(locks, "release", lambda _lease: None)
        try:
            yield
        except Killed:
            died = True
    assert died, f"no {method} {path}"


def test_what_was_sent_and_not_taken_over_there_is_sent_again_without_a_further_edit(
    sandbox: SandboxServer,
) -> None:
    members = people(12)
    sync(group("Board", *members))
    cycle()
    for one in members:
        edit(one, job_title="Chair")
    sandbox.faults.next_activities("failed", 1)
    cycle()
    assert pending_count("acme") == 12
    with time_machine.travel(timezone.now() + LATER, tick=True):
        cycle()
    assert {there(sandbox, one.email)["job_title"] for one in members} == {"Chair"}


@pytest.mark.parametrize("who", [0, -1], ids=["the first leaves", "the last leaves"])
@pytest.mark.parametrize("count", [4, 14], ids=["one by one", "in bulk"])
def test_one_who_leaves_takes_nobody_else_of_the_batch_along(
    sandbox: SandboxServer, who: int, count: int
) -> None:
    members = people(count)
    board = group("Board", *members)
    sync(board)
    cycle()
    for one in members:
        edit(one, job_title="Chair")
    take_out(board, members[who])
    cycle()
    stayed = [one.email for one in members if one != members[who]]
    assert sandbox.members("Board") == stayed
    assert {there(sandbox, email)["job_title"] for email in stayed} == {"Chair"}


@pytest.mark.parametrize("count", [1, 13], ids=["one", "many"])
def test_who_leaves_the_last_group_is_off_every_list_there(sandbox: SandboxServer, count: int) -> None:
    members = people(count + 1)
    board = group("Board", *members)
    sync(board)
    cycle()
    take_out(board, *members[1:])
    cycle()
    assert sandbox.members("Board") == [members[0].email]
    assert there(sandbox, members[1].email)["lists"] == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_call_that_failed_stays_to_be_done(sandbox: SandboxServer, status: int) -> None:
    ada = person("ada@example.org")
    sync(group("Board", ada))
    cycle()
    edit(ada, first_name="Augusta")
    sandbox.faults.fail_next(1, status=status, body="html", method="PUT")
    run_cycle(trigger="test")
    assert pending_count("acme") == 1
    assert there(sandbox, ada.email)["first_name"] == "Ada"
    with time_machine.travel(timezone.now() + LATER, tick=True):
        cycle()
    assert there(sandbox, ada.email)["first_name"] == "Augusta"
    assert pending_count("acme") == 0


def test_a_hundred_bad_records_do_not_stand_in_the_way_of_a_good_one(sandbox: SandboxServer) -> None:
    # Addresses this long go one by one, oldest first.
    bad = [person(f"{'b' * 40}{number:03}@example.org") for number in range(100)]
    board = group("Board", *bad)
    sync(board)
    sandbox.faults.fail_next(100, status=400, body="array", method="POST", path="/v3/contacts")
    cycle()
    assert Contact.objects.filter(state=ContactState.REFUSED).count() == 100
    good = person("good@example.org")
    put_in(board, good)
    sandbox.clear_requests()
    cycle()
    assert sandbox.members("Board") == ["good@example.org"]
    assert len(sandbox.requests()) <= 3


def test_a_lock_of_a_worker_that_died_is_over_after_its_time(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(group("Board", person("ada@example.org")))
    with killed_after(monkeypatch, "/contact_lists"):
        run_cycle(trigger="test")
    assert run_cycle(trigger="test").reason == "another worker is at it"
    with time_machine.travel(timezone.now() + timedelta(seconds=LEASE_SECONDS + 1), tick=True):
        cycle()
    assert sandbox.members("Board") == ["ada@example.org"]
    assert posts(sandbox, "/contact_lists") == 1


def test_a_job_is_written_down_before_it_is_asked_for_and_not_asked_for_twice(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(group("Board", *people(12)))
    with killed_after(monkeypatch, "/contacts_json_import"):
        run_cycle(trigger="test")
    intent = Operation.objects.get(kind=OperationKind.IMPORT)
    assert (intent.state, intent.activity_id) == (OperationState.INTENDED, "")
    with time_machine.travel(timezone.now() + timedelta(seconds=LEASE_SECONDS + 1), tick=True):
        cycle()
    assert len(sandbox.members("Board")) == 12
    assert posts(sandbox, "/contacts_json_import") == 1


def test_workers_that_die_leave_no_counter_raised(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.CONSTANT_CONTACT_REQUESTS_PER_SECOND = 50
    sync(group("Board", person("ada@example.org")))
    for _ in range(5):
        with killed_after(monkeypatch, "/contact_lists", method="GET"):
            run_cycle(trigger="test", check=True)
        expire_leases()
        cycle()
        edit(Member.objects.get(), first_name=f"{timezone.now():%f}")
    cycle()
    assert ApiPace.objects.get().next_at <= timezone.now().timestamp() + 1
    assert_in_step(sandbox)


class TestThreeKindsOf429:
    def test_too_fast_waits_and_goes_on(
        self, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waited: list[float] = []
        monkeypatch.setitem(Client.__init__.__kwdefaults__ or {}, "sleep", waited.append)
        ada = person("ada@example.org")
        sync(group("Board", ada))
        cycle()
        edit(ada, first_name="Augusta")
        sandbox.set(requests_per_second=0.001)
        stopped = run_cycle(trigger="test")
        assert stopped.reason
        assert sum(waited) == pytest.approx(30)
        sandbox.set(requests_per_second=0)
        with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
            cycle()
        assert there(sandbox, ada.email)["first_name"] == "Augusta"
        assert Contact.objects.get().attempts == 0

    def test_the_days_quota_waits_for_midnight_and_asks_nothing(self, sandbox: SandboxServer) -> None:
        with time_machine.travel("2026-11-23T21:00:00Z", tick=True) as travel:
            sync(group("Board", person("ada@example.org")))
            sandbox.set(quota_used_up=True)
            run_cycle(trigger="test")
            sandbox.set(quota_used_up=False)
            sandbox.clear_requests()
            travel.shift(timedelta(hours=2, minutes=58))
            run_cycle(trigger="test")
            assert sandbox.requests() == []
            travel.shift(timedelta(minutes=3))
            run_cycle(trigger="test")
            assert sandbox.members("Board") == ["ada@example.org"]


def test_a_plus_in_an_address_finds_the_same_contact_and_so_does_a_deleted_one(
    sandbox: SandboxServer,
) -> None:
    sandbox.set(email_conflict="without_id")
    for email in ("ada+news@example.org", "gone+news@example.org"):
        sandbox.people.add_contact(email, first_name="Old")
    before = [there(sandbox, f"{one}+news@example.org")["contact_id"] for one in ("ada", "gone")]
    sandbox.people.delete_contact("gone+news@example.org")
    sync(group("Board", person("ada+news@example.org", "Ada"), person("gone+news@example.org", "Gone")))
    cycle()
    assert sandbox.members("Board") == ["ada+news@example.org", "gone+news@example.org"]
    assert [there(sandbox, f"{one}+news@example.org")["contact_id"] for one in ("ada", "gone")] == before
    assert any("ada%2Bnews" in one.query for one in sandbox.requests())


@pytest.mark.parametrize("count", [2, 12], ids=["one by one", "in bulk"])
def test_nobodys_permission_is_raised(sandbox: SandboxServer, count: int) -> None:
    sandbox.people.add_contact("p000@example.org", permission="implicit")
    sandbox.people.add_contact("p001@example.org", permission="implicit")
    sandbox.people.unsubscribe("p001@example.org")
    members = people(count)
    sync(group("Board", *members))
    cycle()
    for one in members:
        edit(one, job_title="Chair")
    cycle()
    permissions = {one.email: there(sandbox, one.email)["permission"] for one in members}
    assert permissions.pop("p001@example.org") == "unsubscribed"
    assert set(permissions.values()) == {"implicit"}
    assert "p001@example.org" not in sandbox.members("Board")
    assert not any("sign_up_form" in one.path or "resubscribe" in one.path for one in sandbox.requests())


def test_the_catalogue_of_fields_is_not_read_for_each_contact_or_field(sandbox: SandboxServer) -> None:
    choose(("phone", "Phone"), ("county", "County"), ("fax", "Fax"), ("mobile", "Mobile"))
    members = people(30)
    sync(group("Board", *members))
    cycle()
    catalogues = [
        one
        for one in sandbox.requests()
        if one.method == "GET" and one.path.endswith("/contact_custom_fields")
    ]
    assert len(catalogues) <= 2
    sandbox.clear_requests()
    for one in members[:3]:
        edit(one, phone="614-555-0142")
    cycle()
    assert not any(one.path.endswith("/contact_custom_fields") for one in sandbox.requests())
