"""The one table of operators: each is a small class with everything about it.

An operator sees comparable values only (text folded, dates as dates), compiles to a `Q` and evaluates in
memory; the two must agree. An unset value is None in memory and NULL in SQL; a negation holds for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Any, ClassVar

from django.db.models import Q

from groups.conditions.columns import Column
from members.field_types import Checkbox, Choice, Date, LongText, Number, Option, Options, Text, ValueType

TEXTS = frozenset({Text.name, LongText.name})
ONE_OPTION = frozenset({Option.name, Choice.name})
MANY_OPTIONS = frozenset({Options.name})
NUMBERS = frozenset({Number.name})
DATES = frozenset({Date.name})
CHECKBOXES = frozenset({Checkbox.name})
CAN_BE_BLANK = TEXTS | ONE_OPTION | MANY_OPTIONS | NUMBERS | DATES


class Shape(Enum):
    """How many values an operator is given."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"
    DAYS = "days"


class Operator:
    """One row of the table. `label` stands in the menu, `words` in the sentence that describes a group."""

    key: ClassVar[str]
    label: ClassVar[str]
    words: ClassVar[str]
    types: ClassVar[frozenset[str]]
    """Names of the value types that are offered it."""
    shape: ClassVar[Shape] = Shape.ONE
    joining_word: ClassVar[str] = "or"
    """Between the last two of several values in the sentence."""
    uses_today: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "label" in cls.__dict__ and "words" not in cls.__dict__:
            cls.words = cls.label

    def q(self, column: Column, value: Any, today: date) -> Q:
        raise NotImplementedError

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<operator {self.key}>"


class Is(Operator):
    """“is No” of a checkbox is a negation: a box that nobody ever ticked is not ticked."""

    key, label = "is", "is"
    types = TEXTS | NUMBERS | ONE_OPTION | CHECKBOXES

    def q(self, column: Column, value: Any, today: date) -> Q:
        if value is False:
            return ~column.compare("exact", value=True) | column.is_blank()
        return column.compare("exact", value)

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        if value is False:
            return not actual
        return bool(actual is not None and actual == value)


class On(Is):
    key, label = "on", "is on"
    types = DATES


class AnyOf(Operator):
    key, label = "any_of", "is any of"
    words = "is"
    types = TEXTS | NUMBERS | ONE_OPTION
    shape = Shape.MANY

    def q(self, column: Column, value: Sequence[Any], today: date) -> Q:
        return column.is_in(value)

    def holds(self, actual: Any, value: Sequence[Any], today: date) -> bool:
        return actual is not None and actual in value


class Contains(Operator):
    key, label = "contains", "contains"
    types = TEXTS

    def q(self, column: Column, value: str, today: date) -> Q:
        return column.has_text(value)

    def holds(self, actual: str | None, value: str, today: date) -> bool:
        return actual is not None and value in actual


class StartsWith(Operator):
    key, label = "starts_with", "starts with"
    types = TEXTS

    def q(self, column: Column, value: str, today: date) -> Q:
        return column.begins_with(value)

    def holds(self, actual: str | None, value: str, today: date) -> bool:
        return actual is not None and actual.startswith(value)


class Blank(Operator):
    key, label = "blank", "is blank"
    types = CAN_BE_BLANK
    shape = Shape.NONE

    def q(self, column: Column, value: None, today: date) -> Q:
        return column.is_blank()

    def holds(self, actual: Any, value: None, today: date) -> bool:
        return actual is None


class NotBlank(Operator):
    key, label = "not_blank", "is not blank"
    types = CAN_BE_BLANK
    shape = Shape.NONE

    def q(self, column: Column, value: None, today: date) -> Q:
        return column.is_set()

    def holds(self, actual: Any, value: None, today: date) -> bool:
        return actual is not None


class Compared(Operator):
    """An order of numbers or dates; the lookup names the comparison in SQL."""

    lookup: ClassVar[str]
    types = NUMBERS

    def q(self, column: Column, value: Any, today: date) -> Q:
        return column.compare(self.lookup, value)


class GreaterThan(Compared):
    key, label, lookup = "gt", ">", "gt"
    words = "is greater than"

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        return bool(actual is not None and actual > value)


class AtLeast(Compared):
    key, label, lookup = "gte", ">=", "gte"
    words = "is at least"

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        return bool(actual is not None and actual >= value)


class LessThan(Compared):
    key, label, lookup = "lt", "<", "lt"
    words = "is less than"

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        return bool(actual is not None and actual < value)


class AtMost(Compared):
    key, label, lookup = "lte", "<=", "lte"
    words = "is at most"

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        return bool(actual is not None and actual <= value)


class Before(LessThan):
    key, label = "before", "is before"
    types = DATES


class OnOrBefore(AtMost):
    key, label = "on_or_before", "is on or before"
    types = DATES


class After(GreaterThan):
    key, label = "after", "is after"
    types = DATES


class OnOrAfter(AtLeast):
    key, label = "on_or_after", "is on or after"
    types = DATES


