"""Conditions in words, as pieces that a template can set apart and as one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from groups.conditions.operators import RelativeToToday, Shape
from groups.conditions.tree import Condition, ConditionSet, Match
from members.field_types import Options
from members.fields import Field, FieldGroup


class SpanKind(StrEnum):
    TEXT = "text"
    FIELD = "field"
    VALUE = "value"
    JOINER = "joiner"


@dataclass(frozen=True)
class Span:
    """A piece of the sentence with its own spaces, so that the pieces only have to be set side by side."""

    kind: SpanKind
    text: str


@dataclass(frozen=True)
class Sentence:
    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans)


def describe(tree: ConditionSet) -> Sentence:
    """“Everyone whose Member Status is Current or Grace, and for whom one of these holds: …”"""
    if not tree.items:
        return Sentence((_text("Nobody: there are no conditions yet."),))
    return Sentence((_text("Everyone "), *_clauses(tree), _text(".")))


def describe_condition(condition: Condition) -> Sentence:
    """“Member Status is Current or Grace”, for a row on its own."""
    return Sentence(tuple(_comparison(condition)))


def _clauses(tree: ConditionSet) -> Iterator[Span]:
    """The items of the outermost set: “whose A is 1 and whose B is 2, and for whom …”."""
    word = _word(tree.match)
    for index, item in enumerate(tree.items):
        if index:
            comma = (
                "" if isinstance(item, Condition) and isinstance(tree.items[index - 1], Condition) else ","
            )
            yield from (_text(f"{comma} "), Span(SpanKind.JOINER, word), _text(" "))
        yield from _clause(item)


def _clause(item: Condition | ConditionSet) -> Iterator[Span]:
    if isinstance(item, Condition):
        yield _text("whose ")
        yield from _comparison(item)
    else:
        yield _text("for whom ")
        yield from _set(item)


def _set(tree: ConditionSet) -> Iterator[Span]:
    """“one of these holds: A is 1; B is 2”; a set within it stands in parentheses."""
    yield from (Span(SpanKind.JOINER, _how_many(tree)), _text(": "))
    for index, item in enumerate(tree.items):
        if index:
            yield from (_text("; "), Span(SpanKind.JOINER, _word(tree.match)), _text(" "))
        if isinstance(item, Condition):
            yield from _comparison(item)
        else:
            yield from (_text("("), *_set(item), _text(")"))


def _comparison(condition: Condition) -> Iterator[Span]:
    yield from _name(condition.field)
    yield _text(f" {condition.operator.words}")
    yield from _values(condition)


def _name(field: Field) -> Iterator[Span]:
    """“Billing State”, or “parent’s Billing State”."""
    if field.group is FieldGroup.PARENT:
        yield from (_text("parent’s "), Span(SpanKind.FIELD, field.label.removeprefix("Parent ")))
    else:
        yield Span(SpanKind.FIELD, field.label)


def _values(condition: Condition) -> Iterator[Span]:
    operator = condition.operator
    if isinstance(operator, RelativeToToday):
        yield from (_text(" "), Span(SpanKind.VALUE, f"{condition.value:,}"))
        yield _text(f" day{'' if condition.value == 1 else 's'}{operator.after_days}")
    elif operator.shape is not Shape.NONE:
        yield _text(" ")
        yield from _listed(value_texts(condition), operator.joining_word)


def value_texts(condition: Condition) -> list[str]:
    """Each value of the condition as people read it."""
    if isinstance(condition.field.type, Options):
        return list(condition.value)
    several = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return [condition.field.type.text(value) for value in several]


def _listed(texts: Sequence[str], word: str) -> Iterator[Span]:
    for index, text in enumerate(texts):
        if index:
            last = index == len(texts) - 1
            yield from (_text(" "), Span(SpanKind.JOINER, word), _text(" ")) if last else (_text(", "),)
        yield Span(SpanKind.VALUE, text)


def _how_many(tree: ConditionSet) -> str:
    if len(tree.items) == 1:
        return "this holds"
    return "all of these hold" if tree.match is Match.ALL else "one of these holds"


def _word(match: Match) -> str:
    return "and" if match is Match.ALL else "or"


def _text(text: str) -> Span:
    return Span(SpanKind.TEXT, text)
