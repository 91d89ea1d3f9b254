"""A family tree as it is drawn beside a record: who stands above it, its company, and the next below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.urls import reverse

from members.models import CompanyRole, Kind, Member, RoleKind, Status
from members.tree import roots

SHOWN_PEOPLE = 4
SHOWN_COMPANIES = 4
SHOWN_ABOVE = 3


@dataclass
class Branch:
    """A line of the tree with what hangs below it. `more` are (words, address) of what is not shown."""

    member: Member
    note: str
    is_current: bool = False
    below: list[Branch] = field(default_factory=list)
    more_people: tuple[str, str] | None = None
    more_companies: tuple[str, str] | None = None

    @property
    def people(self) -> list[Branch]:
        return [one for one in self.below if not one.member.is_company]

    @property
    def companies(self) -> list[Branch]:
        return [one for one in self.below if one.member.is_company]


def counted(count: int, one: str, many: str) -> str:
    """“1 person”, “1,204 people”, “No people”."""
    return f"{count:,} {one if count == 1 else many}" if count else f"No {many}"


def people_words(count: int) -> str:
    return counted(count, "person", "people")


def companies_words(count: int) -> str:
    return counted(count, "sub company", "sub companies")


def child_counts(parents: Collection[int], kind: Kind) -> dict[int, int]:
    """{record: its active children of this kind}; records without any are left out."""
    if not parents:
        return {}
    children = Member.objects.filter(parent__in=parents, kind=kind, active=True).order_by()
    rows: Any = children.values("parent").annotate(n=Count("id"))
    return {row["parent"]: row["n"] for row in rows}


def centre_of(member: Member) -> Member:
    """The record around which its tree is drawn: a company itself, a person's company, else the person."""
    return member if member.is_company or member.parent is None else member.parent


def above(member: Member) -> list[Member]:
    """Who stands above the record, the head of the tree first; one query a level."""
    found: list[Member] = []
    parent_id = member.parent_id
    while parent_id is not None and parent_id not in {one.pk for one in found}:
        parent = Member.objects.get(pk=parent_id)
        found.insert(0, parent)
        parent_id = parent.parent_id
    return found


def drawn_tree(member: Member) -> Branch:
    """The tree around the record, cut to what fits beside a page."""
    centre = centre_of(member)
    ancestors = above(centre)[-SHOWN_ABOVE:]
    counts = child_counts([centre.pk], Kind.PERSON)
    here = Branch(centre, _centre_note(centre, counts.get(centre.pk, 0)), is_current=centre == member)
    _hang_people(here, member, counts.get(centre.pk, 0))
    _hang_companies(here)
    for ancestor in reversed(ancestors):
        here = Branch(ancestor, "Parent company" if ancestor.is_company else "Parent", below=[here])
    return here


def _centre_note(centre: Member, people: int) -> str:
    if not centre.is_company:
        return Status(centre.status).label
    return f"{Status(centre.status).label} · {people_words(people)}"


def _hang_people(branch: Branch, member: Member, total: int) -> None:
    """The record itself always shows, then who has a role, then the others by name."""
    people = list(people_of(branch.member, first=member)[:SHOWN_PEOPLE])
    if member.parent_id == branch.member.pk and not member.is_company and member not in people:
        people = [member, *people[: SHOWN_PEOPLE - 1]]
    held = roles_at(branch.member, people)
    branch.below += [
        Branch(one, _person_note(one, held.get(one.pk, "")), is_current=one == member) for one in people
    ]
    active = sum(one.active for one in people)
    if total > active:
        words = counted(total - active, "more person", "more people")
        branch.more_people = (words, reverse("member_family", args=[branch.member.pk]))


def _person_note(person: Member, roles: str) -> str:
    """Its first role or else its job: a line has room for one."""
    return roles.partition(",")[0] or person.job_title or "Person"


def _hang_companies(branch: Branch) -> None:
    companies = list(companies_of(branch.member)[: SHOWN_COMPANIES + 1])
    counts = child_counts([one.pk for one in companies], Kind.PERSON)
    shown = companies if len(companies) <= SHOWN_COMPANIES else companies[: SHOWN_COMPANIES - 1]
    branch.below += [Branch(one, f"Sub Company · {people_words(counts.get(one.pk, 0))}") for one in shown]
    if len(shown) < len(companies):
        branch.more_companies = ("All sub companies", reverse("member_family", args=[branch.member.pk]))


def people_of(parent: Member, *, first: Member | None = None) -> QuerySet[Member]:
    """The active people right below, those with a role at it first; `first` before all."""
    has_role = CompanyRole.objects.filter(company=parent).values("person")
    people = Member.objects.filter(parent=parent, kind=Kind.PERSON, active=True)
    place = Case(
        When(pk=first.pk if first else 0, then=Value(0)),
        When(pk__in=has_role, then=Value(1)),
        default=Value(2),
    )
    return people.order_by(place, "sort_name", "id")


def companies_of(parent: Member) -> QuerySet[Member]:
    """The active sub companies right below, by name."""
    return Member.objects.filter(parent=parent, kind=Kind.COMPANY, active=True)


def roles_at(company: Member, people: Iterable[Member]) -> dict[int, str]:
    """{person: “Primary Contact, Management Access”} for these people at the company."""
    held: dict[int, list[str]] = defaultdict(list)
    ids = [person.pk for person in people]
    for role in CompanyRole.objects.filter(company=company, person__in=ids):
        held[role.person_id].append(role.role)
    order = list(RoleKind)
    return {
        person: ", ".join(
            RoleKind(role).label for role in sorted(roles, key=lambda one: order.index(RoleKind(one)))
        )
        for person, roles in held.items()
    }


def people_of_tree(company: Member) -> QuerySet[Member]:
    """Every active person of the company's family tree, its own people first; one query a level."""
    level: list[int] = [roots([company.pk])[company.pk]]
    companies = list(level)
    while level:
        below = Member.objects.filter(parent__in=level, kind=Kind.COMPANY).order_by()
        level = list(below.values_list("pk", flat=True))
        companies += level
    people = Member.objects.filter(parent__in=companies, kind=Kind.PERSON, active=True)
    own_first = Case(When(Q(parent=company), then=Value(0)), default=Value(1))
    return people.order_by(own_first, "sort_name", "id")
