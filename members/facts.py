"""What a record's page says about it: a label, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import dateformat

from members.addresses import Blank, address_problem
from members.fields import Field
from members.looks import coming_up
from members.models import CompanyRole, Member, RoleKind
from members.sections import CONTACT, NAME, Section
from novi_ams.association.looks import StatusLook

ALWAYS_SHOWN = frozenset({"email", "phone", "member_type", "status", "expires", "member_since", "notes"})
LINES = ("address1", "address2", "city", "state", "zip", "country")


@dataclass(frozen=True)
class Fact:
    """`lines` is empty for what is not set; `problem` is a sentence about a value that does not serve."""

    label: str
    lines: tuple[str, ...]
    href: str = ""
    note: str = ""
    problem: str = ""
    look: StatusLook | None = None

    @property
    def opens_outside(self) -> bool:
        return self.href.startswith(("http://", "https://"))


@dataclass(frozen=True)
class FactSheet:
    section: Section
    facts: tuple[Fact, ...]


def sheet(section: Section, member: Member, *, roles: Iterable[CompanyRole] = ()) -> FactSheet:
    """The section as the page shows it: blank system fields are left out, blank custom fields are not."""
    suited = section.for_kind(member.kind)
    if section.key == NAME:
        return FactSheet(suited, tuple(_naming(member, roles)))
    return FactSheet(suited, tuple(_facts(suited, member)))


def spoken_date(day: date) -> str:
    """“Jan 8, 2027”."""
    return dateformat.format(day, "M j, Y")


def address_lines(member: Member, whose: str) -> tuple[str, ...]:
    """The billing, shipping or personal address as on an envelope."""
    parts = {line: str(getattr(member, f"{whose}_{line}")) for line in LINES}
    state = f"{parts['state']} {parts['zip']}".strip()
    town = ", ".join(part for part in (parts["city"], state) if part)
    lines = (", ".join(part for part in (parts["address1"], parts["address2"]) if part), town)
    return tuple(line for line in (*lines, parts["country"]) if line)


def spoken_name(member: Member) -> str:
    """A person's name in full: “Dr. Dana Marie Whitlock Jr., PE”."""
    parts = (member.prefix, member.first_name, member.middle_name, member.last_name, member.suffix)
    name = " ".join(part for part in parts if part)
    return ", ".join(part for part in (name, member.credentials) if part)


def _facts(section: Section, member: Member) -> Iterator[Fact]:
    said: set[str] = set()
    for field in section.fields:
        whose, _, line = field.key.partition("_")
        if line in LINES:
            if whose not in said and (lines := address_lines(member, whose)):
                yield Fact(f"{whose.capitalize()} address", lines)
            said.add(whose)
        elif section.is_custom or field.key in ALWAYS_SHOWN or field.value_of(member) is not None:
            yield _fact(field, member, is_contact=section.key == CONTACT)


def _fact(field: Field, member: Member, *, is_contact: bool) -> Fact:
    value = field.value_of(member)
    if field.key == "email" and is_contact:
        return _email_fact(field, member)
    if isinstance(value, date):
        return Fact(field.label, (spoken_date(value),), look=coming_up(value))
    text = field.text_of(member)
    href = _web_address(text) if field.key == "website" else ""
    return Fact(field.label, tuple(text.splitlines()), href=href)


def _email_fact(field: Field, member: Member) -> Fact:
    problem = address_problem(member.email)
    if isinstance(problem, Blank):
        return Fact(field.label, (), note="It cannot be mailed.")
    sentence = f"{problem.sentence} It cannot be mailed." if problem else ""
    return Fact(
        field.label, (member.email,), note="" if problem else "the address that syncs", problem=sentence
    )


def _web_address(text: str) -> str:
    """Where a website leads; blank for what is no web address, so that no other scheme becomes a link."""
    if not text or any(character.isspace() for character in text):
        return ""
    address = text if "://" in text else f"https://{text}"
    parts = urlsplit(address)
    return address if parts.scheme in {"http", "https"} and "." in parts.netloc else ""


def _naming(member: Member, roles: Iterable[CompanyRole]) -> Iterator[Fact]:
    yield Fact("Name", (member.name if member.is_company else spoken_name(member),))
    if member.job_title:
        yield Fact("Job title", (member.job_title,))
    if member.parent:
        label = "Parent company" if member.is_company else "Company"
        yield Fact(label, (str(member.parent),), href=reverse("member", args=[member.parent.pk]))
    in_order = sorted(roles, key=lambda role: list(RoleKind).index(RoleKind(role.role)))
    if held := ", ".join(_role_words(role, member) for role in in_order):
        yield Fact("Roles", (held,))


def _role_words(role: CompanyRole, member: Member) -> str:
    words = role.get_role_display()
    return words if role.company_id == member.parent_id else f"{words} of {role.company}"
