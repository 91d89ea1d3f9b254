"""The bulk actions of this room: set a field, deactivate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from members.fields import Catalogue, Field, catalogue
from members.forms import form_field
from members.models import AppliesTo
from members.records import Outcome, save_members
from members.sections import BY_VERBS
from members.slots import BulkForm, BulkOutcome, BulkVerb, Consequence, bulk_actions
from members.validation import UNIQUE_COLUMNS
from novi_ams.audit.actor import Actor

CHANGE = "members.change_member"
CHOOSES = {"hx-get": "?", "hx-target": "#bulk-question", "hx-swap": "outerHTML"}


def records(count: int) -> str:
    return f"{count:,} record" if count == 1 else f"{count:,} records"


def settable(fields: Catalogue) -> list[Field]:
    """Fields of which many records may have the same value."""
    return [
        field
        for field in fields
        if field.writable and field.key not in BY_VERBS and field.key not in UNIQUE_COLUMNS
    ]


class SetFieldForm(BulkForm):
    """First which field, then its value: the input is the field's own."""

    next_button = "Next"

    def __init__(
        self, data: QueryDict | None = None, *, given: QueryDict | None = None, count: int = 0
    ) -> None:
        super().__init__(data, given=given, count=count)
        known = settable(catalogue())
        self.chosen = {field.key: field for field in known}.get((data or self.given).get("field", ""))
        self.fields["field"] = forms.ChoiceField(
            label="Field",
            choices=_choices(known),
            error_messages={"required": "Choose a field."},
        )
        self.fields["field"].widget.attrs.update(CHOOSES)
        self.initial["field"] = self.initial["asked"] = self.chosen.key if self.chosen else ""
        self.fields["asked"] = forms.CharField(widget=forms.HiddenInput(), required=False)
        if self.chosen:
            self.fields["value"] = form_field(self.chosen)
            self.fields["value"].label = "New value"
            if not self.chosen.required:
                self.fields["value"].help_text = "Left blank, the field is cleared."

    def clean(self) -> dict[str, Any]:
        # Without script the value that was typed may be meant for the field that was chosen before.
        if self.chosen and self.cleaned_data.get("asked") != self.chosen.key:
            fresh = QueryDict(mutable=True)
            fresh.update({"field": self.chosen.key, "asked": self.chosen.key})
            self.data = fresh
            raise forms.ValidationError(f"Now say the new value of {self.chosen.label}.")
        return self.cleaned_data

    @property
    def is_askable(self) -> bool:
        return self.chosen is not None

    @property
    def options(self) -> dict[str, Any]:
        if self.chosen is None:
            return {}
        return {"field": self.chosen.key, "value": self.chosen.type.text(self.cleaned_data["value"])}

    @property
    def words(self) -> str:
        label, text = self.chosen.label if self.chosen else "", self.options.get("value")
        return f"Set {label} to “{text}”" if text else f"Clear {label}"

    @property
    def button(self) -> str:
        return f"Set {self.chosen.label if self.chosen else 'field'} of {records(self.count)}"

    @property
    def facts(self) -> Sequence[Consequence]:
        if self.chosen is None or self.chosen.applies_to == AppliesTo.BOTH:
            return ()
        whose = AppliesTo(self.chosen.applies_to).label.lower()
        return (
            Consequence(
                "info", f"Only {whose} have this field. Other records are left out, and you see which."
            ),
        )


def _choices(known: Sequence[Field]) -> list[Any]:
    sections: dict[str, list[tuple[str, str]]] = {}
    for field in known:
        sections.setdefault(field.section or str(field.group), []).append((field.key, field.label))
    return [("", "Choose a field"), *sections.items()]


def set_field(ids: Sequence[int], options: Mapping[str, Any], actor: Actor) -> BulkOutcome:
    edits = ((pk, {options["field"]: options["value"]}) for pk in ids)
    return told(ids, save_members(edits, actor=actor, action="Edited by bulk action"))


class DeactivateForm(BulkForm):
    @property
    def words(self) -> str:
        return "Deactivate"

    @property
    def button(self) -> str:
        return f"Deactivate {records(self.count)}"

    @property
    def facts(self) -> Sequence[Consequence]:
        return (
            Consequence("layers", "They leave every group, and what follows these groups."),
            Consequence("id-card", "Their roles at companies end."),
            Consequence("rotate-ccw", "The records stay and can be made active again."),
        )


def deactivate_all(ids: Sequence[int], options: Mapping[str, Any], actor: Actor) -> BulkOutcome:
    edits = ((pk, {"active": False}) for pk in ids)
    return told(ids, save_members(edits, actor=actor, action="Deactivated"))


def told(ids: Sequence[int], outcome: Outcome) -> BulkOutcome:
    """What a bulk verb of records did, by record."""
    refused = {ids[one.row]: " ".join(dict.fromkeys(one.problems.values())) for one in outcome.refused}
    return BulkOutcome(len(outcome.written), refused)


SET_FIELD = BulkVerb(
    key="set_field",
    label="Set field",
    title="Set a field",
    icon="pencil",
    permission=CHANGE,
    form=SetFieldForm,
    run=set_field,
)
DEACTIVATE = BulkVerb(
    key="deactivate",
    label="Deactivate",
    title="Deactivate",
    icon="paused",
    permission=CHANGE,
    form=DeactivateForm,
    run=deactivate_all,
    is_dangerous=True,
)


def register() -> None:
    bulk_actions.register(lambda: SET_FIELD, order=50)
    bulk_actions.register(lambda: DEACTIVATE, order=60)