class Between(Operator):
    """Both ends included."""

    key, label = "between", "is between"
    joining_word = "and"
    types = NUMBERS | DATES
    shape = Shape.TWO

    def q(self, column: Column, value: Sequence[Any], today: date) -> Q:
        return column.compare("gte", value[0]) & column.compare("lte", value[1])

    def holds(self, actual: Any, value: Sequence[Any], today: date) -> bool:
        return bool(actual is not None and value[0] <= actual <= value[1])


class RelativeToToday(Operator):
    """A span of days, both ends included, None for an open end; it moves with the calendar."""

    types = DATES
    shape = Shape.DAYS
    uses_today = True
    after_days: ClassVar[str] = ""

    def span(self, days: int, today: date) -> tuple[date | None, date | None]:
        raise NotImplementedError

    def q(self, column: Column, value: int, today: date) -> Q:
        first, last = self.span(value, today)
        after = column.compare("gte", first) if first else Q()
        return after & column.compare("lte", last) if last else after

    def holds(self, actual: date | None, value: int, today: date) -> bool:
        first, last = self.span(value, today)
        return actual is not None and (first or date.min) <= actual <= (last or date.max)


class InTheLast(RelativeToToday):
    """Today counts: the last 1 day is yesterday and today."""

    key, label = "in_last_days", "is in the last … days"
    words = "is in the last"

    def span(self, days: int, today: date) -> tuple[date | None, date | None]:
        return today - timedelta(days=days), today


class InTheNext(RelativeToToday):
    key, label = "in_next_days", "is in the next … days"
    words = "is in the next"

    def span(self, days: int, today: date) -> tuple[date | None, date | None]:
        return today, today + timedelta(days=days)


class MoreThanDaysAgo(RelativeToToday):
    key, label = "more_than_days_ago", "is more than … days ago"
    words, after_days = "is more than", " ago"

    def span(self, days: int, today: date) -> tuple[date | None, date | None]:
        return None, today - timedelta(days=days + 1)


class MoreThanDaysAhead(RelativeToToday):
    key, label = "more_than_days_ahead", "is more than … days ahead"
    words, after_days = "is more than", " ahead"

    def span(self, days: int, today: date) -> tuple[date | None, date | None]:
        return today + timedelta(days=days + 1), None


class IncludesAny(Operator):
    """Many options are compared as one text, `;a;b;`, and each value as `;a;`."""

    key, label = "includes_any", "includes any of"
    words = "includes"
    types = MANY_OPTIONS
    shape = Shape.MANY

    def q(self, column: Column, value: Sequence[str], today: date) -> Q:
        return Q.create([column.has_text(option) for option in value], connector=Q.OR)

    def holds(self, actual: str | None, value: Sequence[str], today: date) -> bool:
        return actual is not None and any(option in actual for option in value)


class IncludesAll(Operator):
    key, label = "includes_all", "includes all of"
    words = "includes"
    joining_word = "and"
    types = MANY_OPTIONS
    shape = Shape.MANY

    def q(self, column: Column, value: Sequence[str], today: date) -> Q:
        return Q.create([column.has_text(option) for option in value])

    def holds(self, actual: str | None, value: Sequence[str], today: date) -> bool:
        return actual is not None and all(option in actual for option in value)


class Negation(Operator):
    """Holds wherever `of` does not, for an unset value above all."""

    of: ClassVar[Operator]

    def q(self, column: Column, value: Any, today: date) -> Q:
        return ~self.of.q(column, value, today) | column.is_blank()

    def holds(self, actual: Any, value: Any, today: date) -> bool:
        return not self.of.holds(actual, value, today)


class IsNot(Negation):
    key, label, of = "is_not", "is not", Is()
    types = TEXTS | NUMBERS | ONE_OPTION


class NotOn(Negation):
    key, label, of = "not_on", "is not on", On()
    types = DATES


class NoneOf(Negation):
    key, label, of = "none_of", "is none of", AnyOf()
    words = "is not"
    types = AnyOf.types
    shape = Shape.MANY


class DoesNotContain(Negation):
    key, label, of = "not_contains", "does not contain", Contains()
    types = TEXTS


class IncludesNone(Negation):
    key, label, of = "includes_none", "includes none of", IncludesAny()
    words = "does not include"
    types = MANY_OPTIONS
    shape = Shape.MANY


OPERATORS: dict[str, Operator] = {
    operator.key: operator
    for operator in (
        Is(),
        IsNot(),
        On(),
        NotOn(),
        AnyOf(),
        NoneOf(),
        IncludesAny(),
        IncludesAll(),
        IncludesNone(),
        Contains(),
        DoesNotContain(),
        StartsWith(),
        GreaterThan(),
        AtLeast(),
        LessThan(),
        AtMost(),
        Before(),
        OnOrBefore(),
        After(),
        OnOrAfter(),
        Between(),
        InTheLast(),
        InTheNext(),
        MoreThanDaysAgo(),
        MoreThanDaysAhead(),
        Blank(),
        NotBlank(),
    )
}
"""In the order of the menu."""


def operators_for(type_: ValueType) -> list[Operator]:
    """The operators that a field of this type is offered, in the order of the menu."""
    return [operator for operator in OPERATORS.values() if type_.name in operator.types]
