"""The verbs that define custom fields. A change of definition that changes values rewrites every record
that holds one, in the same transaction: a half-renamed option would be two options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from django.db.models.fields.json import JSONField

from members.chunks import chunked
from members.field_types import SEPARATOR, UnreadableValueError, ValueType, custom_type
from members.fields import CUSTOM, Catalogue, catalogue, custom_field
from members.folding import fold, fold_for_search
from members.models import AppliesTo, CustomField, FieldType, Member, MemberQuerySet
from members.signals import custom_field_changed
from members.storing import CHUNK, Altered, one_writer, store
from members.validation import InvalidRecordError
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.record import record

MAX_OPTION = 75
WITH_OPTIONS = frozenset({FieldType.OPTION, FieldType.OPTIONS})
CHANGES = {
    "label": "Name",
    "type": "Type",
    "section": "Section",
    "applies_to": "Applies to",
    "help_text": "Help text",
    "required": "Required",
    "options": "Options",
    "position": "Position",
}
"""Attribute → how the audit log calls it."""
DETAILS = ("section", "applies_to", "help_text", "required")


class InvalidFieldError(InvalidRecordError):
    """A definition that cannot be; `problems` says why: {attribute: sentence}."""


def create_custom_field(
    label: str,
    type: FieldType,
    *,
    actor: Actor,
    section: str = "",
    applies_to: AppliesTo = AppliesTo.BOTH,
    help_text: str = "",
    required: bool = False,
    options: Sequence[str] = (),
) -> CustomField:
    """Define a field, last of its section. Raises InvalidFieldError."""
    with one_writer():
        name = _checked_label(label, catalogue())
        definition = CustomField(
            key=_new_key(name),
            label=name,
            type=type,
            section=section.strip(),
            applies_to=applies_to,
            help_text=help_text.strip(),
            required=required,
            options=_checked_options(options) if type in WITH_OPTIONS else [],
            position=CustomField.objects.filter(section=section.strip()).count(),
        )
        definition.save()
        _record(definition, "Created", actor=actor)
        _announce(definition, actor=actor)
    return definition


def edit_custom_field(
    definition: CustomField, *, actor: Actor, label: str | None = None, **details: Any
) -> CustomField:
    """Change the label or DETAILS of a field. Values stay, and so does the key. Raises InvalidFieldError."""
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        before = copy(stored)
        if label is not None and label.strip() != stored.label:
            stored.label = _checked_label(label, catalogue(), but=stored)
        for name in DETAILS:
            setattr(stored, name, details.pop(name, getattr(stored, name)))
        if details:
            raise TypeError(f"Unknown details: {', '.join(details)}")
        _check_applies_to(stored)
        _save(before, stored, actor=actor)
    return stored


def reorder_custom_fields(definitions: Sequence[CustomField], *, actor: Actor) -> None:
    """Put these fields of one section in this order."""
    with one_writer():
        for position, definition in enumerate(definitions):
            stored = CustomField.objects.get(pk=definition.pk)
            before = copy(stored)
            stored.position = position
            _save(before, stored, actor=actor)


def read_options(text: str) -> list[str]:
    """Options from a paste: one a line, or else separated by semicolons, or else by commas."""
    separator = next((mark for mark in ("\n", SEPARATOR, ",") if mark in text.strip()), "\n")
    return [part.strip() for part in text.split(separator) if part.strip()]


def add_options(definition: CustomField, options: Sequence[str], *, actor: Actor) -> CustomField:
    """Append options; those that are there already are passed over. Raises InvalidFieldError."""
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        known = {fold(option) for option in stored.options}
        new = {fold(option.strip()): option for option in options if fold(option.strip()) not in known}
        return _redefine(stored, {"options": _checked_options([*stored.options, *new.values()])}, actor=actor)


def reorder_options(definition: CustomField, options: Sequence[str], *, actor: Actor) -> CustomField:
    """Put the options in this order; values of many options follow it."""
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        if sorted(options) != sorted(stored.options):
            raise InvalidFieldError({"options": "The options were changed meanwhile. Reload the page."})
        return _redefine(stored, {"options": list(options)}, actor=actor)


def rename_option(definition: CustomField, old: str, new: str, *, actor: Actor) -> CustomField:
    """Rename an option in the definition and in every record that holds it. Raises InvalidFieldError."""
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        name = new.strip()
        options = _checked_options([name if option == old else option for option in stored.options])
        return _redefine(
            stored, {"options": options}, actor=actor, convert=_replacing(old, name), renamed={old: name}
        )


def remove_option(definition: CustomField, option: str, *, actor: Actor) -> CustomField:
    """Remove an option, and with it the value of every record that holds it."""
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        options = [one for one in stored.options if one != option]
        return _redefine(stored, {"options": options}, actor=actor, convert=_replacing(option, None))


def retype(
    definition: CustomField, type: FieldType, *, actor: Actor, options: Sequence[str] = ()
) -> CustomField:
    """Give the field another type, where every value can be read as one.

    Raises InvalidFieldError with the number of records whose values cannot. A field that becomes a set of
    options gets `options`.
    """
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        after = {"type": type, "options": _checked_options(options) if type in WITH_OPTIONS else []}
        old = custom_type(stored.type, stored.options)
        new = custom_type(type, after["options"])
        unreadable = sum(
            1 for member in holders(stored).iterator() if not _fits(member, stored.key, old, new)
        )
        if unreadable:
            raise InvalidFieldError({"type": _misfit_sentence(stored, unreadable, type)})
        return _redefine(stored, after, actor=actor, convert=lambda value: new.parse(old.text(value)))


def delete_custom_field(definition: CustomField, *, actor: Actor) -> int:
    """Delete the field and its values; answers how many records held one.

    Groups whose conditions read it fail with that reason, and syncs of it stop, by `custom_field_changed`.
    """
    with one_writer():
        stored = CustomField.objects.get(pk=definition.pk)
        field = custom_field(stored)
        count = holders(stored).count()
        _rewrite(stored, stored, lambda _: field.type.blank, actor=actor)
        record(
            Component.CUSTOM_FIELD, item_id=stored.key, item_name=stored.label, action="Deleted", actor=actor
        )
        _announce(stored, deleted=True, actor=actor)
        stored.delete()
    return count


def holders(definition: CustomField) -> MemberQuerySet:
    """The records that hold a value of the field (of a checkbox: Yes)."""
    return Member.objects.filter(custom__has_key=definition.key)


def holders_of_option(definition: CustomField, option: str) -> MemberQuerySet:
    """The records that hold this option of the field."""
    field = custom_field(definition)
    many = definition.type == FieldType.OPTIONS
    lookup = {"its_text__contains" if many else "its_text": field.type.fold((option,) if many else option)}
    return holders(definition).annotate(its_text=field.folded_expression()).filter(**lookup)


def _redefine(
    stored: CustomField,
    attributes: Mapping[str, Any],
    *,
    actor: Actor,
    convert: Callable[[Any], Any] = lambda value: value,
    renamed: Mapping[str, str] | None = None,
) -> CustomField:
    """Change what a definition's values are, and the values with it: `convert` is given each one."""
    before = copy(stored)
    for name, value in attributes.items():
        setattr(stored, name, value)
    if _save(before, stored, actor=actor, renamed=renamed):
        _rewrite(before, stored, convert, actor=actor)
    return stored


