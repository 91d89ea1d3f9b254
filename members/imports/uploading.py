"""An uploaded file becomes an Import with its rows, so that any worker on any machine can go on with it."""

from __future__ import annotations

from typing import BinaryIO

from django.db import transaction

from members.chunks import chunked
from members.imports.columns import guess
from members.imports.reading import (
    MOST_BYTES,
    Delimiter,
    Encoding,
    Format,
    UnreadableFileError,
    read_headers,
    read_rows,
    sniff,
    too_large,
)
from members.jobs import Import, ImportRow, Stage
from members.many_rows import insert_many
from novi_ams.audit.actor import Actor

ROWS_AT_ONCE = 2_000


def upload(
    file: BinaryIO,
    *,
    name: str,
    size: int,
    actor: Actor,
    encoding: Encoding | None = None,
    delimiter: Delimiter | None = None,
) -> Import:
    """Keep the file's rows and guess what its columns are. What is not said of its format is found out.

    Raises UnreadableFileError; nothing of the file is kept then.
    """
    if size > MOST_BYTES:
        raise UnreadableFileError(too_large())
    found = sniff(file)
    how = Format(encoding or found.encoding, delimiter or found.delimiter)
    headers = read_headers(file, how)
    job = Import.objects.create(
        name=name[:255],
        encoding=how.encoding,
        delimiter=how.delimiter,
        headers=headers,
        mapping=guess(headers),
        state=Stage.UPLOADING,
        user_id=actor.user_id,
        actor_name=actor.name,
    )
    try:
        _keep_rows(job, file, how)
    except UnreadableFileError:
        discard(job)
        raise
    return job


def _keep_rows(job: Import, file: BinaryIO, how: Format) -> None:
    for lines in chunked(read_rows(file, how), ROWS_AT_ONCE):
        rows = [ImportRow(job=job, line=line.number, cells=line.cells) for line in lines]
        with transaction.atomic():
            insert_many(rows)
        job.total += len(rows)
    if not job.total:
        raise UnreadableFileError("This file has headers, but no rows below them.")
    job.state = Stage.PREPARING
    job.save(update_fields=["state", "total"])


def discard(job: Import) -> None:
    """Forget the import and its rows. Records that it wrote stay."""
    ImportRow.objects.filter(job=job).delete()
    Import.objects.filter(pk=job.pk).delete()
