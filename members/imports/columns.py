"""Which column of a file goes to which field: guessed, remembered from the last time, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from members.fields import Catalogue, FieldGroup, catalogue
from members.folding import fold
from members.jobs import Import, MatchBy, RememberedColumn

PARENT = "parent"
PARENT_LABEL = "Parent (by its Import ID)"
SAMPLES = 3
SAMPLED_ROWS = 200
ALSO_CALLED: Mapping[str, str] = {
    "parent import id": PARENT,
    "company import id": PARENT,
    "id": "import_id",
    "external id": "import_id",
    "e-mail": "email",
    "email address": "email",
    "professional email": "email",
    "company name": "name",
    "organization": "name",
    "firstname": "first_name",
    "lastname": "last_name",
    "surname": "last_name",
    "title": "job_title",
    "position": "job_title",
    "telephone": "phone",
    "mobile phone": "mobile",
    "cell": "mobile",
    "address": "billing_address1",
    "street": "billing_address1",
    "city": "billing_city",
    "state": "billing_state",
    "zip": "billing_zip",
    "zip code": "billing_zip",
    "country": "billing_country",
    "status": "status",
    "type": "member_type",
    "expires": "expires",
    "expiration date": "expires",
    "join date": "original_join_date",
}
"""What files call fields besides their labels; folded."""


class InvalidMappingError(ValueError):
    """Columns that cannot be imported like that. `problems`: {place of the column, or -1: sentence}."""

    def __init__(self, problems: Mapping[int, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(dict.fromkeys(problems.values())))


@dataclass(frozen=True)
class Column:
    """A column of the file with its first values."""

    place: int
    header: str
    target: str
    samples: Sequence[str]
    problem: str = ""


def label_of(target: str, fields: Catalogue) -> str:
    if target == PARENT:
        return PARENT_LABEL
    field = fields.get(target)
    return field.label if field else target


def targets(fields: Catalogue) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where a column may go: (heading, [(key, label)])."""
    found = [
        (str(group), [(field.key, field.label) for field in members])
        for group, members in fields.groups(fields.importable)
    ]
    return [*found, (str(FieldGroup.PARENT), [(PARENT, PARENT_LABEL)])]


def guess(headers: Sequence[str]) -> list[str]:
    """The target of each column, blank where there is none: as the last time, or by its name."""
    fields = catalogue()
    known = {key for _, pairs in targets(fields) for key, _ in pairs}
    folded = [fold(header) for header in headers]
    remembered = dict(RememberedColumn.objects.filter(name__in=folded).values_list("name", "target"))
    by_name = {
        **ALSO_CALLED,
        **{fold(field.key): field.key for field in fields.importable},
        **{fold(field.label): field.key for field in fields.importable},
    }
    found: list[str] = []
    for name in folded:
        target = remembered.get(name, by_name.get(name, ""))
        found.append(target if target in known and target not in found else "")
    return found


def remember(headers: Sequence[str], mapping: Sequence[str]) -> None:
    """Keep what each column was, for the next file."""
    rows = [
        RememberedColumn(name=fold(header), target=target)
        for header, target in zip(headers, mapping, strict=True)
    ]
    RememberedColumn.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["target"]
    )


def check_mapping(mapping: Sequence[str], match_by: str, fields: Catalogue) -> None:
    """Raises InvalidMappingError."""
    known = {key for _, pairs in targets(fields) for key, _ in pairs} | {""}
    problems: dict[int, str] = {}
    for place, target in enumerate(mapping):
        if target not in known:
            problems[place] = "There is no such field any more. Choose another."
        elif target and target in mapping[:place]:
            problems[place] = (
                f"Another column goes to {label_of(target, fields)} already. Choose another field."
            )
    if needed := _missing(set(mapping), match_by):
        problems[-1] = needed
    if problems:
        raise InvalidMappingError(problems)


def _missing(mapped: set[str], match_by: str) -> str:
    needed = {
        MatchBy.EITHER: {"import_id", "email"},
        MatchBy.IMPORT_ID: {"import_id"},
        MatchBy.EMAIL: {"email"},
    }[MatchBy(match_by)]
    if mapped & needed:
        return ""
    words = {"import_id": "Import ID", "email": "Email"}
    return (
        f"Say which column is {' or '.join(words[key] for key in sorted(needed, reverse=True))}: without it nobody "
        "can tell which record a row is about."
    )


def columns_of(
    job: Import, mapping: Sequence[str], problems: Mapping[int, str] | None = None
) -> list[Column]:
    """Every column with its first values that are not blank."""
    found: list[list[str]] = [[] for _ in job.headers]
    for cells in job.rows.order_by("line").values_list("cells", flat=True)[:SAMPLED_ROWS]:
        _collect(found, cells)
    said = problems or {}
    return [
        Column(place, header, mapping[place], found[place], said.get(place, ""))
        for place, header in enumerate(job.headers)
    ]


def _collect(found: list[list[str]], cells: Iterable[str]) -> None:
    for samples, cell in zip(found, cells, strict=False):
        if cell.strip() and len(samples) < SAMPLES and cell not in samples:
            samples.append(cell[:80])