def _save(
    before: CustomField, after: CustomField, *, actor: Actor, renamed: Mapping[str, str] | None = None
) -> bool:
    changes = {
        label: (getattr(before, name), getattr(after, name))
        for name, label in CHANGES.items()
        if getattr(before, name) != getattr(after, name)
    }
    if not changes:
        return False
    after.save()
    _record(after, "Edited", actor=actor, changes=changes)
    _announce(after, renamed=renamed, actor=actor)
    return True


def _rewrite(before: CustomField, after: CustomField, convert: Callable[[Any], Any], *, actor: Actor) -> None:
    """Convert every stored value; records whose stored form stays the same are not touched."""
    old, new, fields = custom_field(before), custom_field(after), catalogue()
    for ids in chunked(list(holders(before).values_list("id", flat=True)), CHUNK):
        altered = []
        for member in Member.objects.filter(id__in=ids).order_by("id"):
            one = Altered(member, member.email_key, member.parent_id, columns={"custom"})
            stored, value = member.custom[before.key], old.source.read(member)
            new.set(member, new.type.parse(convert(value)))
            if member.custom.get(after.key) != stored:
                texts = (old.type.text(value), new.type.text(new.source.read(member)))
                one.changes = {after.label: texts} if texts[0] != texts[1] else {}
                altered.append(one)
        store(altered, actor=actor, action="Edited", background=True, fields=fields)


