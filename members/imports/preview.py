"""The rows of an import as people see them: what happens, or happened, to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from members.imports.columns import PARENT_LABEL
from members.imports.rows import Detail
from members.jobs import ImportRow, RowOutcome
from novi_ams.association.looks import StatusLook, Tone

OUTCOME_LOOKS = {
    RowOutcome.UPDATE: StatusLook("Update", Tone.NEUTRAL, "pencil"),
    RowOutcome.CREATE: StatusLook("Create", Tone.GOOD, "plus"),
    RowOutcome.UNCHANGED: StatusLook("Unchanged", Tone.NEUTRAL, "minus"),
    RowOutcome.ERROR: StatusLook("Left out", Tone.BAD, "filled-alert"),
}
FINISHED_LOOKS = {
    **OUTCOME_LOOKS,
    RowOutcome.UPDATE: StatusLook("Updated", Tone.NEUTRAL, "pencil"),
    RowOutcome.CREATE: StatusLook("Created", Tone.GOOD, "plus"),
}
NOT_REACHED = StatusLook("Not reached", Tone.NEUTRAL, "dashed")


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Problem:
    """`value` is blank where the sentence quotes it already."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class PreviewLine:
    """`words` say what is created; `changes` and `problems` come one by one, the first of them always shown."""

    row: ImportRow
    look: StatusLook
    words: str = ""
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.row.outcome == RowOutcome.ERROR

    @property
    def more(self) -> int:
        return max(0, len(self.changes or self.problems) - 1)


def lines_of(rows: Iterable[ImportRow], *, is_over: bool) -> list[PreviewLine]:
    """`is_over`: the import has ended, so these things have happened."""
    return [_line(row, is_over=is_over) for row in rows]


def _line(row: ImportRow, *, is_over: bool) -> PreviewLine:
    looks = FINISHED_LOOKS if is_over else OUTCOME_LOOKS
    outcome = RowOutcome(row.outcome)
    look = NOT_REACHED if is_over and row.waiting else looks.get(outcome, NOT_REACHED)
    match outcome:
        case RowOutcome.UPDATE:
            return PreviewLine(row, look, changes=tuple(Change(*one) for one in row.details))
        case RowOutcome.CREATE:
            return PreviewLine(row, look, words=_created(row.details))
        case RowOutcome.ERROR:
            return PreviewLine(row, look, problems=tuple(_problem(*one) for one in row.details))
        case _:
            return PreviewLine(row, look)


def _created(details: Iterable[Detail]) -> str:
    """“11 values, child of Scioto Bridge Works”."""
    listed = list(details)
    parent = next((after for label, _, after in listed if label == PARENT_LABEL), "")
    count = sum(label != PARENT_LABEL for label, _, _ in listed)
    values = f"{count} value" if count == 1 else f"{count} values"
    return f"{values}, child of {parent}" if parent else values


def _problem(column: str, value: str, reason: str) -> Problem:
    return Problem(column, "" if not value or value in reason else value, reason)
