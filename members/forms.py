"""Forms of member records, made from the catalogue: a field that is added there appears here by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import QueryDict

from members.addresses import Invalid, address_problem
from members.family import people_of_tree
from members.field_types import Checkbox, Email, LongText, Options, TypedField
from members.fields import Field
from members.models import AppliesTo, Kind, Member, RoleKind
from members.roles import ONE_PERSON, people_by_role
from members.sections import CONTACT, MEMBERSHIP, NAME, PERSONAL, SETTINGS, Section
from members.validation import Problems
from novi_ams.association.widgets import DateInput, Segmented, Toggle

HELP = {
    "email": "The address that syncs. Several records may share it.",
    "approved": "Only active and approved records are in groups.",
    "do_not_send": "A person: keeps the address off every list, whoever shares it. A company: this record only.",
    "account_email": "What this person signs in with. No two records may have the same.",
    "import_id": "Ties the record to a row of an import file. No two records may have the same.",
    "inherits_benefits": "The membership of the parent counts for this record, too.",
    "personal_email": "Never the address that syncs.",
}


ROLE_HELP = {
    RoleKind.PRIMARY_CONTACT: "Stands for the company. One person.",
    RoleKind.BILLING_CONTACT: "Gets its invoices. One person.",
    RoleKind.MANAGEMENT_ACCESS: "May manage the company’s record. Any number of people.",
}
REQUIRED = {"name": "A company needs a name."}
SELDOM_FILLED = frozenset({PERSONAL, SETTINGS})
"""Sections that a new record hardly ever needs at once."""
MOST_PEOPLE = 500
BOOKKEEPING = frozenset({"version", "opened", "seen"})


@dataclass(frozen=True)
class FormSection:
    """A heading and the bound fields below it. `only_for` is blank, or the one kind that has any of them."""

    title: str
    key: str
    rows: Sequence[FormRow]
    only_for: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class FormRow:
    bound: forms.BoundField
    is_wide: bool
    only_for: str = ""


class RecordForm(forms.Form):
    """Sections of one record, new or stored.

    `opened` holds the values as they were when the page was opened. When somebody else saved meanwhile, that
    tells what this person did not touch, and so must not set back. `seen` is the record's newest audit entry
    then: the later ones say what the other did.
    """

    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    opened = forms.CharField(widget=forms.HiddenInput(), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        member: Member,
        sections: Iterable[Section],
        seen: int = 0,
    ) -> None:
        super().__init__(data)
        self.member = member
        self.sections = list(sections)
        for field in self._record_fields():
            self.fields[field.key] = form_field(field)
            self.initial[field.key] = field.value_of(member)
        self.initial["version"] = member.version
        self.initial["seen"] = seen
        self.initial["opened"] = json.dumps(self._texts(member))

    def _record_fields(self) -> Iterator[Field]:
        return (field for section in self.sections for field in section.fields)

    def _texts(self, member: Member) -> dict[str, str]:
        return {field.key: field.type.text(field.source.read(member)) for field in self._record_fields()}

    @property
    def record_kind(self) -> str:
        return self.member.kind

    @property
    def form_sections(self) -> list[FormSection]:
        return [
            FormSection(section.title, section.key, rows, _only_for(section.fields), self._folds(section))
            for section in self.sections
            if (rows := [self._row(field) for field in section.fields])
        ]

    def _folds(self, section: Section) -> bool:
        """Whether the section stays closed until somebody opens it."""
        return False

    def _row(self, field: Field) -> FormRow:
        is_wide = isinstance(field.type, LongText | Options)
        return FormRow(self[field.key], is_wide, _only_for([field]))

    def clean(self) -> dict[str, Any]:
        for field in self._record_fields():
            if isinstance(field.type, Email) and field.key in self.changed_data:
                problem = address_problem(self.cleaned_data.get(field.key) or "")
                if isinstance(problem, Invalid):
                    self.add_error(field.key, f"{problem.sentence} Correct it, or leave it blank.")
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """{field key: value} of a valid form, without the fields that this kind of record has not."""
        suited = (field for field in self._record_fields() if field.suits(self.record_kind))
        return {field.key: self.cleaned_data[field.key] for field in suited}

    def show_problems(self, problems: Problems) -> None:
        """What the verb refused, at the fields it concerns."""
        for key, sentence in problems.items():
            self.add_error(key if key in self.fields else None, sentence)

    @property
    def values_with_kind(self) -> dict[str, Any]:
        return {"kind": self.record_kind, **self.values}

    @classmethod
    def unchecked(cls, data: QueryDict, *, member: Member, sections: Iterable[Section]) -> Self:
        """The form with what was typed so far, not yet judged."""
        form = cls(member=member, sections=sections)
        for name, field in form.fields.items():
            form.initial[name] = field.widget.value_from_datadict(data, {}, name)
        return form

    def after_conflict(self, now: Member, *, seen: int) -> RecordForm:
        """The form for the record as it is now: what was typed stays, what was not touched is as stored."""
        untouched = {key for key in self._texts(now) if not self._touched(key)}
        fresh = type(self)(member=now, sections=self.sections, seen=seen)
        data = QueryDict(mutable=True)
        for name in fresh.fields:
            source = fresh if name in untouched or name in BOOKKEEPING else self
            _put(data, name, source[name].value())
        return type(self)(data, member=now, sections=self.sections)

    def _touched(self, key: str) -> bool:
        field = self.fields[key]
        typed = field.widget.value_from_datadict(self.data, self.files, key)
        return field.has_changed(_opened_texts(self.data.get("opened", "")).get(key), typed)


class NewRecordForm(RecordForm):
    """A record to be made: which kind it is decides which of the other fields count."""

    kind = forms.ChoiceField(
        label="Record type",
        choices=[(Kind.PERSON.value, "Person"), (Kind.COMPANY.value, "Company")],
        widget=Segmented(),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, member: Member, sections: Iterable[Section]
    ) -> None:
        super().__init__(data, member=member, sections=sections)
        self.initial["kind"] = member.kind
        for field in self._record_fields():
            if not field.suits(self.record_kind):
                self.fields[field.key].required = False

    def _folds(self, section: Section) -> bool:
        in_error = self.is_bound and any(field.key in self.errors for field in section.fields)
        return section.key in SELDOM_FILLED and not in_error

    @property
    def record_kind(self) -> str:
        chosen = str(self["kind"].value())
        return chosen if chosen in Kind.values else Kind.PERSON.value


def form_field(field: Field) -> TypedField:
    """The form's field for a field of the catalogue."""
    options: dict[str, Any] = {}
    if isinstance(field.type, Checkbox):
        options["widget"] = Toggle()
    elif field.type.name == "date":
        options["widget"] = DateInput()
    required = field.required or field.key == "name"
    made = field.type.form_field(
        label=field.label,
        required=required,
        help_text=field.help_text or HELP.get(field.key, ""),
        error_messages={"required": REQUIRED.get(field.key, f"{field.label} is required.")},
        **options,
    )
    made.widget.attrs.setdefault("autocomplete", "off")
    return made


