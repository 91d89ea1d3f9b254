"""What is computed from a record's own fields and stored beside them; pure, shared by every verb."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from members.folding import digits, email_key, fold, fold_for_search
from members.models import Member

if TYPE_CHECKING:
    from members.field import Field

NAMES = ("name", "first_name", "middle_name", "last_name", "suffix")
EMAILS = ("email", "personal_email", "account_email")
PHONES = ("phone", "mobile", "fax", "personal_phone", "personal_mobile")
ADDRESS_LINES = ("address1", "address2", "city", "state", "zip")
ADDRESSES = tuple(f"{kind}_{line}" for kind in ("billing", "shipping", "personal") for line in ADDRESS_LINES)
DERIVED_COLUMNS = ("display_name", "sort_name", "email_key", "search_text", "folded")


def full_name(member: Member) -> str:
    """A company's name, or a person's first and last name with suffix; blank when neither is known."""
    return (
        member.name if member.is_company else person_name(member.first_name, member.last_name, member.suffix)
    )


def person_name(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def company_of(member: Member) -> str:
    """A person's company, which is its parent's name; a company has none."""
    return full_name(member.parent) if member.parent and not member.is_company else ""


def display_name(member: Member) -> str:
    """The full name, or else the address: what stands for the record everywhere. At most 255 characters."""
    return (full_name(member) or member.email or member.personal_email)[:255]


def search_text(member: Member) -> str:
    """Everything that the search looks in, folded, one piece a line; phone numbers also as digits."""
    typed = [getattr(member, column) or "" for column in (*NAMES, *EMAILS, *PHONES, *ADDRESSES)]
    bare = [digits(getattr(member, column)) for column in PHONES]
    return fold_for_search("\n".join(piece for piece in [*typed, *bare, member.import_id] if piece))


def folded(member: Member, text_fields: Iterable[Field]) -> dict[str, str]:
    """{key: casefolded text} of the text fields that are not blank."""
    values = ((field, field.value_of(member)) for field in text_fields)
    return {field.key: field.type.fold(value) for field, value in values if value is not None}


def derive(member: Member, text_fields: Iterable[Field]) -> None:
    """Set every derived column of the record (not saved)."""
    member.display_name = display_name(member)
    member.sort_name = fold(member.display_name)[:255]
    member.email_key = email_key(member.email)
    member.search_text = search_text(member)
    member.folded = folded(member, text_fields)
