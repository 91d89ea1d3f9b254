"""Files and imports for tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from members import background
from members.imports.running import check, counts_of, start
from members.imports.uploading import upload
from members.jobs import Import, MatchBy
from members.tests.builders import STAFF


def csv_text(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> str:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def uploaded(text: str | bytes, *, name: str = "members.csv") -> Import:
    data = text.encode() if isinstance(text, str) else text
    return upload(BytesIO(data), name=name, size=len(data), actor=STAFF)


def checked(text: str | bytes, *, match_by: MatchBy = MatchBy.EITHER, clears_blanks: bool = False) -> Import:
    """An import whose columns were guessed and whose rows are checked."""
    job = uploaded(text)
    check(job, job.mapping, match_by=match_by, clears_blanks=clears_blanks)
    background.work()
    job.refresh_from_db()
    return job


def imported(text: str | bytes, **options: Any) -> Import:
    job = checked(text, **options)
    start(job)
    background.work()
    job.refresh_from_db()
    return job


def outcomes(job: Import) -> dict[int, str]:
    """{line: outcome}."""
    return dict(job.rows.order_by("line").values_list("line", "outcome"))


def reasons(job: Import) -> dict[int, str]:
    """{line: reason} of what is left out."""
    rows = job.rows.filter(outcome="error").order_by("line")
    return {row.line: " ".join(reason for _, _, reason in row.details) for row in rows}


def counts(job: Import) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, left out."""
    found = counts_of(job)
    return found["create"], found["update"], found["unchanged"], found["error"]
