"""One measurement: the change, then the sync that is measured, then the floor. Runs in a process of its own.

The process has done nothing else before, so that its peak of memory is the measured sync's and not the set-up's.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from groups.models import Group
from integrations.bench import association
from integrations.bench.floor import floor_seconds
from integrations.bench.scenarios import Change, Scenario
from integrations.bench.stopwatch import Stopwatch
from integrations.models import ConstantContactConnection
from integrations.sandbox.controls import Controls
from integrations.sync.cycle import run_cycle
from integrations.sync.pending import pending_count
from members.models import Kind, Member

PEAK_UNITS_A_MB = 1024 if sys.platform != "darwin" else 1024 * 1024
"""What ru_maxrss counts in: kilobytes, on macOS bytes."""


@dataclass(frozen=True)
class Measurement:
    """`seconds` is the time of this process alone, without waiting for answers; `wall_seconds` is with it.

    `cpu_seconds` and `floor_cpu_seconds` are the processor's time in `seconds` and `floor_seconds`.
    """

    requests: int
    fields_created: int
    seconds: float
    floor_seconds: float
    peak_mb: float
    wall_seconds: float
    cpu_seconds: float
    floor_cpu_seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {name: round(value, 3) for name, value in asdict(self).items()}


def prepare(scenario: Scenario) -> None:
    """Let happen what the scenario measures the sync of."""
    if scenario.change is Change.ONE_FIELD:
        association.edit_one()
    elif scenario.change is Change.IMPORT:
        association.change_by_import(scenario.touched)
    elif scenario.change is Change.REMOVE:
        association.take_out(scenario.touched)
    elif scenario.change is Change.ADD_FIELD:
        association.choose_another_field()
    elif scenario.change in (Change.NOTHING, Change.PLAN_NOTHING):
        association.look_at_everybody()
    if scenario.change is Change.PLAN_NOTHING:
        association.put_off_the_look()


def measure(scenario: Scenario, sandbox: Controls) -> Measurement:
    """Run the sync and say what it took. Raises RuntimeError when it does not end well."""
    before, fields = sandbox.requests_today(), len(sandbox.fields())
    with Stopwatch() as watch:
        outcome = run_cycle(trigger="bench", check=scenario.change is Change.NOTHING)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / PEAK_UNITS_A_MB
    if outcome.reason:
        raise RuntimeError(f"The sync stopped: {outcome.reason}")
    requests, made = sandbox.requests_today() - before, len(sandbox.fields()) - fields
    assert_in_step(sandbox)
    cpu_began = time.process_time()
    floor = floor_seconds(_floored(scenario), joining=scenario.change is Change.FIRST_SYNC)
    floor_cpu = time.process_time() - cpu_began
    return Measurement(requests, made, watch.local, floor, peak, watch.wall, watch.cpu, floor_cpu)


def _floored(scenario: Scenario) -> QuerySet[Member]:
    """The members whose rows the floor reads: those the change concerns."""
    people = Member.objects.filter(kind=Kind.PERSON)
    if not scenario.touched:
        return people
    if scenario.change is Change.REMOVE:
        return people.filter(pk__in=people.order_by("-pk").values("pk")[: scenario.touched])
    return people.filter(pk__in=people.order_by("pk").values("pk")[: scenario.touched])


def assert_in_step(sandbox: Controls) -> None:
    """Nothing waits and every list has as many people as its group: a sync that left something would be cheap.

    Raises RuntimeError.
    """
    left = pending_count(ConstantContactConnection.current().account_id)
    if left:
        raise RuntimeError(f"{left} addresses still wait")
    sizes = {one["name"]: one["membership_count"] for one in sandbox.lists()}
    for group in Group.objects.all():
        if sizes.get(group.name) != group.members.count():
            raise RuntimeError(
                f"{group.name}: {sizes.get(group.name)} on the list, {group.members.count()} in the group"
            )