def _only_for(fields: Iterable[Field]) -> str:
    kinds = {field.applies_to for field in fields}
    only = kinds.pop() if len(kinds) == 1 else AppliesTo.BOTH
    return "" if only == AppliesTo.BOTH else only.value


def _opened_texts(text: str) -> dict[str, str]:
    try:
        opened = json.loads(text)
    except ValueError:
        return {}
    return opened if isinstance(opened, dict) else {}


def _put(data: QueryDict, name: str, value: Any) -> None:
    if isinstance(value, list | tuple):
        data.setlist(name, [str(one) for one in value])
    elif value is True:
        data[name] = "on"
    elif value not in (None, False):
        data[name] = str(value)


class RolesForm(forms.Form):
    """Who has which role at a company: one person for two of them, any number for the third."""

    def __init__(self, data: QueryDict | None = None, *, company: Member) -> None:
        super().__init__(data)
        before = people_by_role(company)
        people = _people_for_roles(company, frozenset[int]().union(*before.values()))
        for role in RoleKind:
            kind = forms.ChoiceField if role in ONE_PERSON else forms.MultipleChoiceField
            self.fields[role.value] = kind(
                label=role.label,
                choices=[("", "Nobody"), *people] if role in ONE_PERSON else people,
                required=False,
                help_text=ROLE_HELP[role],
                error_messages={"invalid_choice": "Choose an active person of the company’s family tree."},
            )
            held = [str(person) for person in sorted(before[role])]
            self.initial[role.value] = held if role not in ONE_PERSON else next(iter(held), "")
        many = self.fields[RoleKind.MANAGEMENT_ACCESS.value]
        many.widget = forms.CheckboxSelectMultiple(choices=people, attrs={"class": "checks-long"})

    @property
    def chosen(self) -> dict[RoleKind, list[int]]:
        """{role: member ids} of a valid form."""
        found: dict[RoleKind, list[int]] = {}
        for role in RoleKind:
            value = self.cleaned_data[role.value]
            ids = value if isinstance(value, list) else [value]
            found[role] = [int(one) for one in ids if one]
        return found

    def show_problems(self, problems: Problems) -> None:
        for key, sentence in problems.items():
            self.add_error(key if key in self.fields else None, sentence)


def _people_for_roles(company: Member, holders: frozenset[int]) -> list[tuple[str, str]]:
    """Who may be chosen: the tree's active people, and whoever holds a role already."""
    people = {one.pk: one for one in Member.objects.filter(pk__in=holders)}
    people |= {one.pk: one for one in people_of_tree(company)[:MOST_PEOPLE]}
    return [
        (str(one.pk), f"{one}, {one.job_title}" if one.job_title else str(one))
        for one in sorted(people.values(), key=lambda one: one.sort_name)
    ]


def sections_for_new(known: Iterable[Section]) -> list[Section]:
    """The sections in the order in which a record is first written down."""
    by_key = {section.key: section for section in known}
    first = [by_key.pop(key) for key in (NAME, CONTACT, MEMBERSHIP) if key in by_key]
    return [*first, *by_key.values()]
