"""What is measured: courses of scenarios, each beginning where the one before left the two sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class Change(StrEnum):
    """What happens to the association before the sync that is measured."""

    FIRST_SYNC = "first sync"
    NOTHING = "nothing changed, everything looked at"
    PLAN_NOTHING = "planning alone, nothing changed"
    ONE_FIELD = "one field of one member in three lists"
    IMPORT = "members changed by an import"
    REMOVE = "members taken out of the group"
    ADD_FIELD = "another field chosen"


@dataclass(frozen=True)
class Scenario:
    """`name` as in var/bench.json; `touched` is how many members the change concerns (0: everybody).

    `most` is how many requests it may take, those that make fields apart.
    """

    name: str
    change: Change
    touched: int = 0
    most: int = 0


@dataclass(frozen=True)
class Course:
    """An association of `members` people in `lists` lists, and what happens to it, in this order."""

    members: int
    lists: int
    scenarios: tuple[Scenario, ...]


COURSES = (
    Course(1_000, 1, (Scenario("one_list_1000", Change.FIRST_SYNC, most=14),)),
    Course(
        10_000,
        1,
        (
            Scenario("one_list_10000", Change.FIRST_SYNC, most=40),
            Scenario("change_5000", Change.IMPORT, touched=5_000, most=30),
            Scenario("remove_1200", Change.REMOVE, touched=1_200, most=12),
        ),
    ),
    Course(
        1_000,
        20,
        (
            Scenario("lists20_1000", Change.FIRST_SYNC, most=80),
            Scenario("one_field", Change.ONE_FIELD, touched=1, most=3),
        ),
    ),
    Course(10_000, 20, (Scenario("lists20_10000", Change.FIRST_SYNC, most=100),)),
    # For its memory, beside that of twice as many.
    Course(50_000, 20, (Scenario("lists20_50000", Change.FIRST_SYNC, most=210),)),
    Course(
        100_000,
        20,
        (
            Scenario("lists20_100000", Change.FIRST_SYNC, most=320),
            Scenario("unchanged_100000", Change.NOTHING, most=2),
            Scenario("plan_unchanged_100000", Change.PLAN_NOTHING),
            Scenario("add_field_100000", Change.ADD_FIELD, most=260),
        ),
    ),
)

NAMES = tuple(scenario.name for course in COURSES for scenario in course.scenarios)


def scenario_named(name: str) -> Scenario:
    return next(one for course in COURSES for one in course.scenarios if one.name == name)


def courses_for(names: Iterable[str]) -> Iterator[Course]:
    """The courses that lead to these scenarios, each cut after the last one asked for."""
    wanted = set(names)
    for course in COURSES:
        places = [place for place, one in enumerate(course.scenarios) if one.name in wanted]
        if places:
            yield Course(course.members, course.lists, course.scenarios[: places[-1] + 1])


def smaller(course: Course, members: int) -> Course:
    """The same with at most `members` people; what is touched shrinks in proportion."""
    if members >= course.members:
        return course
    share = members / course.members
    scenarios = (
        replace(one, touched=one.touched and max(1, round(one.touched * share))) for one in course.scenarios
    )
    return Course(members, course.lists, tuple(scenarios))
