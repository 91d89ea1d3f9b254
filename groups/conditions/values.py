"""The values of a condition: read by the field's own type, so it accepts what the record accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from members.field_types import Checkbox, UnreadableValueError
from members.fields import Field

MAX_VALUES = 200
MAX_DAYS = 36_500


class InvalidValueError(ValueError):
    """A value that the condition cannot be asked with; `str()` is a sentence for people."""


def parse_value(raw: Any, source: Field) -> Any:
    """One value of the field's type. Raises InvalidValueError for a blank or unreadable one."""
    if raw is None or (isinstance(raw, list | dict)):
        raise InvalidValueError(_missing(source))
    try:
        value = source.type.parse(raw)
    except UnreadableValueError as error:
        raise InvalidValueError(str(error)) from error
    if value is None:
        raise InvalidValueError(_missing(source))
    return value


def parse_two(raw: Any, source: Field) -> tuple[Any, Any]:
    """The two ends of a range, the smaller first."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) != 2:
        raise InvalidValueError("Enter both ends.")
    first, last = (parse_value(one, source) for one in raw)
    if first > last:
        raise InvalidValueError("The first value has to be the smaller one. Swap the two.")
    return first, last


def parse_many(raw: Any, source: Field) -> tuple[Any, ...]:
    """One value or more, each once, in the order given."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise InvalidValueError("Choose at least one value.")
    if len(raw) > MAX_VALUES:
        raise InvalidValueError(f"Choose at most {MAX_VALUES} values; these are {len(raw):,}.")
    return tuple(dict.fromkeys(_one_of_many(one, source) for one in raw))


def _one_of_many(raw: Any, source: Field) -> Any:
    value = parse_value(raw, source)
    if not isinstance(value, tuple):
        return value
    if len(value) != 1:
        raise InvalidValueError("Choose the values one by one.")
    return value[0]


def parse_days(raw: Any) -> int:
    """A whole number of days, zero included."""
    try:
        days = int(str(raw).strip())
    except ValueError as error:
        raise InvalidValueError("Enter a whole number of days.") from error
    if not 0 <= days <= MAX_DAYS:
        raise InvalidValueError(f"Enter a number of days from 0 to {MAX_DAYS:,}.")
    return days


def _missing(source: Field) -> str:
    return "Choose Yes or No." if isinstance(source.type, Checkbox) else "Enter a value."
