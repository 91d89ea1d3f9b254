"""The two sides of a history: an association and a Constant Contact account, with everything that may happen there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import time_machine
from django.core.management.color import no_style
from django.db import connection
from django.utils import timezone

from groups.membership import recalculate
from groups.models import Group, GroupMember, GroupRecord, StaleMember
from integrations import syncing
from integrations.api_usage import ApiPace, ApiUsage
from integrations.held import approve
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    Contact,
    ListEvent,
    ListMembership,
    ListSize,
    ListState,
    MembershipState,
    Observation,
    Operation,
    RemoteFieldState,
    StaleContact,
    SyncedList,
    SyncField,
    SyncRun,
)
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.switches import Switches, change
from integrations.sync.cycle import run_cycle
from integrations.tests.chaos.account import Account
from integrations.tests.chaos.association import FIELDS, Association
from integrations.tests.chaos.boundaries import Killed
from integrations.tests.chaos.side import FOREIGN, GROUPS
from integrations.tests.chaos.steps import Step
from integrations.tests.chaos.theirs import PRESS, SHOE_SIZE, Theirs
from integrations.tests.chaos.trouble import Cycle, troubled
from integrations.tests.sync import cast
from integrations.tests.sync.cast import TESTER
from members.models import CompanyRole, Member
from novi_ams.association.models import Lease
from novi_ams.audit.models import AuditEntry

FOR_GOOD = 1_000_000
MOSTLY_EARLY = (2, 5, 14)
"""Among so many of a cycle's first requests trouble strikes: most cycles have few."""
TABLES = (
    ListEvent, ListSize, ListMembership, Contact, Operation, SyncField, SyncedList, StaleContact, StaleMember,
    GroupMember, GroupRecord, Group, CompanyRole, Member, Observation, SyncRun, ApiUsage, ApiPace,
    ConstantContactConnection, AuditEntry, Lease,
)  # fmt: skip


def forget_everything() -> None:
    """Empty tables, quicker than between tests."""
    names = [model._meta.db_table for model in TABLES]
    connection.ops.execute_sql_flush(
        connection.ops.sql_flush(no_style(), names, reset_sequences=True, allow_cascade=True)
    )


