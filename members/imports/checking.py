"""The check before an import: what would become of each row. Writes nothing but the rows' own forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from members.addresses import Invalid, address_problem
from members.drafting import Changes, Draft, Row, draft_all
from members.field_types import Email
from members.fields import Catalogue
from members.imports.columns import PARENT, PARENT_LABEL
from members.imports.matching import Match, match
from members.imports.rows import Detail, Values, error_details, kind_problem, shortened, values_of
from members.jobs import Import, ImportRow, RowOutcome
from members.many_rows import update_many
from members.models import Member
from members.storing import CHUNK
from members.validation import Problems

KIND_LABEL = str(Member._meta.get_field("kind").verbose_name)
WRITTEN_BY_CHECK = ("outcome", "details", "member_id", "name", "email", "waiting", "identity")
LEFT_OUT = "Its parent, line {line:,} of this file, is left out."
NO_PARENT = "No record and no row of this file has the Import ID “{ref}”."


@dataclass(frozen=True)
class Parents:
    """Import ID of a parent → the record's id, or the line of the file that has it and its outcome."""

    stored: Mapping[str, int]
    names: Mapping[str, str]
    in_file: Mapping[str, tuple[int, str]]

    def problem_of(self, ref: str) -> str:
        if not ref or ref in self.stored:
            return ""
        if ref not in self.in_file:
            return NO_PARENT.format(ref=ref)
        line, outcome = self.in_file[ref]
        return LEFT_OUT.format(line=line) if outcome == RowOutcome.ERROR else ""


def parents_of(rows: Sequence[Values], job: Import) -> Parents:
    """The parents that these rows name; two queries."""
    refs = {values.parent_ref for values in rows if values.parent_ref}
    if not refs:
        return Parents({}, {}, {})
    stored: dict[str, int] = {}
    names: dict[str, str] = {}
    known = Member.objects.filter(import_id__in=refs).values_list("import_id", "pk", "display_name")
    for ref, pk, name in known:
        stored[str(ref)], names[str(ref)] = pk, name
    in_the_file = job.rows.filter(import_ref__in=refs - stored.keys()).order_by("-line")
    places = in_the_file.values_list("import_ref", "line", "outcome")
    return Parents(stored, names, {ref: (line, outcome) for ref, line, outcome in places})


def next_chunk(job: Import) -> list[ImportRow]:
    """The rows to do next, all of one level: whom they stand under is done."""
    waiting = job.rows.filter(waiting=True).order_by("level", "line")
    rows = list(waiting[:CHUNK])
    return [row for row in rows if row.level == rows[0].level]


def check_chunk(job: Import, rows: Sequence[ImportRow], fields: Catalogue) -> None:
    """Foresee what becomes of these rows."""
    said = [values_of(row, job) for row in rows]
    matches = match(said, job)
    parents = parents_of(said, job)
    asked: list[Row] = []
    stored = Member.objects.in_bulk([one.member_id for one in matches if one.member_id])
    for number, (values, one) in enumerate(zip(said, matches, strict=True)):
        member = stored.get(one.member_id) if one.member_id else Member()
        _begin(values, one, member)
        problems = _problems(values, one, parents, fields) | _address_problems(values, member, fields)
        if problems:
            _refuse(values.row, problems, job, fields)
        else:
            asked.append(Row(number, member, _foreseen(values, parents, is_new=not one.member_id)))
    _foresee(asked, said, parents, job, fields)
    update_many(rows, WRITTEN_BY_CHECK)


def _begin(values: Values, one: Match, member: Member | None) -> None:
    row = values.row
    row.name = values.display_name or (member.display_name if member else "")
    row.email = values.texts.get("email", "")[:254] or (member.email if member else "")
    row.member_id, row.identity, row.waiting, row.details = one.member_id, one.identity, False, []


def _problems(values: Values, one: Match, parents: Parents, fields: Catalogue) -> Problems:
    problems = {**values.problems, **kind_problem(values, fields)}
    if one.problem:
        problems[""] = one.problem
    if problem := parents.problem_of(values.parent_ref):
        problems[PARENT] = problem
    return problems


