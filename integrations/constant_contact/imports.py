"""Cutting rows into import jobs by their exact size on the wire: what is over 4 MB is dropped without a
word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json import JSONEncoder

from integrations.constant_contact.limits import LIMITS

Row = Mapping[str, str]

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True)
class ImportChunk:
    """The body of one import job, encoded, and how many rows it holds."""

    body: bytes = field(repr=False)
    count: int


def import_chunks(
    rows: Iterable[Row],
    *,
    list_ids: Sequence[str],
    max_bytes: int = LIMITS.import_safe_bytes,
    max_rows: int = LIMITS.import_rows,
) -> Iterator[ImportChunk]:
    """Cut rows into as few jobs as their order allows, each within bytes and rows and with one set of keys.

    A row is a flat object of JsonImportContact's properties, `email` among them; rows whose keys differ from
    those of the row before begin a new job, so sort them by key set. Streams: holds one job in memory and
    encodes each row once. Raises ValueError when a row is larger than a job, or for no list or more than 50
    (SW ContactsJsonImport).
    """
    head, tail = _frame(list_ids)
    parts: list[bytes] = []
    size, keys = 0, None
    for row in rows:
        part = _encode(dict(row)).encode("utf-8", "replace")
        grown = size + 1 + len(part) if parts else len(head) + len(part) + len(tail)
        if parts and (grown > max_bytes or len(parts) == max_rows or row.keys() != keys):
            yield _chunk(head, parts, tail)
            parts, grown = [], len(head) + len(part) + len(tail)
        if grown > max_bytes:
            raise ValueError(f"One row takes {grown} bytes and a job {max_bytes}")
        parts.append(part)
        size, keys = grown, row.keys()
    if parts:
        yield _chunk(head, parts, tail)


def single_chunk(rows: Iterable[Row], *, list_ids: Sequence[str]) -> ImportChunk:
    """The rows as one job. Raises ValueError when there are none or they need more than one."""
    chunks = list(import_chunks(rows, list_ids=list_ids))
    if len(chunks) != 1:
        raise ValueError(f"The rows make {len(chunks)} jobs, not one")
    return chunks[0]


def _frame(list_ids: Sequence[str]) -> tuple[bytes, bytes]:
    if not 1 <= len(list_ids) <= LIMITS.import_lists:
        raise ValueError(f"An import names 1 to {LIMITS.import_lists} lists, not {len(list_ids)}")
    return f'{{"list_ids":{_encode(list(list_ids))},"import_data":['.encode(), b"]}"


def _chunk(head: bytes, parts: list[bytes], tail: bytes) -> ImportChunk:
    return ImportChunk(head + b",".join(parts) + tail, len(parts))
