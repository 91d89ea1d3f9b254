"""From an uploaded file to lines of text cells: its encoding, its separator, and what is wrong with it.

A file is read as a stream, and no line longer than LONGEST_LINE is ever held, so that no file fills the memory.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO

from django.db import models

from members.folding import fold

MOST_BYTES = 100 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 300
LONGEST_LINE = 1_000_000
LOOKED_AT = 50
"""Lines from which the separator is found."""
SEPARATOR_LINE = re.compile(r"(\"?)sep=(?P<delimiter>.)\1[;,\t]*[\r\n]+", re.IGNORECASE)
"""What Excel writes and reads above the headers: `sep=;`. Some programs quote it, or pad it with separators."""
BLOCK = 1024 * 1024


class Encoding(models.TextChoices):
    UTF8 = "utf-8-sig", "UTF-8"
    WINDOWS = "cp1252", "Windows-1252"


class Delimiter(models.TextChoices):
    COMMA = ",", "commas"
    SEMICOLON = ";", "semicolons"
    TAB = "\t", "tabs"


class UnreadableFileError(ValueError):
    """A file that cannot be imported; `str()` says why and what to do."""


@dataclass(frozen=True)
class Format:
    encoding: Encoding
    delimiter: Delimiter


@dataclass(frozen=True)
class Line:
    """A record of the file that begins in line `number` (from 1, the header included)."""

    number: int
    cells: list[str]


SAVE_AS = "Save it as “CSV UTF-8” and upload that file."
SIGNATURES: Sequence[tuple[bytes, str]] = (
    (b"PK\x03\x04", f"This is an Excel workbook (or another packed file), not a CSV file. {SAVE_AS}"),
    (b"\xd0\xcf\x11\xe0", f"This is an old Excel or Office file, not a CSV file. {SAVE_AS}"),
    (b"\xff\xfe", f"This file is in UTF-16, which cannot be read here. {SAVE_AS}"),
    (b"\xfe\xff", f"This file is in UTF-16, which cannot be read here. {SAVE_AS}"),
    (b"%PDF", f"This is a PDF, not a CSV file. {SAVE_AS}"),
    (b"{\\rtf", f"This is a text document, not a CSV file. {SAVE_AS}"),
    (b"<", f"This is a web page or XML, not a CSV file. {SAVE_AS}"),
)


def sniff(file: BinaryIO) -> Format:
    """How the file is written. Raises UnreadableFileError; leaves the file at its beginning."""
    encoding = _encoding_of(file)
    file.seek(0)
    delimiter = _delimiter_of(file, encoding)
    file.seek(0)
    return Format(encoding, delimiter)


def _encoding_of(file: BinaryIO) -> Encoding:
    """UTF-8 if all of it is; Windows-1252 is nearly never valid UTF-8 by chance."""
    file.seek(0)
    _check_signature(file.read(8))
    file.seek(0)
    possible = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in Encoding}
    size = 0
    while block := file.read(BLOCK):
        size += len(block)
        _check_block(block, size)
        for encoding in list(possible):
            if not _decodes(possible[encoding], block):
                del possible[encoding]
    if Encoding.UTF8 in possible and _decodes(possible[Encoding.UTF8], b"", final=True):
        return Encoding.UTF8
    if Encoding.WINDOWS in possible:
        return Encoding.WINDOWS
    raise UnreadableFileError(f"This file is neither UTF-8 nor Windows-1252 text. {SAVE_AS}")


def _check_signature(start: bytes) -> None:
    if not start:
        raise UnreadableFileError(
            "This file is empty. Choose a file with a line of headers and rows below it."
        )
    for signature, sentence in SIGNATURES:
        if start.startswith(signature):
            raise UnreadableFileError(sentence)


def _check_block(block: bytes, size: int) -> None:
    if size > MOST_BYTES:
        raise UnreadableFileError(too_large())
    if b"\0" in block:
        raise UnreadableFileError(
            f"This file holds NUL bytes, so it is damaged or no text at all. Nothing was imported. {SAVE_AS}"
        )


def too_large() -> str:
    return (
        f"This file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it into several files and import them "
        "one after the other."
    )


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(file: BinaryIO, encoding: Encoding) -> Delimiter:
    """The separator that the file names in its first line, or else the one that cuts the headers into several columns
    and the first lines into just as many."""
    file.seek(0)
    named = SEPARATOR_LINE.match(file.read(1_000).decode(encoding, "ignore"))
    if named and named["delimiter"] in Delimiter:
        return Delimiter(named["delimiter"])
    return max(Delimiter, key=lambda delimiter: _fit(file, Format(encoding, delimiter)))


def _fit(file: BinaryIO, how: Format) -> tuple[bool, float, int]:
    file.seek(0)
    first: list[Line] = []
    # A file that is broken further down is read up to there, to be refused for the right reason.
    with suppress(UnreadableFileError):
        first.extend(islice(_records(file, how), LOOKED_AT))
    if not first:
        return False, 0, 0
    columns = len(first[0].cells)
    alike = sum(len(line.cells) == columns for line in first) / len(first)
    return columns > 1, alike, columns


def read_headers(file: BinaryIO, how: Format) -> list[str]:
    """The names of the columns, each different. Raises UnreadableFileError."""
    file.seek(0)
    first = next(_records(file, how), None)
    if first is None or not any(cell.strip() for cell in first.cells):
        raise UnreadableFileError("The first line of this file is blank. It has to hold the column headers.")
    if len(first.cells) > MOST_COLUMNS:
        raise UnreadableFileError(
            f"This file has {len(first.cells):,} columns; {MOST_COLUMNS} is the most. Delete those you do not need."
        )
    return _distinct([" ".join(cell.split())[:200] for cell in first.cells])


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names, 1):
        stem = name or f"Column {place}"
        tries = (stem, *(f"{stem} ({number})" for number in range(2, len(names) + 2)))
        found.append(next(one for one in tries if fold(one) not in taken))
        taken.add(fold(found[-1]))
    return found


def read_rows(file: BinaryIO, how: Format) -> Iterator[Line]:
    """The rows below the headers, without blank ones. Raises UnreadableFileError where the file is broken."""
    file.seek(0)
    rows = (line for line in islice(_records(file, how), 1, None) if any(map(str.strip, line.cells)))
    for count, line in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise UnreadableFileError(
                f"This file has more than {MOST_ROWS:,} rows. Split it into several files and import them one "
                "after the other."
            )
        yield line


def _records(file: BinaryIO, how: Format) -> Iterator[Line]:
    text = TextIOWrapper(file, encoding=how.encoding, newline="")
    lines = _lines(text)
    try:
        first = next(lines, "")
        above = 1 if SEPARATOR_LINE.match(first) else 0
        reader = csv.reader(chain([first][above:], lines), delimiter=how.delimiter, strict=True)
        begins = above + 1
        for cells in reader:
            yield Line(begins, cells)
            begins = above + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(_broken(begins)) from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"This file is not {how.encoding.label} text. Choose another encoding, or let it be found."
        ) from error
    finally:
        # Else the wrapper would close the upload when it goes.
        text.detach()


def _lines(text: TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise UnreadableFileError(
                f"Line {number:,} of this file is longer than {LONGEST_LINE:,} characters. This is not a CSV file "
                "of members, or it is damaged."
            )
        yield line


def _broken(line: int) -> str:
    return (
        f"The row that begins in line {line:,} cannot be read: a quotation mark is missing or stands in the wrong "
        "place. Mend it there, or save the file anew from your spreadsheet."
    )
