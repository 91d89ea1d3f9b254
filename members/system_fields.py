"""The system fields: columns of `Member`, whose labels, lengths and types are the model's, and computed ones.

A column becomes a field by standing in `SYSTEM`; what may be done with it is in the sets above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Expression, F, Q, When
from django.db.models.fields.json import KeyTextTransform

from members.derived import company_of, full_name
from members.field import Field, FieldGroup, Source, is_true
from members.field_types import Checkbox, Choice, Date, Email, LongText, Text, ValueType, as_text
from members.models import AppliesTo, Kind, Member

PEOPLE_ONLY = frozenset(
    {"prefix", "first_name", "middle_name", "last_name", "suffix", "credentials", "job_title"}
)
COMPANIES_ONLY = frozenset({"name"})
ALWAYS_SYNCED = frozenset({"email", "first_name", "last_name", "company", "job_title"})
LOGIN = frozenset({"account_email"})
EMAILS = frozenset({"email", "personal_email", "account_email"})
NEVER_BLANK = frozenset({"kind", "status"})
SYSTEM: Mapping[str, tuple[str, ...]] = {
    "Record": ("kind",),
    "Name": (
        "name",
        "prefix",
        "first_name",
        "middle_name",
        "last_name",
        "suffix",
        "credentials",
        "job_title",
    ),
    "Professional Contact": (
        "email",
        "phone",
        "mobile",
        "fax",
        "website",
        "county",
        "billing_address1",
        "billing_address2",
        "billing_city",
        "billing_state",
        "billing_zip",
        "billing_country",
        "shipping_address1",
        "shipping_address2",
        "shipping_city",
        "shipping_state",
        "shipping_zip",
        "shipping_country",
    ),
    "Membership": (
        "member_type",
        "status",
        "original_join_date",
        "member_since",
        "expires",
        "auto_renew",
        "inherits_benefits",
    ),
    "Settings": ("active", "approved", "do_not_send", "notes", "import_id"),
    "Personal Contact Info": (
        "personal_email",
        "personal_phone",
        "personal_mobile",
        "personal_address1",
        "personal_address2",
        "personal_city",
        "personal_state",
        "personal_zip",
        "personal_country",
        "account_email",
    ),
}
"""Section → columns, in the order in which pickers show them."""


def _reader(column: str) -> Callable[[Member], Any]:
    def read(member: Member) -> Any:
        value = getattr(member, column)
        return None if value == "" else value

    return read


def _writer(column: str, *, blank: Any) -> Callable[[Member, Any], None]:
    def write(member: Member, value: Any) -> None:
        setattr(member, column, blank if value is None else value)

    return write


def _column(column: str) -> Source:
    blank = None if Member._meta.get_field(column).null else ""
    return Source(
        read=_reader(column),
        sql=lambda path: F(path + column),
        write=_writer(column, blank=blank),
        column=column,
    )


def _member_type() -> Source:
    def read(member: Member) -> str | None:
        return None if member.member_type_id is None else str(member.member_type_id)

    def write(member: Member, value: str | None) -> None:
        member.member_type_id = None if value is None else int(value)

    return Source(read, lambda path: F(path + "member_type_id"), write, "member_type")


def _company_sql(path: str) -> Expression:
    return Case(When(**{f"{path}kind": Kind.PERSON}, then=F(f"{path}parent__display_name")))


@dataclass(frozen=True, kw_only=True)
class CompanyField(Field):
    """Its text stands with the parent."""

    def folded_expression(self) -> Expression:
        return Case(When(kind=Kind.PERSON, then=as_text(KeyTextTransform("full_name", "parent__folded"))))


def _label(column: str) -> str:
    model_field: Any = Member._meta.get_field(column)
    return str(model_field.verbose_name)


def _type_of(column: str, member_types: Sequence[tuple[int, str]]) -> ValueType:
    if column == "member_type":
        return Choice(pairs=tuple((str(pk), name) for pk, name in member_types), numbered=True)
    if column in EMAILS:
        return Email()
    model_field: Any = Member._meta.get_field(column)
    if model_field.choices:
        return Choice(pairs=tuple((str(code), str(label)) for code, label in model_field.choices))
    match model_field:
        case models.BooleanField():
            return Checkbox()
        case models.DateField():
            return Date()
        case models.TextField():
            return LongText()
        case _:
            return Text(max_length=model_field.max_length)


def _applies_to(column: str) -> AppliesTo:
    if column in PEOPLE_ONLY:
        return AppliesTo.PERSON
    return AppliesTo.COMPANY if column in COMPANIES_ONLY else AppliesTo.BOTH


def system_fields(member_types: Sequence[tuple[int, str]]) -> Iterator[Field]:
    """Every system field, in the order of pickers; a member type is its id and its name."""
    for section, columns in SYSTEM.items():
        for column in columns:
            yield Field(
                key=column,
                label=_label(column),
                group=FieldGroup.MEMBER,
                type=_type_of(column, member_types),
                source=_member_type() if column == "member_type" else _column(column),
                applies_to=_applies_to(column),
                required=column in NEVER_BLANK,
                section=section,
                syncable=column not in ALWAYS_SYNCED | LOGIN,
            )
    yield from _computed_fields()


def _computed_fields() -> Iterator[Field]:
    yield Field(
        key="full_name",
        label="Full Name",
        group=FieldGroup.MEMBER,
        type=Text(),
        source=Source(lambda member: full_name(member) or None, lambda path: F(f"{path}display_name")),
        section="Name",
        importable=False,
    )
    yield CompanyField(
        key="company",
        label="Company",
        group=FieldGroup.MEMBER,
        type=Text(),
        source=Source(lambda member: company_of(member) or None, _company_sql, needs_parent=True),
        section="Name",
        importable=False,
        syncable=False,
    )
    yield Field(
        key="is_company",
        label="Is a Company",
        group=FieldGroup.MEMBER,
        type=Checkbox(),
        source=Source(
            lambda member: member.is_company, lambda path: is_true(Q(**{f"{path}kind": Kind.COMPANY}))
        ),
        section="Record",
        importable=False,
    )
