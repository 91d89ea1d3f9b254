"""A record of the wrong kind is put right: a person becomes a company, or a company a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from members.drafting import Row, draft_all
from members.fields import Catalogue, Field, catalogue
from members.models import Kind, Member
from members.records import save_member
from members.validation import Problems
from novi_ams.audit.actor import Actor

CONVERTED = "Converted"
NAMES: Mapping[str, tuple[str, ...]] = {Kind.COMPANY: ("name",), Kind.PERSON: ("first_name", "last_name")}
"""What a record of the kind is called by, and so is asked when one becomes it."""


@dataclass(frozen=True)
class Lost:
    """A value that records of the other kind have not."""

    label: str
    text: str


def other_kind(member: Member) -> Kind:
    return Kind.PERSON if member.is_company else Kind.COMPANY


def name_fields(member: Member, fields: Catalogue) -> list[Field]:
    """The fields that will hold its name."""
    return [fields[key] for key in NAMES[other_kind(member)]]


def suggested_names(member: Member) -> dict[str, str]:
    """The name that it has, as the other kind writes it; of several words the last is taken for the last name."""
    name = " ".join(member.display_name.split())
    if not member.is_company:
        return {"name": name}
    first, _, last = name.rpartition(" ")
    return {"first_name": first[:100], "last_name": last[:100]}


def values_lost(member: Member, fields: Catalogue) -> list[Lost]:
    """Every value that goes, but for the name, which only moves."""
    names = NAMES[Kind(member.kind)]
    going = (field for field in _unsuited(member, fields) if field.key not in names)
    return [Lost(field.label, field.type.text(field.source.read(member))) for field in going]


def obstacles(member: Member) -> list[str]:
    """Why the record cannot be of the other kind, in sentences; none where it can."""
    fields = catalogue()
    row = Row(0, member, _changes(member, suggested_names(member), fields))
    problems: Problems = {}
    for refusal in draft_all([row], fields).refused:
        problems |= refusal.problems
    return [sentence for key, sentence in problems.items() if key not in NAMES[other_kind(member)]]


def convert(
    member: Member, names: Mapping[str, str], *, actor: Actor, expected_version: int | None = None
) -> Member:
    """Make a person a company or a company a person, and answer it. `names`: {name field: text}.

    Clears what only the former kind has. Raises InvalidRecordError where roles, sub companies or a parent forbid
    it, and EditConflictError.
    """
    changes = _changes(member, names, catalogue())
    return save_member(member, changes, actor=actor, expected_version=expected_version, action=CONVERTED)


def _changes(member: Member, names: Mapping[str, str], fields: Catalogue) -> dict[str, str]:
    cleared = {field.key: "" for field in _unsuited(member, fields)}
    return {"kind": other_kind(member).value, **cleared, **names}


def _unsuited(member: Member, fields: Catalogue) -> list[Field]:
    """The fields with a value that the other kind has not."""
    kind = other_kind(member)
    return [
        field
        for field in (*fields.system, *fields.custom)
        if field.writable and not field.suits(kind) and field.source.read(member) != field.type.blank
    ]
