"""The condition tree: read from JSON, validated as a whole, written back as JSON.

    {"match": "all", "items": [
        {"field": "status", "operator": "any_of", "value": ["current", "grace"]},
        {"match": "any", "items": [...]}]}

An empty set at the top matches nobody. An empty set inside another is refused: nobody can mean it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn

from groups.conditions.operators import OPERATORS, Operator, Shape
from groups.conditions.values import InvalidValueError, parse_days, parse_many, parse_two, parse_value
from members.field_types import Options
from members.fields import Catalogue, Field

MAX_DEPTH = 5
MAX_CONDITIONS = 200
MAX_VALUES_IN_ALL = 1_000
"""Each becomes several variables of one query, of which SQLite takes 32,766 at least."""
Path = tuple[int, ...]


class Match(StrEnum):
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True)
class Condition:
    """`value` is None, one value, a tuple of values or a number of days, as the operator's shape says."""

    field: Field
    operator: Operator
    value: Any = None

    def comparable(self) -> Any:
        """The value as operators compare it: text folded, many options each as `;a;`."""
        if isinstance(self.value, tuple):
            in_many = isinstance(self.field.type, Options)
            return tuple(self.field.comparable((one,) if in_many else one) for one in self.value)
        return self.value if self.operator.shape is Shape.DAYS else self.field.comparable(self.value)


@dataclass(frozen=True)
class ConditionSet:
    match: Match
    items: tuple[Condition | ConditionSet, ...]

    def conditions(self) -> Iterator[Condition]:
        """Every condition at any depth, in reading order."""
        for item in self.items:
            if isinstance(item, Condition):
                yield item
            else:
                yield from item.conditions()


NOBODY = ConditionSet(Match.ALL, ())


class InvalidConditions(ValueError):
    """`problems`: where → a sentence; `"0.2"` is the third item of the set at `"0"`, `""` is the whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(dict.fromkeys(self.problems.values())))


def parse(data: object, catalogue: Catalogue) -> ConditionSet:
    """Read and validate a tree. Raises InvalidConditions with every problem at once."""
    reader = _Reader(catalogue)
    tree = NOBODY if data in ({}, None) else reader.read_set(data, path=())
    if reader.problems:
        raise InvalidConditions(reader.problems)
    return tree


def as_json(item: Condition | ConditionSet) -> dict[str, Any]:
    """The tree as it is stored; `parse` of it gives an equal tree."""
    if isinstance(item, ConditionSet):
        return {"match": item.match.value, "items": [as_json(one) for one in item.items]}
    row: dict[str, Any] = {"field": item.field.key, "operator": item.operator.key}
    return row if item.operator.shape is Shape.NONE else row | {"value": _value_as_json(item.value)}


def _value_as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value_as_json(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def fields_used(tree: ConditionSet) -> set[str]:
    """Keys of the fields that the tree reads."""
    return {condition.field.key for condition in tree.conditions()}


def uses_today(tree: ConditionSet) -> bool:
    """Whether the answer changes with the calendar alone."""
    return any(condition.operator.uses_today for condition in tree.conditions())


class _Refused(Exception):
    """A row that cannot be read; its problem is already noted."""


@dataclass
class _Reader:
    catalogue: Catalogue
    problems: dict[str, str] = field(default_factory=dict)
    conditions: int = 0
    values: int = 0

    def read_set(self, data: object, *, path: Path) -> ConditionSet:
        try:
            match, items = self.shape_of_set(data, path)
        except _Refused:
            return NOBODY
        read = [self.read_item(item, path=(*path, index)) for index, item in enumerate(items)]
        return ConditionSet(match, tuple(item for item in read if item))

    def shape_of_set(self, data: object, path: Path) -> tuple[Match, list[object]]:
        if not isinstance(data, dict) or data.get("match") not in list(Match):
            self.refuse(path, "Choose whether all or any of these conditions have to hold.")
        items = data.get("items")
        if not isinstance(items, list):
            self.refuse(path, "These conditions could not be read. Add them again.")
        if path and not items:
            self.refuse(path, "This set has no conditions. Add one or remove the set.")
        if len(path) >= MAX_DEPTH:
            self.refuse(path, f"Sets can be nested {MAX_DEPTH} deep at most. Move these conditions up.")
        return Match(data["match"]), items

    def read_item(self, data: object, *, path: Path) -> Condition | ConditionSet | None:
        if isinstance(data, dict) and "items" in data:
            return self.read_set(data, path=path)
        try:
            return self.read_condition(data, path)
        except _Refused:
            return None

    def read_condition(self, data: object, path: Path) -> Condition:
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            self.refuse((), f"A group can have {MAX_CONDITIONS} conditions at most. Remove some.")
        if not isinstance(data, dict):
            self.refuse(path, "This condition could not be read. Remove it and add it again.")
        source = self.field_of(data.get("field"), path)
        operator = OPERATORS.get(str(data.get("operator")))
        if operator is None or source.type.name not in operator.types:
            self.refuse(path, f"Choose how to compare “{source.label}”.")
        return Condition(source, operator, self.value_of(data.get("value"), source, operator, path))

    def value_of(self, raw: object, source: Field, operator: Operator, path: Path) -> Any:
        try:
            value = _value_of(raw, source, operator)
        except InvalidValueError as error:
            self.refuse(path, f"“{source.label}” {operator.label}: {error}")
        self.values += len(value) if isinstance(value, tuple) else 1
        if self.values > MAX_VALUES_IN_ALL:
            self.refuse((), f"A group can have {MAX_VALUES_IN_ALL:,} values at most. Remove some.")
        return value

    def field_of(self, key: object, path: Path) -> Field:
        if not key:
            self.refuse(path, "Choose a field.")
        found = self.catalogue.get(str(key))
        if found is None:
            name = str(key).rpartition(".")[2].replace("_", " ")
            self.refuse(path, f"The field “{name}” does not exist any more. Choose another, or remove it.")
        return found

    def refuse(self, path: Path, problem: str) -> NoReturn:
        self.problems[".".join(str(index) for index in path)] = problem
        raise _Refused


def _value_of(raw: object, source: Field, operator: Operator) -> Any:
    match operator.shape:
        case Shape.NONE:
            return None
        case Shape.ONE:
            return parse_value(raw, source)
        case Shape.TWO:
            return parse_two(raw, source)
        case Shape.MANY:
            return parse_many(raw, source)
        case Shape.DAYS:
            return parse_days(raw)
