"""In which order the rows of a file have to come: parents before their children, wherever they stand in it."""

from __future__ import annotations

from django.db.models import QuerySet

from members.fields import Catalogue
from members.imports.columns import PARENT
from members.imports.rows import error_details, values_of
from members.jobs import Import, ImportRow, RowOutcome
from members.many_rows import update_many

UNKNOWN_LEVEL = -1
MOST_LEVELS = 50
CHUNK = 2_000
NO_WAY_UP = "Its parents in this file stand above one another in a circle. Mend the Parent column there."


def note_references(job: Import) -> bool:
    """Note for a chunk of rows whom they are and whom they stand under; False when all rows have it."""
    if PARENT not in job.mapping:
        job.rows.filter(level=None).update(level=0)
        return False
    rows = list(job.rows.filter(level=None).order_by("line")[:CHUNK])
    for row in rows:
        values = values_of(row, job)
        if not values.problems:
            row.import_ref, row.parent_ref = values.import_ref, values.parent_ref
        row.level = UNKNOWN_LEVEL if row.parent_ref else 0
    update_many(rows, ("import_ref", "parent_ref", "level"))
    return bool(rows)


def set_levels(job: Import, fields: Catalogue) -> None:
    """Level by level, in SQL: who needs nobody of the file, then who stands under those, and so on."""
    unknown = job.rows.filter(level=UNKNOWN_LEVEL)
    if not unknown.exists():
        return
    unknown.exclude(parent_ref__in=_refs(job.rows.all())).update(level=0)
    for level in range(MOST_LEVELS):
        if not unknown.filter(parent_ref__in=_refs(job.rows.filter(level=level))).update(level=level + 1):
            break
    _refuse_circles(job, unknown, fields)


def _refs(rows: QuerySet[ImportRow]) -> QuerySet[ImportRow, str]:
    return rows.exclude(import_ref="").order_by().values_list("import_ref", flat=True)


def _refuse_circles(job: Import, unknown: QuerySet[ImportRow], fields: Catalogue) -> None:
    for row in unknown.iterator(chunk_size=CHUNK):
        row.outcome, row.waiting, row.level = RowOutcome.ERROR, False, 0
        row.details = error_details({PARENT: NO_WAY_UP}, row, job, fields)
        row.save(update_fields=["outcome", "waiting", "level", "details"])