class World(Association, Account):
    """Where time passes and cycles run, with trouble or without."""

    def __init__(
        self,
        sandbox: SandboxServer,
        monkeypatch: pytest.MonkeyPatch,
        travel: time_machine.Traveller,
        *,
        switches: dict[str, Any],
    ) -> None:
        self.sandbox, self._monkeypatch, self.travel = sandbox, monkeypatch, travel
        self.theirs = Theirs()
        self.died_at: list[str] = []
        self.deaths = 0
        self.struck: set[str] = set()
        self.boundaries: set[str] = set()
        forget_everything()
        sandbox.start_over()
        sandbox.set(
            requests_per_second=0, requests_per_day=0, token_requests_per_second=0, activity_seconds=0
        )
        sandbox.set(**switches)
        self.switches = change(Switches(), sandbox.switches())
        cast.connect(sandbox)
        self._fill()
        self.strangers = {email: self.about(email) for email in FOREIGN}

    def _fill(self) -> None:
        self.sandbox.people.create_list(PRESS)
        self.sandbox.people.create_field(SHOE_SIZE)
        for email in (*FOREIGN, "known@example.org", "optedout@example.org"):
            self.sandbox.people.add_contact(email, first_name="Old", lists=[PRESS], **{SHOE_SIZE: "43"})
            self.theirs.shoe_sizes[self._id(email)] = "43"
            self.theirs.in_press.add(self._id(email))
        self._unsubscribe("optedout@example.org")
        self._delete_contact("gone@example.net")
        for name in GROUPS:
            self.define(name)
        recalculate()
        for key in FIELDS[:2]:
            self._choose(key, chosen=True)

    def about(self, email: str) -> dict[str, Any]:
        """All of a contact but for the lists it is on."""
        there = self.sandbox.contact(email) or {}
        return {name: value for name, value in there.items() if name not in ("lists", "updated_at")}

    def perform(self, step: Step) -> None:
        verb: Callable[[Step], None] = getattr(self, step.verb)
        verb(step)

    # What spoils the next cycle of a scene

    def lose_answer(self, step: Step) -> None:
        method, path = step.at.split()
        self.sandbox.faults.drop_after_work(1, method=method, path=path)

    def lose_request(self, step: Step) -> None:
        method, path = step.at.split()
        self.sandbox.faults.drop_before_work(1, method=method, path=path)

    def refuse(self, step: Step) -> None:
        method, path = step.at.split()
        self.sandbox.faults.fail_next(1, status=400, body="array", method=method, path=path)

    def fail_job(self, step: Step) -> None:
        self.sandbox.faults.next_activities("failed", 1)

    def hide_deletions(self, step: Step) -> None:
        self.sandbox.set(list_deletions_are_listed=False)

    def expire_token(self, step: Step) -> None:
        ConstantContactConnection.objects.update(expires_at=timezone.now())

    # Time and work

    def wait_eleven_minutes(self, step: Step) -> None:
        self._let_pass(11 * 60)

    def _let_pass(self, seconds: float) -> None:
        """Nothing is on its way for as long as minutes."""
        self.sandbox.faults.finish_late_work()
        self.travel.shift(seconds)

    def cycle(self, step: Step) -> None:
        """One cycle, mostly with trouble at one of its first requests."""
        self._reconnect()
        recalculate()
        what = {"trouble": step.trouble, "nth": step.b % MOSTLY_EARLY[step.c % 3], "later": step.b // 14 % 20}
        with suppress(Killed), self._cycle(**{"at": step.at} if step.at else what) as cycle:
            run_cycle(trigger="chaos", check=bool(step.c % 2))
        if cycle.dead:
            self.deaths += 1
            self.died_at += [step.at] if step.at else []
            self._expire_what_it_held()
        self.struck |= cycle.struck

    def struck_cycle(self, step: Step) -> None:
        """Once more where nothing was asked, for the grant had died with a worker."""
        self.cycle(step)
        if step.trouble not in self.struck:
            self.cycle(step)

    def _expire_what_it_held(self) -> None:
        cast.expire_leases()
        ConstantContactConnection.objects.update(refresh_until=None)

    @contextmanager
    def _cycle(self, **what: Any) -> Iterator[Cycle]:
        until = ConstantContactConnection.current().parked_until
        if until and until > timezone.now():
            what["most"] = 0
        if self.theirs.refuse_fields:
            self.sandbox.faults.fail_next(
                FOR_GOOD, status=400, body="array", method="POST", path="/contact_custom_fields"
            )
        with troubled(self.sandbox, self._monkeypatch, **what) as cycle:
            try:
                yield cycle
            finally:
                self.boundaries |= cycle.boundaries

    def quieten(self) -> None:
        """Nothing goes wrong any more, nothing is paused, what is held is approved, and enough cycles run for a day."""
        self.sandbox.faults.clear()
        self.sandbox.faults.finish_late_work()
        cast.expire_leases()
        SyncedList.objects.update(paused=False)
        # What was refused for good waits for a person.
        SyncField.objects.filter(state=RemoteFieldState.FAILED).update(state=RemoteFieldState.WANTED)
        for synced in SyncedList.objects.filter(state=ListState.FAILED):
            assert "refused the values" in synced.error, synced.error
            syncing.create_list_again(synced, actor=TESTER)
        self._quiet_cycle_and(11 * 60)

    def sleep_over_it(self) -> None:
        """The night comes, with its comparison."""
        self._quiet_cycle_and(24 * 3600)
        self._quiet_cycle_and(11 * 60)
        self.quiet_cycle()

    def _quiet_cycle_and(self, seconds: float) -> None:
        self.quiet_cycle()
        self._approve()
        self._let_pass(seconds)

    def _approve(self) -> None:
        """The guard holds what a background change and a person's own may have caused together."""
        for synced in SyncedList.objects.filter(memberships__state=MembershipState.HELD).distinct():
            held = synced.memberships.filter(state=MembershipState.HELD)
            approve(synced, list(held.values_list("pk", flat=True)), actor=TESTER)

    def quiet_cycle(self) -> None:
        self._reconnect()
        ConstantContactConnection.objects.update(parked_until=None, state=ConnectionState.CONNECTED)
        Contact.objects.update(not_before=None)
        recalculate()
        with self._cycle():
            run_cycle(trigger="quiet", check=True)

    def _reconnect(self) -> None:
        if not ConstantContactConnection.current().is_connected:
            cast.connect(self.sandbox)
