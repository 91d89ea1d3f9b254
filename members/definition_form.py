"""The form that defines a custom field, its options included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.http import QueryDict

from members.custom_fields import (
    WITH_OPTIONS,
    InvalidFieldError,
    add_options,
    create_custom_field,
    edit_custom_field,
    holders_of_option,
    read_options,
    remove_option,
    rename_option,
    reorder_options,
    retype,
)
from members.models import AppliesTo, CustomField, FieldType
from novi_ams.association.widgets import Toggle
from novi_ams.audit.actor import Actor


@dataclass(frozen=True)
class OptionRow:
    """An option in the form: what it was called when the page was opened, and what the person calls it now."""

    was: str
    name: str


class DefinitionForm(forms.Form):
    """Name, type, place and options of a custom field, new (`definition` is None) or known."""

    label = forms.CharField(
        label="Name", max_length=100, error_messages={"required": "Give the field a name."}
    )
    type = forms.ChoiceField(label="Type", choices=FieldType.choices, initial=FieldType.TEXT)
    section = forms.CharField(
        label="Section",
        max_length=100,
        required=False,
        help_text="The heading under which it stands on a record’s page. A new name makes a new section.",
        widget=forms.TextInput(attrs={"list": "known-sections", "autocomplete": "off"}),
    )
    applies_to = forms.ChoiceField(label="For", choices=AppliesTo.choices, initial=AppliesTo.BOTH)
    help_text = forms.CharField(
        label="Help text", max_length=255, required=False, help_text="Shown below the box in forms."
    )
    required = forms.BooleanField(
        label="Required",
        required=False,
        widget=Toggle(),
        help_text="New records need a value. Those that have none may keep it blank until somebody edits it.",
    )
    more_options = forms.CharField(
        label="Add options",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line; a list may be pasted. At most 75 characters each, no semicolon.",
    )

    def __init__(self, data: QueryDict | None = None, *, definition: CustomField | None = None) -> None:
        super().__init__(data)
        self.definition = definition
        self.options = _rows_typed(data) if data is not None else _rows_of(definition)
        if definition is not None:
            for name in ("label", "type", "section", "applies_to", "help_text", "required"):
                self.initial[name] = getattr(definition, name)

    @property
    def has_options(self) -> bool:
        return self["type"].value() in WITH_OPTIONS

    @property
    def names(self) -> list[str]:
        """The options as they shall be, in their order."""
        typed = [row.name.strip() for row in self.options if row.name.strip()]
        return [*typed, *read_options(self.cleaned_data.get("more_options", ""))]

    @property
    def removed(self) -> list[str]:
        """Stored options that are in no row any more."""
        if self.definition is None or self.definition.type not in WITH_OPTIONS:
            return []
        kept = {row.was for row in self.options if row.name.strip()}
        return [option for option in self.definition.options if option not in kept]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("type") in WITH_OPTIONS and not self.names:
            self.add_error("more_options", "Add at least one option.")
        return self.cleaned_data

    def values_lost(self) -> list[tuple[str, int]]:
        """(option, records) for every option to be removed that some record holds."""
        if self.definition is None:
            return []
        counts = ((one, holders_of_option(self.definition, one).count()) for one in self.removed)
        return [(option, count) for option, count in counts if count]

    def rearranged(self, order: str) -> None:
        """Move or drop a row, as its button says: `up:2`, `down:0`, `drop:1`."""
        verb, _, place = order.partition(":")
        at = int(place) if place.isdecimal() else -1
        if not 0 <= at < len(self.options):
            return
        row = self.options.pop(at)
        if verb in {"up", "down"}:
            self.options.insert(max(0, at - 1 if verb == "up" else at + 1), row)

    def save(self, *, actor: Actor) -> CustomField:
        """Create or change the field. Raises InvalidFieldError; then nothing was stored."""
        details = {
            name: self.cleaned_data[name] for name in ("section", "applies_to", "help_text", "required")
        }
        label, type_ = self.cleaned_data["label"], FieldType(self.cleaned_data["type"])
        if self.definition is None:
            return create_custom_field(label, type_, actor=actor, options=self.names, **details)
        with transaction.atomic():
            edit_custom_field(self.definition, actor=actor, label=label, **details)
            return self._save_values(self.definition, type_, actor=actor)

    def _save_values(self, definition: CustomField, type_: FieldType, *, actor: Actor) -> CustomField:
        if definition.type in WITH_OPTIONS:
            for row in self.options:
                if row.was and row.name.strip() and row.name.strip() != row.was:
                    rename_option(definition, row.was, row.name, actor=actor)
            for option in self.removed:
                remove_option(definition, option, actor=actor)
        if type_ != definition.type:
            return retype(definition, type_, actor=actor, options=self.names)
        if type_ in WITH_OPTIONS:
            add_options(definition, self.names, actor=actor)
            return reorder_options(definition, list(dict.fromkeys(self.names)), actor=actor)
        return definition

    def show_problems(self, error: InvalidFieldError) -> None:
        for name, sentence in error.problems.items():
            field = "more_options" if name == "options" else name
            self.add_error(field if field in self.fields else None, sentence)


def _rows_of(definition: CustomField | None) -> list[OptionRow]:
    return [OptionRow(option, option) for option in definition.options] if definition else []


def _rows_typed(data: QueryDict) -> list[OptionRow]:
    pairs = zip(data.getlist("option_was"), data.getlist("option"), strict=False)
    return [OptionRow(was, name) for was, name in pairs]


def known_sections() -> list[str]:
    """The sections that fields stand in, for suggestions."""
    names = CustomField.objects.exclude(section="").order_by("section").values_list("section", flat=True)
    return list(dict.fromkeys(names))
