"""Conditions for one record in memory; the same answers as the `Q`, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from groups.conditions.tree import Condition, ConditionSet, Match
from members.models import Member


def matches(tree: ConditionSet, member: Member, *, today: date) -> bool:
    """Whether the record meets the conditions. Reads `member.parent` where a condition asks for it."""
    if not tree.items:
        return False
    return _combine(tree.match, [_holds(item, member, today) for item in tree.items])


def _holds(item: Condition | ConditionSet, member: Member, today: date) -> bool:
    if isinstance(item, ConditionSet):
        return matches(item, member, today=today)
    actual = item.field.comparable(item.field.value_of(member))
    return item.operator.holds(actual, item.comparable(), today)


def _combine(match: Match, answers: list[bool]) -> bool:
    return all(answers) if match is Match.ALL else any(answers)


@dataclass(frozen=True)
class ConditionResult:
    """`actual` is the record's value as people read it, blank for none."""

    condition: Condition
    holds: bool
    actual: str


@dataclass(frozen=True)
class SetResult:
    match: Match
    holds: bool
    items: tuple[ConditionResult | SetResult, ...]


def explain(tree: ConditionSet, member: Member, *, today: date) -> SetResult:
    """The answer for each condition, set by set, with the record's value beside it."""
    items = tuple(_explained(item, member, today) for item in tree.items)
    holds = bool(items) and _combine(tree.match, [item.holds for item in items])
    return SetResult(tree.match, holds, items)


def _explained(item: Condition | ConditionSet, member: Member, today: date) -> ConditionResult | SetResult:
    if isinstance(item, ConditionSet):
        return explain(item, member, today=today)
    return ConditionResult(item, _holds(item, member, today), item.field.text_of(member))
