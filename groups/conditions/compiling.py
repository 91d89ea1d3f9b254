"""Conditions as one `Q` over Member."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from groups.conditions.columns import Column
from groups.conditions.tree import Condition, ConditionSet, Match

NO_RECORD = Q(pk__in=[])


def to_q(tree: ConditionSet, *, today: date) -> Q:
    """The tree as one `Q`; `today` is the association's local date. An empty tree matches nobody.

    It reads the record and its parent, by LEFT joins, so it fits into `filter` and into `Case(When(…))`.
    """
    if not tree.items:
        return NO_RECORD
    return Q.create([_item(item, today) for item in tree.items], connector=_connector(tree))


def _item(item: Condition | ConditionSet, today: date) -> Q:
    if isinstance(item, ConditionSet):
        return to_q(item, today=today)
    return item.operator.q(Column(item.field), item.comparable(), today)


def _connector(tree: ConditionSet) -> str:
    return Q.AND if tree.match is Match.ALL else Q.OR
