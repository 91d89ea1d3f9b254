"""The rows of an import that were left out, as a file: the columns as they were, then line and reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from members.imports.rows import Detail
from members.jobs import Import, RowOutcome
from novi_ams import spreadsheets
from novi_ams.spreadsheets import rearm

READ_AT_ONCE = 1_000


def csv_lines(job: Import) -> Iterator[str]:
    """Cells can be mended and the file imported again: what would be a formula in a spreadsheet is quoted."""
    header = [rearm(name) for name in (*job.headers, "Line", "Reason")]
    return spreadsheets.csv_lines(header, _rows(job))


def _rows(job: Import) -> Iterator[list[str]]:
    left_out = job.rows.filter(outcome=RowOutcome.ERROR).order_by("line")
    for row in left_out.iterator(chunk_size=READ_AT_ONCE):
        cells = [rearm(cell) for cell in row.cells[: len(job.headers)]]
        padding = [""] * (len(job.headers) - len(cells))
        yield [*cells, *padding, str(row.line), reason_of(row.details)]


def reason_of(details: Sequence[Detail]) -> str:
    """“Email: The address has two dots in a row. Phone: …”."""
    return " ".join(f"{column}: {reason}" if column else reason for column, _, reason in details)
