"""Choosing whom a record stands under, by searching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from members.models import Kind, Member, MemberQuerySet

SHOWN = 8


@dataclass
class ParentChoice:
    """What the chooser shows: who is chosen, what was searched for and what was found."""

    kind: str
    chosen: Member | None = None
    searched: str = ""
    found: Sequence[Member] = field(default_factory=list)
    error: str = ""

    @property
    def options(self) -> list[Member]:
        """The chosen one first, so that a search never unchooses it."""
        return [*([self.chosen] if self.chosen else []), *(one for one in self.found if one != self.chosen)]

    @property
    def found_nothing(self) -> bool:
        return bool(self.searched) and not self.found


def parent_choice(data: QueryDict, *, kind: str, member: Member | None = None) -> ParentChoice:
    """The chooser for what a form or an address says: `parent` is the chosen id, `parent_search` the words."""
    searched = data.get("parent_search", "").strip()
    chosen = data.get("parent", "")
    choice = ParentChoice(kind, searched=searched)
    if chosen.isdecimal():
        choice.chosen = possible_parents(kind, member).filter(pk=int(chosen)).first()
    if searched:
        choice.found = list(possible_parents(kind, member).filter(active=True).search(searched)[:SHOWN])
    return choice


def possible_parents(kind: str, member: Member | None = None) -> MemberQuerySet:
    """Companies, and for a person anybody; companies first. Who would close a circle is refused on saving."""
    parents = Member.objects.select_related("parent").order_by("kind", "sort_name", "id")
    if kind == Kind.COMPANY:
        parents = parents.filter(kind=Kind.COMPANY)
    return parents.exclude(pk=member.pk) if member and member.pk else parents
