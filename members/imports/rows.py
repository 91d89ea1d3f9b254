"""What a row of the file says: its cells as values by field, and whom it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from members.derived import person_name
from members.field_types import UnreadableValueError
from members.fields import Catalogue
from members.folding import email_key, fold
from members.imports.columns import PARENT
from members.jobs import REF_LENGTH, Import, ImportRow
from members.models import Kind
from members.validation import Problems
from novi_ams.spreadsheets import is_formula, rearm

NAME_OF_PERSON = ("first_name", "last_name", "suffix")
KEPT_WHEN_BLANK = frozenset({"kind", "status", "import_id", PARENT})
"""What a blank cell never clears: every record has the first two, and the others say who and whose it is."""

Detail = tuple[str, str, str]
LONGEST_DETAIL = 300


@dataclass(frozen=True)
class Values:
    """`texts` holds what the row sets, by field; a blank text clears. `problems` are those of the row itself."""

    row: ImportRow
    texts: Mapping[str, str]
    problems: Problems = field(default_factory=dict)

    @property
    def import_ref(self) -> str:
        return self.texts.get("import_id", "")

    @property
    def parent_ref(self) -> str:
        return self.texts.get(PARENT, "")

    @cached_property
    def email_key(self) -> str:
        return email_key(self.texts.get("email", ""))

    @cached_property
    def display_name(self) -> str:
        if self.likely_kind == Kind.COMPANY:
            return self.texts.get("name", "")[:255]
        return person_name(*(self.texts.get(key, "") for key in NAME_OF_PERSON))[:255]

    @cached_property
    def said_kind(self) -> str:
        """The kind that the row names, blank where it does not or is unreadable."""
        word = fold(self.texts.get("kind", ""))
        return next((kind for kind in Kind.values if word in (kind, fold(Kind(kind).label))), "")

    @cached_property
    def likely_kind(self) -> str:
        """A row with nothing but a company's name is a company."""
        is_named = any(self.texts.get(key) for key in ("first_name", "last_name"))
        guessed = Kind.COMPANY if self.texts.get("name") and not is_named else Kind.PERSON
        return self.said_kind or guessed.value


def values_of(row: ImportRow, job: Import) -> Values:
    """What the row says, by the import's mapping."""
    texts: dict[str, str] = {}
    problems: Problems = {}
    for target, cell in zip(job.mapping, row.cells, strict=False):
        if not target:
            continue
        text = rearm(cell).strip()
        if is_formula(cell):
            problems[target] = (
                "This is a formula, not a value. Save the file with values in place of formulas."
            )
        elif text or (job.clears_blanks and target not in KEPT_WHEN_BLANK):
            texts[target] = text
    if any(cell.strip() for cell in row.cells[len(job.headers) :]):
        problems[""] = (
            f"The row has {len(row.cells)} cells and the file {len(job.headers)} columns: a separator is too much "
            "in it, or a quotation mark is missing."
        )
    for key in ("import_id", PARENT):
        if len(texts.get(key, "")) > REF_LENGTH:
            problems[key] = f"An Import ID has at most {REF_LENGTH} characters."
    return Values(row, texts, problems)


def error_details(problems: Problems, row: ImportRow, job: Import, fields: Catalogue) -> list[Detail]:
    """(column, value, reason) of each problem. `""` is the row as a whole."""
    found: list[Detail] = []
    for key, reason in problems.items():
        place = job.mapping.index(key) if key and key in job.mapping else None
        known = fields.get(key)
        if place is None:
            found.append((known.label if known else "", "", reason))
        else:
            cell = row.cells[place] if place < len(row.cells) else ""
            found.append((job.headers[place], rearm(cell)[:LONGEST_DETAIL], reason))
    return found


def kind_problem(values: Values, fields: Catalogue) -> Problems:
    """A kind that cannot be read would else be guessed over."""
    if "kind" not in values.texts or values.said_kind:
        return {}
    try:
        fields["kind"].type.parse(values.texts["kind"])
    except UnreadableValueError as error:
        return {"kind": str(error)}
    return {}


def shortened(details: Sequence[Detail]) -> list[Detail]:
    return [(name, before[:LONGEST_DETAIL], after[:LONGEST_DETAIL]) for name, before, after in details]
