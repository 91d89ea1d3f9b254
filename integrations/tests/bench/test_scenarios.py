"""The parts of the benchmark that measure nothing: its courses, its formulas, its table, its people."""

from __future__ import annotations

import time

import pytest

from groups.models import GroupMember
from integrations.bench import association
from integrations.bench.floor import floor_seconds
from integrations.bench.peers import PEERS, requests_of
from integrations.bench.scenarios import NAMES, Change, courses_for, scenario_named, smaller
from integrations.bench.stopwatch import Stopwatch
from integrations.bench.table import lines
from integrations.models import StaleContact
from members.models import Kind, Member

MEASURED = {
    "requests": 28,
    "fields_created": 17,
    "seconds": 1.5,
    "floor_seconds": 0.75,
    "peak_mb": 117.2,
    "wall_seconds": 2.0,
    "cpu_seconds": 1.2,
    "floor_cpu_seconds": 0.6,
}


def test_the_names_are_those_that_were_agreed() -> None:
    assert set(NAMES) == {
        "one_list_1000",
        "one_list_10000",
        "lists20_1000",
        "lists20_10000",
        "lists20_50000",
        "lists20_100000",
        "unchanged_100000",
        "one_field",
        "remove_1200",
        "change_5000",
        "add_field_100000",
        "plan_unchanged_100000",
    }


def test_a_course_ends_with_the_last_scenario_asked_for() -> None:
    (course,) = courses_for(["change_5000"])
    assert [one.name for one in course.scenarios] == ["one_list_10000", "change_5000"]


def test_a_trial_shrinks_what_is_touched_with_the_members() -> None:
    (course,) = courses_for(["remove_1200"])
    trial = smaller(course, 100)
    assert (trial.members, [one.touched for one in trial.scenarios]) == (100, [0, 50, 12])
    assert smaller(course, 20_000) == course


def test_the_peers_formulas() -> None:
    first = [requests_of(peer, Change.FIRST_SYNC, members=1_000, touched=0) for peer in PEERS]
    assert first == ["2,001", "2,000", "2,000–4,000", "3,000"]
    idle = [requests_of(peer, Change.NOTHING, members=1_000, touched=0) for peer in PEERS]
    assert idle == ["2,001", "0", "0", "0"]
    removed = [requests_of(peer, Change.REMOVE, members=1_000, touched=12) for peer in PEERS]
    assert removed == ["–", "24, none removed", "0, none removed", "12"]
    edited = [requests_of(peer, Change.ONE_FIELD, members=1_000, touched=1) for peer in PEERS]
    assert edited == ["2,001", "2", "2", "9"]


def test_a_row_of_the_table() -> None:
    rows = list(lines({"one_list_1000": MEASURED}))
    assert len(rows) == 3
    assert rows[2].startswith(
        "| one_list_1000 | 28 | 31 | 17 | 1.50 | 0.75 | 2.0 | 1.20 | 0.60 | 2.0 | 2.00 | 117 | 2,001 |"
    )


def test_the_stopwatch_leaves_waiting_out() -> None:
    with Stopwatch() as watch:
        time.sleep(0.2)
    assert watch.wall >= 0.2
    assert watch.local < 0.1
    assert watch.cpu < 0.1


@pytest.mark.django_db
def test_the_association_overlaps_and_leaves_nobody_out() -> None:
    association.make_association(members=400, lists=20)
    people = Member.objects.filter(kind=Kind.PERSON)
    assert people.count() == 400
    assert people.filter(group_memberships__isnull=True).count() == 0
    share = GroupMember.objects.count() / 400 / 20
    assert 0.25 < share < 0.35
    assert StaleContact.objects.values("email_key").distinct().count() == 400


@pytest.mark.django_db
def test_the_floor_reads_and_encodes_what_it_is_given() -> None:
    association.make_association(members=50, lists=2)
    assert floor_seconds(Member.objects.filter(kind=Kind.PERSON), joining=True) > 0


def test_scenarios_are_found_by_name() -> None:
    assert scenario_named("remove_1200").touched == 1_200
