"""Questions about custom fields."""

from __future__ import annotations

from integrations.constant_contact import fields
from integrations.experiments.findings import Finding
from integrations.experiments.laboratory import Laboratory, in_words, refused
from integrations.sandbox.choices import DateValues, NameCase

SLASHES, ISO = "01/08/2027", "2027-01-08"


def taken_label(lab: Laboratory) -> Finding:
    """POST a field whose label is taken."""
    error = refused(lambda: fields.create(lab.client, label=lab.text_field.label))
    if error is None:
        return Finding("Two fields have the same label now.", value=False)
    return Finding(f"Refused: {in_words(error)}.", value=error.status == 409)


def field_name_case(lab: Laboratory) -> Finding:
    """Look at the name made from a label with capitals."""
    made = lab.text_field
    kept = made.label.replace(" ", "_")
    values = {kept: NameCase.KEPT, kept.lower(): NameCase.LOWERED}
    return Finding(f"“{made.label}” is named “{made.name}”.", values.get(made.name))


def renaming_changes_name(lab: Laboratory) -> Finding:
    """PUT another label."""
    made = lab.new_field()
    after = fields.rename(lab.client, made.field_id, label=lab.new_name())
    changed = after.name != made.name
    return Finding(f"The name {'changed' if changed else 'stayed'}: “{after.name}”.", changed)


def deleting_field_removes_values(lab: Laboratory) -> Finding:
    """Delete a field that a contact has a value in."""
    field = lab.new_field()
    made = lab.new_contact(values={field.field_id: "here"})
    fields.delete(lab.client, field.field_id)
    left = field.field_id in lab.reread(made).custom_fields
    return Finding(f"The contact {'still shows' if left else 'lost'} its value.", not left)


def bad_dates_refused(lab: Laboratory) -> Finding:
    """Write a word into a date field."""
    field, made = lab.date_field, lab.new_contact()
    error = refused(lambda: lab.put_value(made, field, "soon"))
    if error:
        return Finding(f"Refused: {in_words(error)}.", value=True)
    shown = lab.reread(made).custom_fields.get(field.field_id, "")
    return Finding(f"Accepted, and given back as “{shown}”.", value=False)


def date_values(lab: Laboratory) -> Finding:
    """Write the same day in two ways into date fields."""
    shown = [_given_back(lab, text) for text in (SLASHES, ISO)]
    values = {
        (SLASHES, ISO): DateValues.AS_SENT,
        (SLASHES, SLASHES): DateValues.SLASHES,
        (ISO, ISO): DateValues.ISO,
    }
    said = ", ".join(f"“{sent}” as “{got}”" for sent, got in zip((SLASHES, ISO), shown, strict=True))
    return Finding(f"Given back: {said}.", values.get((shown[0], shown[1])))


def _given_back(lab: Laboratory, text: str) -> str:
    field, made = lab.date_field, lab.new_contact()
    error = refused(lambda: lab.put_value(made, field, text))
    return "refused" if error else lab.reread(made).custom_fields.get(field.field_id, "")
