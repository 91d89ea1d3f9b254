"""The condition builder: a tree of conditions as rows with inputs, kept as they were typed, right or wrong.

The form posts its structure in document order, so rows need no renumbering when one is added or removed:

    item=set:root:          match.root=all
    item=row:r1:root        field.r1=status  operator.r1=any_of  value.r1=current  value.r1=grace
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from django.http import QueryDict

from groups.conditions.operators import OPERATORS, Operator, Shape, operators_for
from groups.conditions.tree import MAX_DEPTH, ConditionSet, InvalidConditions, Match, parse
from members.field_types import Date, Number, UnreadableValueError
from members.fields import Catalogue, Field

ROOT = "root"
KNOWN_ID = re.compile(r"[a-z0-9-]{1,40}")


class Input(StrEnum):
    """How a value is asked for; a name of `groups/condition_value.html`'s branches."""

    NONE = "none"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DAYS = "days"
    SELECT = "select"
    LINES = "lines"
    PICKS = "picks"


@dataclass
class Row:
    """One condition. `values` are as typed; which of them count depends on the operator."""

    id: str
    field_key: str = ""
    operator_key: str = ""
    values: list[str] = field(default_factory=list)
    source: Field | None = None
    problem: str = ""
    is_new: bool = False

    @property
    def operator(self) -> Operator | None:
        found = OPERATORS.get(self.operator_key)
        return found if found in self.operators else None

    @property
    def operators(self) -> list[Operator]:
        return operators_for(self.source.type) if self.source else []

    @property
    def forgotten_name(self) -> str:
        """What a field that does not exist any more was called, as far as its key tells."""
        return "" if self.source else self.field_key.rpartition(".")[2].replace("_", " ")

    @property
    def input(self) -> Input:
        if self.source is None or self.operator is None or self.operator.shape is Shape.NONE:
            return Input.NONE
        if self.operator.shape is Shape.DAYS:
            return Input.DAYS
        if self.source.choices:
            return Input.PICKS if self.operator.shape is Shape.MANY else Input.SELECT
        return Input.LINES if self.operator.shape is Shape.MANY else self._typed_input()

    def _typed_input(self) -> Input:
        match self.source and self.source.type:
            case Number():
                return Input.NUMBER
            case Date() if all(_is_date(value) for value in self.values):
                return Input.DATE
            case _:
                # A date picker cannot show what is no date, and what was typed is to stay.
                return Input.TEXT

    @property
    def boxes(self) -> list[str]:
        """The value of each single input: one, or two for a range."""
        wanted = 2 if self.operator and self.operator.shape is Shape.TWO else 1
        return [*self.values, "", ""][:wanted]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """(code, label, chosen?) of every choice, a chosen one that does not exist any more included."""
        known = list(self.source.choices) if self.source else []
        codes = {code for code, _ in known}
        gone = [(value, value) for value in self.values if value and value not in codes]
        return [(code, label, code in self.values) for code, label in (*known, *gone)]

    @property
    def chosen(self) -> list[tuple[str, str]]:
        return [(code, label) for code, label, is_chosen in self.choices if is_chosen]

    @property
    def lines(self) -> str:
        return "\n".join(self.values)

    def settle(self, fields: Catalogue) -> None:
        """Find the field, fall back to its first operator, and drop values that its input cannot show."""
        self.source = fields.get(self.field_key)
        if self.source and self.operator is None:
            self.operator_key = self.operators[0].key
        if self.input is Input.LINES:
            self.values = [
                line.strip() for value in self.values for line in value.splitlines() if line.strip()
            ]

    def forget_unfit_values(self) -> None:
        """After another field was chosen: keep only what its input can show."""
        if self.source and self.source.choices:
            codes = {code for code, _ in self.source.choices}
            self.values = [value for value in self.values if value in codes]
        elif self.source and isinstance(self.source.type, Date) and self.input is not Input.DAYS:
            self.values = [value for value in self.values if _is_date(value)]

    def as_json(self) -> dict[str, Any]:
        row = {"field": self.field_key, "operator": self.operator_key}
        match self.operator.shape if self.operator else Shape.NONE:
            case Shape.ONE | Shape.DAYS:
                return {**row, "value": self.boxes[0]}
            case Shape.TWO:
                return {**row, "value": self.boxes}
            case Shape.MANY:
                return {**row, "value": self.values}
            case _:
                return row


@dataclass
class RowSet:
    """A set of conditions and sets. `depth` is 0 for the outermost."""

    id: str
    match: str = Match.ALL
    items: list[Row | RowSet] = field(default_factory=list)
    depth: int = 0
    problem: str = ""

    @property
    def may_hold_sets(self) -> bool:
        return self.depth + 1 < MAX_DEPTH

    @property
    def tone(self) -> str:
        """Sets alternate their ground."""
        return "well" if self.depth % 2 == 0 else "sheet"

    def as_json(self) -> dict[str, Any]:
        return {"match": self.match, "items": [item.as_json() for item in self.items]}

    def sets(self) -> Iterator[RowSet]:
        """This set and every one in it."""
        yield self
        for item in self.items:
            if isinstance(item, RowSet):
                yield from item.sets()

    def rows(self) -> Iterator[Row]:
        for one in self.sets():
            yield from (item for item in one.items if isinstance(item, Row))

    def mark(self, problems: Mapping[str, str]) -> None:
        """Put each of the tree's problems to the row or set that has it."""
        self._mark(problems, ())

    def _mark(self, problems: Mapping[str, str], path: tuple[int, ...]) -> None:
        self.problem = problems.get(".".join(map(str, path)), "")
        for index, item in enumerate(self.items):
            here = (*path, index)
            if isinstance(item, RowSet):
                item._mark(problems, here)
            else:
                item.problem = problems.get(".".join(map(str, here)), "")


