"""From what a row asks for to a record that may be stored, or to the reasons why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from members.field_types import UnreadableValueError
from members.fields import Catalogue, Field
from members.models import Member
from members.storing import Altered
from members.validation import Problems, problems_between, problems_of

Changes = Mapping[str, Any]
"""{field key: value as typed or as parsed}; `parent` takes a Member, an id or None."""


@dataclass(frozen=True)
class Row:
    """Input `number` (from 0), the record it concerns (None: there is none any more), what it asks for."""

    number: int
    member: Member | None
    changes: Changes


@dataclass(frozen=True)
class Refusal:
    """An input that was left out, and why: {field key: sentence}, `""` for the record as a whole."""

    row: int
    problems: Problems


@dataclass
class Draft:
    """An altered record and the inputs that asked for it: two rows of a file may concern one record."""

    altered: Altered
    rows: list[int] = field(default_factory=list)


@dataclass
class Drafts:
    accepted: list[Draft] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def draft_all(rows: Iterable[Row], fields: Catalogue) -> Drafts:
    """Draft every row and check the drafts among each other. Call inside `one_writer`; nothing is stored."""
    found = Drafts()
    by_record: dict[int, Draft] = {}
    for row in rows:
        _draft(row, by_record, found, fields)
    _check_together(list(by_record.values()), found)
    found.refused.sort(key=lambda refusal: refusal.row)
    return found


def _draft(row: Row, by_record: dict[int, Draft], found: Drafts, fields: Catalogue) -> None:
    if row.member is None:
        found.refused.append(Refusal(row.number, {"": "This record was deleted meanwhile."}))
        return
    record = row.member.pk or -1 - row.number
    # A second row about the same record starts from what the first one made of it.
    draft = by_record.get(record) or Draft(Altered(row.member, row.member.email_key, row.member.parent_id))
    altered, problems = apply(draft.altered, row.changes, fields)
    if problems:
        found.refused.append(Refusal(row.number, problems))
    elif altered.same_as(draft.altered):
        found.unchanged.append(row.number)
    else:
        by_record[record] = Draft(altered, [*draft.rows, row.number])


def _check_together(drafts: list[Draft], found: Drafts) -> None:
    """Until the rest can stand together: a draft may rely on another that is left out."""
    while problems := problems_between(
        [draft.altered.member for draft in drafts], [draft.altered.columns for draft in drafts]
    ):
        for place, reasons in problems.items():
            found.refused += [Refusal(row, reasons) for row in drafts[place].rows]
        drafts = [draft for place, draft in enumerate(drafts) if place not in problems]
    for draft in drafts:
        if draft.altered.differs:
            found.accepted.append(draft)
        else:
            found.unchanged += draft.rows


def apply(altered: Altered, changes: Changes, fields: Catalogue) -> tuple[Altered, Problems]:
    """A copy with the changes made, and what is wrong with it."""
    after = _copy(altered)
    unreadable: Problems = {}
    for key, raw in changes.items():
        try:
            _set_parent(after, raw) if key == "parent" else _set(after, fields.get(key), raw)
        except UnreadableValueError as error:
            unreadable[key] = str(error)
    return after, problems_of(after.member, changes.keys(), fields) | unreadable


def _copy(altered: Altered) -> Altered:
    member = copy(altered.member)
    member.custom = dict(member.custom)
    return replace(altered, member=member, changes=dict(altered.changes), columns=set(altered.columns))


def _set(after: Altered, source: Field | None, raw: Any) -> None:
    if source is None or not source.writable:
        raise UnreadableValueError("There is no such field any more. Reload the page.")
    before, value = source.source.read(after.member), source.type.parse(raw)
    if value != before:
        source.set(after.member, value)
        _note(after, source.source.column, source.label, source.type.text(before), source.type.text(value))


def _set_parent(after: Altered, raw: Member | int | str | None) -> None:
    after.member.parent_id = _parent_id(raw)
    after.columns.add("parent")


def _parent_id(raw: Member | int | str | None) -> int | None:
    if isinstance(raw, Member):
        return raw.pk
    try:
        return int(raw) if raw else None
    except ValueError as error:
        raise UnreadableValueError("Choose a record as the parent.") from error


def _note(after: Altered, column: str, label: str, old: str, new: str) -> None:
    first = after.changes.get(label, (old, ""))[0]
    after.columns.add(column)
    if first == new:
        after.changes.pop(label)
    else:
        after.changes[label] = (first, new)
