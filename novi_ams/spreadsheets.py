"""CSV for people with spreadsheets: lines that can be streamed, and no cell that is run as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for Windows-1252."""

RISKY = re.compile(r"'*[=+\-@\t\r]")
DISARMED = re.compile(r"'+[=+\-@\t\r]")


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The file line by line: header, then rows, every cell disarmed."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(map(disarm, header))
    for row in rows:
        yield writer.writerow(map(disarm, row))


class _Echo:
    """What csv.writer writes to: hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def disarm(cell: str) -> str:
    """The cell with a quote before what would start a formula; `rearm` takes exactly that quote away."""
    return f"'{cell}" if RISKY.match(cell) else cell


def rearm(cell: str) -> str:
    return cell[1:] if DISARMED.match(cell) else cell


def is_formula(cell: str) -> bool:
    """Whether somebody's spreadsheet left a formula in the file instead of its value."""
    return cell.lstrip().startswith("=")