def new_row() -> Row:
    return Row(f"n{uuid4().hex[:8]}", is_new=True)


def new_set(*, depth: int) -> RowSet:
    """A set with one condition to fill in."""
    return RowSet(f"n{uuid4().hex[:8]}", items=[new_row()], depth=depth)


def from_json(conditions: Any, fields: Catalogue) -> RowSet:
    """The builder for a stored tree, also for one that cannot be read as conditions any more."""
    root = _set_from_json(conditions if isinstance(conditions, dict) else {}, ROOT, 0)
    for row in root.rows():
        row.settle(fields)
    return root


def _set_from_json(data: Mapping[str, Any], set_id: str, depth: int) -> RowSet:
    items: list[Row | RowSet] = []
    for index, item in enumerate(data.get("items", [])):
        item_id = f"{set_id}-{index}"
        if "items" in item:
            items.append(_set_from_json(item, item_id, depth + 1))
        else:
            typed = _as_typed(item.get("value"))
            items.append(Row(item_id, str(item.get("field", "")), str(item.get("operator", "")), typed))
    return RowSet(set_id, str(data.get("match", Match.ALL)), items, depth)


def _as_typed(value: Any) -> list[str]:
    """A stored value as its inputs show it."""
    if value is None:
        return []
    if isinstance(value, list):
        return [_one_as_typed(one) for one in value]
    return [_one_as_typed(value)]


def _one_as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Number().text(value) if isinstance(value, int | float) else str(value)


def from_post(data: QueryDict, fields: Catalogue) -> RowSet:
    """The builder as it was sent, in document order; what makes no sense is left out."""
    root = RowSet(ROOT, _match(data, ROOT))
    sets = {ROOT: root}
    for line in data.getlist("item"):
        kind, item_id, parent_id = (*line.split(":"), "", "")[:3]
        parent = sets.get(parent_id)
        if parent is None or item_id in sets or not KNOWN_ID.fullmatch(item_id):
            continue
        if kind == "set":
            sets[item_id] = RowSet(item_id, _match(data, item_id), depth=parent.depth + 1)
            parent.items.append(sets[item_id])
        else:
            parent.items.append(row_from(data, item_id, fields))
    return root


def _match(data: QueryDict, set_id: str) -> str:
    return Match.ANY if data.get(f"match.{set_id}") == Match.ANY else Match.ALL


def row_from(data: QueryDict, row_id: str, fields: Catalogue) -> Row:
    """One row as it was sent."""
    values = data.getlist(f"value.{row_id}")
    row = Row(row_id, data.get(f"field.{row_id}", ""), data.get(f"operator.{row_id}", ""), list(values))
    row.settle(fields)
    return row


def change(root: RowSet, order: str) -> None:
    """Carry out what a button of the builder says, for browsers without script: `add-row:root`, `remove:r1`,
    `unpick:r1:grace`. An unknown order changes nothing."""
    verb, _, rest = order.partition(":")
    target, _, value = rest.partition(":")
    for one in list(root.sets()):
        if verb == "add-row" and one.id == target:
            one.items.append(new_row())
        elif verb == "add-set" and one.id == target and one.may_hold_sets:
            one.items.append(new_set(depth=one.depth + 1))
        elif verb == "remove":
            one.items = [item for item in one.items if item.id != target]
    for row in root.rows():
        if verb == "unpick" and row.id == target:
            row.values = [kept for kept in row.values if kept != value]


@dataclass(frozen=True)
class Reading:
    """What the rows mean: the whole tree or, while there are problems, the part without them."""

    tree: ConditionSet
    problems: Mapping[str, str]


def read(root: RowSet, fields: Catalogue) -> Reading:
    """Read the rows as conditions."""
    data = root.as_json()
    try:
        return Reading(parse(data, fields), {})
    except InvalidConditions as error:
        whole = _without(data, error.problems, ()) or {"match": Match.ALL, "items": []}
        return Reading(parse(whole, fields), error.problems)


def _without(
    data: Mapping[str, Any], problems: Mapping[str, str], path: Sequence[int]
) -> dict[str, Any] | None:
    """The tree without what has a problem, and without sets that are empty then."""
    if len(path) >= MAX_DEPTH or (not path and "" in problems):
        return None
    items = []
    for index, item in enumerate(data["items"]):
        here = (*path, index)
        if ".".join(map(str, here)) in problems:
            continue
        kept = _without(item, problems, here) if "items" in item else item
        if kept:
            items.append(kept)
    return {"match": data["match"], "items": items} if items or not path else None


def _is_date(text: str) -> bool:
    try:
        return Date().text(Date().parse(text)) == text
    except UnreadableValueError:
        return False
