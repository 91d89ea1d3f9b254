"""Member records as CSV, streamed: as flat for 100,000 records as for ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from members.fields import PARENT, Catalogue, Field
from members.models import MemberQuerySet
from novi_ams import spreadsheets

READ_AT_ONCE = 1_000
USUAL = (
    "import_id",
    "kind",
    "name",
    "first_name",
    "last_name",
    "job_title",
    "company",
    "email",
    "phone",
    "member_type",
    "status",
    "expires",
    f"{PARENT}import_id",
)
UNREAD = ("search_text", "folded")


def usual_columns(fields: Catalogue) -> list[str]:
    """What an export holds unless somebody chooses otherwise: enough to be imported again."""
    return [key for key in USUAL if fields.get(key)]


def chosen_columns(keys: Sequence[str], fields: Catalogue) -> list[Field]:
    """The exportable fields among `keys`, in the catalogue's order."""
    wanted = set(keys)
    return [field for field in fields.exportable if field.key in wanted]


def csv_lines(members: MemberQuerySet, columns: Sequence[Field]) -> Iterator[str]:
    """The file line by line: headers, then a record a line, by name. `members.imports` reads it back."""
    along = sorted({path for field in columns for path in field.select_related})
    unread = [*UNREAD, *(f"{path}__{column}" for path in along for column in UNREAD)]
    records = members.order_by("sort_name", "id").defer(*unread)
    if along:
        records = records.select_related(*along)
    rows = (
        [field.text_of(member) for field in columns] for member in records.iterator(chunk_size=READ_AT_ONCE)
    )
    return spreadsheets.csv_lines([field.label for field in columns], rows)
