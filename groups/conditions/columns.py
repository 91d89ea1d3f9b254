"""The SQL side of a field: what operators build their `Q` from.

Everything is compared as an expression, never by a lookup path: joins to the parent stay LEFT joins under
every negation, and the position of a text is asked with INSTR/STRPOS, for which `%`, `_` and the backslash
are letters like others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Lookup, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from members.fields import Field

LOOKUPS: Mapping[str, type[Lookup[Any]]] = {
    "exact": Exact,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
}


class Column:
    """A field in SQL; values handed in are comparable ones (`Field.comparable`)."""

    def __init__(self, field: Field) -> None:
        self.expression = field.expression()

    def compare(self, lookup: str, value: Any) -> Q:
        return Q(LOOKUPS[lookup](self.expression, value))

    def is_in(self, values: Sequence[Any]) -> Q:
        return Q(In(self.expression, list(values)))

    def has_text(self, text: str) -> Q:
        return Q(GreaterThan(StrIndex(self.expression, Value(text)), 0))

    def begins_with(self, text: str) -> Q:
        return Q(Exact(StrIndex(self.expression, Value(text)), 1))

    def is_blank(self) -> Q:
        return Q(IsNull(self.expression, True))

    def is_set(self) -> Q:
        return Q(IsNull(self.expression, False))
