"""A group in one line, for lists."""

from __future__ import annotations

from django.utils.text import capfirst

from groups.conditions.describing import describe_condition
from groups.conditions.tree import Condition, ConditionSet, InvalidConditions, Match, parse
from groups.definitions import UNREADABLE
from groups.models import Basis, BeneficiaryKind, Group
from members.fields import Catalogue


def one_line(group: Group, fields: Catalogue, *, picked: int) -> str:
    """“Member Status is Current or Grace, with primary contacts” or “402 specific records”."""
    if group.basis == Basis.RECORDS:
        who = f"{picked:,} specific record{'' if picked == 1 else 's'}"
    else:
        who = capfirst(_conditions(group.conditions, fields))
    return f"{who}, with {brought_along(group.beneficiaries)}" if group.beneficiaries else who


def brought_along(kinds: list[str]) -> str:
    """“primary contacts and billing contacts”."""
    labels = [BeneficiaryKind(kind).label for kind in BeneficiaryKind if kind in kinds]
    words = [f"{label[0].lower()}{label[1:]}" for label in labels]
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _conditions(conditions: object, fields: Catalogue) -> str:
    try:
        tree = parse(conditions, fields)
    except InvalidConditions:
        return UNREADABLE.rstrip(".")
    return _set(tree) if tree.items else "No conditions yet: nobody"


def _set(tree: ConditionSet) -> str:
    joiner = ", " if tree.match is Match.ALL else " or "
    return joiner.join(_item(item, alone=len(tree.items) == 1) for item in tree.items)


def _item(item: Condition | ConditionSet, *, alone: bool) -> str:
    if isinstance(item, Condition):
        return str(describe_condition(item))
    return _set(item) if alone else f"({_set(item)})"
