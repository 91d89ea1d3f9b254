"""The import itself: rows that were checked become records, by the verbs, a chunk a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from members.fields import Catalogue
from members.imports.checking import Parents, changes_of, parents_of
from members.imports.columns import PARENT
from members.imports.rows import Values, error_details, values_of
from members.jobs import Import, ImportRow, RowOutcome
from members.many_rows import update_many
from members.records import Changes, Outcome, create_members, save_members

WRITTEN_BY_IMPORT = ("outcome", "details", "member_id", "waiting")


def write_chunk(job: Import, rows: Sequence[ImportRow], fields: Catalogue) -> None:
    """Create and change the records of these rows. Call inside the transaction that notes the progress: either
    both are there after a crash or neither is."""
    said = [values_of(row, job) for row in rows]
    parents = parents_of(said, job)
    fit = [values for values in said if not _refuse_orphan(values, parents, job, fields)]
    new = [values for values in fit if values.row.outcome == RowOutcome.CREATE]
    old = [values for values in fit if values.row.outcome == RowOutcome.UPDATE]

    def create(changes: Sequence[Changes]) -> Outcome:
        return create_members(changes, actor=job.actor, action="Created by import")

    def save(changes: Sequence[Changes]) -> Outcome:
        ids = [values.row.member_id or 0 for values in old]
        return save_members(zip(ids, changes, strict=True), actor=job.actor, action="Edited by import")

    _write(new, create, parents, job, fields)
    _write(old, save, parents, job, fields)
    for row in rows:
        row.waiting = False
    update_many(rows, WRITTEN_BY_IMPORT)


def _refuse_orphan(values: Values, parents: Parents, job: Import, fields: Catalogue) -> bool:
    """Leave a row out whose parent was left out, or is not there any more."""
    ref = values.parent_ref
    if not ref or ref in parents.stored:
        return False
    problem = parents.problem_of(ref) or f"The parent with the Import ID “{ref}” could not be created."
    _refuse(values.row, {PARENT: problem}, job, fields)
    return True


def _refuse(row: ImportRow, problems: Mapping[str, str], job: Import, fields: Catalogue) -> None:
    row.outcome = RowOutcome.ERROR
    row.details = error_details(dict(problems), row, job, fields)


def _write(
    rows: Sequence[Values],
    verb: Callable[[Sequence[Changes]], Outcome],
    parents: Parents,
    job: Import,
    fields: Catalogue,
) -> None:
    if not rows:
        return
    asked = [changes_of(values, parents, is_new=values.row.outcome == RowOutcome.CREATE) for values in rows]
    outcome = verb(asked)
    refused = {refusal.row: refusal.problems for refusal in outcome.refused}
    for number, values in enumerate(rows):
        if number in refused:
            _refuse(values.row, refused[number], job, fields)
        elif number in outcome.written:
            values.row.member_id = outcome.written[number]
        else:
            values.row.outcome = RowOutcome.UNCHANGED
