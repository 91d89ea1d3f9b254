"""Which fields stand together on a record's page and in its forms, under which heading and on which tab."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import slugify

from members.fields import Catalogue, Field

CONTACT, NAME, MEMBERSHIP, SETTINGS, PERSONAL = "contact", "name", "membership", "settings", "personal"
UNNAMED = "More fields"
BY_VERBS = frozenset({"kind", "active"})
"""Changed by verbs of their own and not in a form: deactivating also ends company roles."""


@dataclass(frozen=True)
class Section:
    """`tab` is the tab of the record's page that shows it."""

    key: str
    title: str
    tab: str
    fields: tuple[Field, ...]
    is_custom: bool = False

    def for_kind(self, kind: str) -> Section:
        """The section with the fields that records of this kind have."""
        fields = tuple(field for field in self.fields if field.suits(kind))
        return Section(self.key, self.title, self.tab, fields, self.is_custom)


def sections(fields: Catalogue) -> list[Section]:
    """Every section with something in it, in the order of the page."""
    system = [field for field in fields.system if field.writable and field.key not in BY_VERBS]

    def under(heading: str) -> tuple[Field, ...]:
        return tuple(field for field in system if _heading(field) == heading)

    found = [
        Section(CONTACT, "Professional Contact", "details", under("Professional Contact")),
        Section(NAME, "Name and role", "details", under("Name")),
        *_custom_sections(fields.custom),
        Section(PERSONAL, "Personal Contact Info", "details", under("Personal Contact Info")),
        Section(MEMBERSHIP, "Membership", "membership", under("Membership")),
        Section(SETTINGS, "Settings", "settings", under("Settings")),
    ]
    return [section for section in found if section.fields]


def _heading(field: Field) -> str:
    return "Settings" if field.key == "account_email" else field.section


def _custom_sections(fields: Iterable[Field]) -> list[Section]:
    by_title: dict[str, list[Field]] = {}
    for field in fields:
        by_title.setdefault(field.section or UNNAMED, []).append(field)
    return [
        Section(f"fields-{number}-{slugify(title)}".rstrip("-"), title, "details", tuple(found), True)
        for number, (title, found) in enumerate(by_title.items(), 1)
    ]