def _address_problems(values: Values, member: Member | None, fields: Catalogue) -> Problems:
    """A new address that cannot be one is refused, as in the forms; one that is there already stays."""
    found: Problems = {}
    for key, text in values.texts.items():
        field = fields.get(key)
        if field and isinstance(field.type, Email) and (not member or field.text_of(member) != text):
            problem = address_problem(text)
            if isinstance(problem, Invalid):
                found[key] = f"{problem.sentence} Correct it, or leave it blank."
    return found


def _foreseen(values: Values, parents: Parents, *, is_new: bool) -> Changes:
    """What the row asks for. A parent that this import is still to create cannot be asked for yet."""
    changes = changes_of(values, parents, is_new=is_new)
    if values.parent_ref and values.parent_ref not in parents.stored:
        changes.pop(PARENT)
    return changes


def changes_of(values: Values, parents: Parents, *, is_new: bool) -> dict[str, object]:
    """The row as the verbs take it."""
    changes: dict[str, object] = dict(values.texts)
    if values.parent_ref:
        changes[PARENT] = parents.stored.get(values.parent_ref)
    if is_new:
        changes = {key: value for key, value in changes.items() if value != ""}
        changes["kind"] = values.likely_kind
    return changes


def _foresee(
    asked: Sequence[Row], said: Sequence[Values], parents: Parents, job: Import, fields: Catalogue
) -> None:
    drafts = draft_all(asked, fields)
    for refusal in drafts.refused:
        _refuse(said[refusal.row].row, refusal.problems, job, fields)
    for number in drafts.unchanged:
        _unchanged(said[number], parents)
    for draft in drafts.accepted:
        for number in draft.rows:
            _changed(said[number], draft, parents)


def _refuse(row: ImportRow, problems: Problems, job: Import, fields: Catalogue) -> None:
    row.outcome, row.identity = RowOutcome.ERROR, ""
    row.details = error_details(problems, row, job, fields)


def _unchanged(values: Values, parents: Parents) -> None:
    """A record that is as the file has it, unless it gets a parent that is still to be created."""
    awaited = _awaited_parent(values, parents)
    values.row.outcome = RowOutcome.UPDATE if awaited else RowOutcome.UNCHANGED
    values.row.details = awaited


def _changed(values: Values, draft: Draft, parents: Parents) -> None:
    row, altered = values.row, draft.altered
    moved: list[Detail] = []
    if altered.is_moved:
        moved = [(PARENT_LABEL, "", parents.names.get(values.parent_ref, ""))]
    moved = moved or _awaited_parent(values, parents)
    if altered.is_new:
        row.outcome, row.details = RowOutcome.CREATE, [*moved, *_values_set(altered.changes, values)]
    else:
        row.outcome = RowOutcome.UPDATE
        row.details = shortened([*((label, *pair) for label, pair in altered.changes.items()), *moved])


def _awaited_parent(values: Values, parents: Parents) -> list[Detail]:
    if not values.parent_ref or values.parent_ref in parents.stored:
        return []
    line, _ = parents.in_file[values.parent_ref]
    return [(PARENT_LABEL, "", f"line {line:,}")]


def _values_set(changes: Mapping[str, tuple[str, str]], values: Values) -> list[Detail]:
    """What the file says of a new record; a kind that was guessed is no value of the file."""
    guessed = set() if "kind" in values.texts else {KIND_LABEL}
    return shortened([(label, "", after) for label, (_, after) in changes.items() if label not in guessed])


def forget_forecast(job: Import) -> None:
    """Begin a check from nothing, for a new mapping or for records that were changed since."""
    job.rows.update(
        outcome=RowOutcome.UNKNOWN,
        details=[],
        member_id=None,
        waiting=True,
        import_ref="",
        parent_ref="",
        level=None,
        identity="",
    )
