"""Who is a company's primary contact, its billing contact, or may manage it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from members.chunks import chunked
from members.models import CompanyRole, Kind, Member, RoleKind
from members.storing import CHUNK, Texts, announce, one_writer
from members.tree import roots
from members.validation import InvalidRecordError
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import Event, record_many

ONE_PERSON = frozenset({RoleKind.PRIMARY_CONTACT, RoleKind.BILLING_CONTACT})
NAMES = {"primary": "primary contact", "billing": "billing contact"}
PeopleByRole = dict[RoleKind, frozenset[int]]


def set_roles(company: Member, roles: Mapping[RoleKind, Collection[int]], *, actor: Actor) -> bool:
    """Give the company's roles to exactly these people (member ids); roles not named stay as they are.

    Who newly gets a role has to be an active person of the company's family tree. Answers whether anything
    changed. Raises InvalidRecordError, with the role as the key.
    """
    with one_writer():
        before = people_by_role(company)
        after = before | {RoleKind(role): frozenset(people) for role, people in roles.items()}
        changed = {role for role in RoleKind if before[role] != after[role]}
        if not changed:
            return False
        _check(company, before, after)
        _replace(company, before, after)
        concerned = frozenset[int]().union(*(before[role] ^ after[role] for role in changed))
        record_many([_event(company, before, after)], actor=actor)
        announce({company.pk, *concerned}, background=False)
    return True


@dataclass(frozen=True)
class NewRole:
    company_id: int
    person_id: int
    role: RoleKind


def give_roles(new: Iterable[NewRole], *, actor: Actor) -> list[tuple[NewRole, str]]:
    """Add roles in bulk, in chunks, each a transaction; answers what was refused, with the reason.

    Roles that are held already are passed over.
    """
    refused: list[tuple[NewRole, str]] = []
    for chunk in chunked(dict.fromkeys(new), CHUNK):
        with one_writer():
            refused += _give(chunk, actor=actor)
    return refused


def _give(wanted: list[NewRole], *, actor: Actor) -> list[tuple[NewRole, str]]:
    ids = {pk for role in wanted for pk in (role.company_id, role.person_id)}
    slim = Member.objects.only("id", "kind", "active", "display_name")
    members, heads = slim.in_bulk(ids), roots(ids)
    held = _held({role.company_id for role in wanted})
    taken = {(role.company_id, role.role) for role in held}
    refused: list[tuple[NewRole, str]] = []
    given: list[NewRole] = []
    for role in wanted:
        if role in held:
            continue
        if reason := _refusal(role, members, heads, taken):
            refused.append((role, reason))
        else:
            taken.add((role.company_id, role.role))
            given.append(role)
    if given:
        _store_given(given, members, actor=actor)
    return refused


def _held(companies: Iterable[int]) -> set[NewRole]:
    rows = CompanyRole.objects.filter(company_id__in=companies)
    return {
        NewRole(company, person, RoleKind(role))
        for company, person, role in rows.values_list("company_id", "person_id", "role")
    }


def _refusal(
    role: NewRole,
    members: Mapping[int, Member],
    heads: Mapping[int, int],
    held_by_anybody: Collection[tuple[int, RoleKind]],
) -> str:
    company, person = members.get(role.company_id), members.get(role.person_id)
    if company is None or not company.is_company:
        return "Only a company has contacts with roles."
    if person is None or person.is_company or not person.active:
        return "Choose an active person."
    if heads[company.pk] != heads[person.pk]:
        return f"Choose a person of {company.display_name}’s family tree."
    if role.role in ONE_PERSON and (role.company_id, role.role) in held_by_anybody:
        return f"{company.display_name} has a {NAMES[role.role]} already."
    return ""


def _store_given(given: list[NewRole], members: Mapping[int, Member], *, actor: Actor) -> None:
    CompanyRole.objects.bulk_create(
        CompanyRole(company_id=one.company_id, person_id=one.person_id, role=one.role) for one in given
    )
    events = (
        Event(
            Component.MEMBER,
            one.company_id,
            members[one.company_id].display_name,
            "Edited",
            {str(one.role.label): ("", members[one.person_id].display_name)},
        )
        for one in given
    )
    record_many(events, actor=actor)
    announce({pk for one in given for pk in (one.company_id, one.person_id)}, background=True)


def people_by_role(company: Member) -> PeopleByRole:
    """{role: member ids} for every role of the company."""
    found: dict[str, set[int]] = defaultdict(set)
    for role, person in CompanyRole.objects.filter(company=company).values_list("role", "person_id"):
        found[role].add(person)
    return {role: frozenset(found[role]) for role in RoleKind}


def end_roles(people: Iterable[Member], *, actor: Actor) -> set[int]:
    """Take all company roles from these people; answers the companies' ids, for the caller to announce."""
    leaving = list(people)
    if not leaving:
        return set()
    roles = CompanyRole.objects.filter(person__in=leaving).select_related("company", "person")
    events = [
        Event(
            Component.MEMBER,
            role.company_id,
            role.company.display_name,
            "Edited",
            {str(RoleKind(role.role).label): (role.person.display_name, "")},
        )
        for role in roles
    ]
    companies = {role.company_id for role in roles}
    roles.delete()
    record_many(events, actor=actor)
    return companies


def _check(company: Member, before: PeopleByRole, after: PeopleByRole) -> None:
    if not company.is_company:
        raise InvalidRecordError({"": "Only a company has contacts with roles."})
    problems: dict[str, str] = {}
    for role in RoleKind:
        new = after[role] - before[role]
        if role in ONE_PERSON and len(after[role]) > 1:
            problems[role] = f"A company has one {NAMES[role]}. Choose one person."
        elif new and (sentence := _unfit(company, new)):
            problems[role] = sentence
    if problems:
        raise InvalidRecordError(problems)


def _unfit(company: Member, people: Collection[int]) -> str:
    fit = Member.objects.filter(id__in=people, kind=Kind.PERSON, active=True)
    if fit.count() < len(people):
        return "Choose an active person."
    heads = roots([company.pk, *people])
    if any(heads[person] != heads[company.pk] for person in people):
        return f"Choose a person of {company.display_name}’s family tree."
    return ""


def _replace(company: Member, before: PeopleByRole, after: PeopleByRole) -> None:
    for role in RoleKind:
        lost = before[role] - after[role]
        CompanyRole.objects.filter(company=company, role=role, person_id__in=lost).delete()
    CompanyRole.objects.bulk_create(
        CompanyRole(company=company, role=role, person_id=person)
        for role in RoleKind
        for person in sorted(after[role] - before[role])
    )


def _event(company: Member, before: PeopleByRole, after: PeopleByRole) -> Event:
    everybody = frozenset[int]().union(*before.values(), *after.values())
    names = dict(Member.objects.filter(id__in=everybody).values_list("id", "display_name"))

    def text(people: Iterable[int]) -> str:
        return "; ".join(sorted(names[person] for person in people))

    changes: Texts = {str(role.label): (text(before[role]), text(after[role])) for role in RoleKind}
    return Event(Component.MEMBER, company.pk, company.display_name, "Edited", changes)