def _replacing(old: str, new: str | None) -> Callable[[Any], Any]:
    """A conversion of one or many options."""

    def convert(value: Any) -> Any:
        if isinstance(value, tuple):
            kept = (new if option == old else option for option in value)
            return tuple(option for option in kept if option is not None) or None
        return new if value == old else value

    return convert


def _fits(member: Member, key: str, old: ValueType, new: ValueType) -> bool:
    try:
        new.parse(old.text(old.from_json(member.custom[key])))
    except UnreadableValueError:
        return False
    return True


def _misfit_sentence(definition: CustomField, count: int, type: FieldType) -> str:
    records = "1 record has a value" if count == 1 else f"{count:,} records have values"
    return (
        f"{records} of {definition.label} that cannot be read as “{type.label}”. Nothing was changed; "
        "correct or clear them first."
    )


def _checked_label(label: str, fields: Catalogue, *, but: CustomField | None = None) -> str:
    name = " ".join(label.split())
    if not name:
        raise InvalidFieldError({"label": "Give the field a name."})
    if len(name) > 100:
        raise InvalidFieldError({"label": f"Use at most 100 characters; this has {len(name)}."})
    for field in fields:
        if fold(field.label) == fold(name) and (but is None or field.key != CUSTOM + but.key):
            raise InvalidFieldError({"label": f"There is already a field called “{field.label}”."})
    return name


def _check_applies_to(definition: CustomField) -> None:
    """A record holds no value of a field that is not for its kind: all who read rely on it."""
    if definition.applies_to == AppliesTo.BOTH:
        return
    count = holders(definition).exclude(kind=definition.applies_to).count()
    if count:
        whose = "companies" if definition.applies_to == AppliesTo.PERSON else "people"
        raise InvalidFieldError({"applies_to": f"{count:,} {whose} have a value. Clear these values first."})


def _checked_options(options: Iterable[str]) -> list[str]:
    names = [option.strip() for option in options if option.strip()]
    twice = {name for name in names if [fold(one) for one in names].count(fold(name)) > 1}
    for name in names:
        if SEPARATOR in name:
            raise InvalidFieldError({"options": f"“{name}” has a semicolon, which options cannot have."})
        if len(name) > MAX_OPTION:
            raise InvalidFieldError(
                {"options": f"“{name}” has {len(name)} characters; an option has at most {MAX_OPTION}."}
            )
    if twice:
        raise InvalidFieldError({"options": f"“{min(twice)}” is there twice."})
    return names


def _new_key(label: str) -> str:
    """A key from the label that was never in use: the audit log remembers those of deleted fields."""
    words = re.findall(r"[a-z0-9]+", fold_for_search(label))
    stem = "_".join(words)[:40].strip("_") or "field"
    stem = stem if stem[0].isalpha() else f"field_{stem}"[:40]
    used = {*CustomField.objects.values_list("key", flat=True), *JSONField().get_lookups()}
    used |= {*AuditEntry.objects.filter(component=Component.CUSTOM_FIELD).values_list("item_id", flat=True)}
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 10_000))) if key not in used)


def _record(
    definition: CustomField,
    action: str,
    *,
    actor: Actor,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    record(
        Component.CUSTOM_FIELD,
        item_id=definition.key,
        item_name=definition.label,
        action=action,
        changes=changes,
        after="" if changes else FieldType(definition.type).label,
        actor=actor,
    )


def _announce(
    definition: CustomField,
    *,
    actor: Actor,
    deleted: bool = False,
    renamed: Mapping[str, str] | None = None,
) -> None:
    custom_field_changed.send(
        CustomField,
        key=CUSTOM + definition.key,
        deleted=deleted,
        renamed_options=dict(renamed or {}),
        actor=actor,
    )
