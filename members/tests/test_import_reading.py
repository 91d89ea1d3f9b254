"""How files are read, and what is said of those that cannot be."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.imports.reading import (
    LONGEST_LINE,
    MOST_BYTES,
    MOST_COLUMNS,
    Delimiter,
    Encoding,
    Line,
    UnreadableFileError,
    read_headers,
    read_rows,
    sniff,
)
from members.imports.uploading import upload
from members.tests.builders import STAFF
from members.tests.importing import csv_text

HEADERS = ["First Name", "Last Name", "Email"]


def read(data: bytes) -> tuple[str, str, list[str], list[Line]]:
    file = BytesIO(data)
    how = sniff(file)
    return how.encoding.label, how.delimiter.label, read_headers(file, how), list(read_rows(file, how))


@pytest.mark.parametrize("delimiter", Delimiter)
@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
)
def test_encoding_and_separator_are_found(delimiter: Delimiter, encoding: str, found: str) -> None:
    text = csv_text([HEADERS, ["José", "Núñez", "jose@example.org"]], delimiter=delimiter)
    label, separator, headers, rows = read(text.encode(encoding))
    assert (label, separator) == (found, delimiter.label)
    assert headers == HEADERS
    assert rows == [Line(2, ["José", "Núñez", "jose@example.org"])]


CELLS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(",;\t\"'\n"), max_size=12
).filter(lambda cell: "\r" not in cell)


@given(
    st.sampled_from(Delimiter),
    st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(lambda row: any(map(str.strip, row)))),
)
def test_whatever_stands_in_the_cells_the_table_comes_back(
    delimiter: Delimiter, rows: list[list[str]]
) -> None:
    _, separator, headers, found = read(csv_text([HEADERS, *rows], delimiter=delimiter).encode())
    assert (separator, headers) == (delimiter.label, HEADERS)
    assert [line.cells for line in found] == rows


def test_separators_inside_of_cells_do_not_mislead() -> None:
    data = b"Email;Division\nada@example.org;Heavy, Highway, Utility\nben@example.org;Commercial, Heavy, Utility\n"
    assert read(data)[1] == "semicolons"


@pytest.mark.parametrize("first", ["sep={}", "SEP={}\r", '"sep={}"', "sep={}{}{}"])
@pytest.mark.parametrize("delimiter", Delimiter)
def test_the_line_in_which_excel_names_the_separator_is_followed_and_is_no_header(
    delimiter: Delimiter, first: str
) -> None:
    above = first.format(*[delimiter] * 3)
    text = csv_text([["Email", "a,b;c"], ["ada@example.org", "x,y;z,z;t"]], delimiter=delimiter)
    _, separator, headers, rows = read(f"\ufeff{above}\n{text}".encode())
    assert (separator, headers) == (delimiter.label, ["Email", "a,b;c"])
    assert rows == [Line(3, ["ada@example.org", "x,y;z,z;t"])]


def test_a_column_may_begin_like_the_line_that_names_the_separator() -> None:
    assert read(b"sep=fee,Email\n1,ada@example.org\n")[2] == ["sep=fee", "Email"]
    assert read(b"sep=,,Email\n1,2,ada@example.org\n")[2] == ["sep=", "Column 2", "Email"]


def test_a_quotation_mark_that_is_missing_is_told_in_its_own_line_below_the_separator() -> None:
    with pytest.raises(UnreadableFileError, match="line 3 cannot be read: a quotation mark"):
        read(b'sep=;\nEmail;Notes\na@x.org;"never closed\nb@x.org;x\n')


def test_a_single_column_needs_no_separator() -> None:
    _, _, headers, rows = read(b"Email\nada@example.org\n")
    assert (headers, rows) == (["Email"], [Line(2, ["ada@example.org"])])


def test_lines_are_numbered_as_an_editor_does_and_blank_ones_are_passed_over() -> None:
    _, _, _, rows = read(b'Email,Notes\na@x.org,"two\nlines"\n\n,\nb@x.org,-\n')
    assert [line.number for line in rows] == [2, 6]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(end: str) -> None:
    assert len(read(f"Email,Fax{end}a@x.org,1{end}b@x.org,2{end}".encode())[3]) == 2


def test_headers_that_are_blank_or_the_same_get_names_of_their_own() -> None:
    assert read(b"Email,,Email,email\na,b,c,d\n")[2] == ["Email", "Column 2", "Email (2)", "email (3)"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "This file is empty"),
        (b"\n\nEmail\n", "first line of this file is blank"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        ("Email\nada".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7", "PDF"),
        (b"<html>", "web page"),
        (b"Email\nada\x00@x.org\n", "NUL bytes"),
        (b"Email\n\x81\x8d\n", "neither UTF-8 nor Windows-1252"),
        (b'Email,Notes\na@x.org,"never closed\nb@x.org,x\n', "line 2 cannot be read: a quotation mark"),
        (b'Email,Notes\na@x.org,ok\nb@x.org,"a"b\n', "line 3 cannot be read: a quotation mark"),
        (b",".join([b"a"] * (MOST_COLUMNS + 1)) + b"\n1\n", f"{MOST_COLUMNS} is the most"),
        (b"a," * 1_000_000 + b"\n1\n", f"longer than {LONGEST_LINE:,} characters"),
        (b"a" * 200_000 + b",b\n1,2\n", "cannot be read"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else "",
)
def test_a_hostile_file_gets_a_plain_answer(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read(data)


def test_a_file_that_is_too_large_is_not_even_read() -> None:
    with pytest.raises(UnreadableFileError, match="larger than 100 MB"):
        upload(BytesIO(b""), name="huge.csv", size=MOST_BYTES + 1, actor=STAFF)


def test_a_size_that_was_lied_about_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.imports.reading.MOST_BYTES", 10)
    with pytest.raises(UnreadableFileError, match="larger than"):
        sniff(BytesIO(b"Email\nada@example.org\n"))


def test_more_rows_than_can_be_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.imports.reading.MOST_ROWS", 2)
    with pytest.raises(UnreadableFileError, match="more than 2 rows"):
        read(b"Email\na\nb\nc\n")


def test_the_default_encoding_is_the_one_that_fits() -> None:
    assert sniff(BytesIO(b"Email\nada@example.org\n")).encoding == Encoding.UTF8
