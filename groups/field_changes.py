"""A custom field changed: what that means for the groups whose conditions read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groups.conditions.tree import InvalidConditions, parse, uses_today
from groups.definitions import await_calculation, conditions_in_words
from groups.models import Basis, CalculationState, Group
from members.fields import CUSTOM, Catalogue, catalogue
from members.models import CustomField, MemberType
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import Event, record_many


def adapt_to_field(key: str, *, deleted: bool, renamed_options: Mapping[str, str], actor: Actor) -> None:
    """Follow renamed options; recalculate the groups that read the field, or say why they cannot be.

    `key` is the one of the catalogue. A group that failed comes back when its conditions make sense again.
    """
    fields, events = catalogue(), []
    fields_before = _before(key, renamed_options) if renamed_options else fields
    for group in Group.objects.filter(basis=Basis.CONDITIONS).select_for_update():
        rows = [row for row in _rows(group.conditions) if row.get("field") == key]
        if not rows:
            continue
        words = conditions_in_words(group.conditions, fields_before)
        for row in rows:
            if "value" in row:
                row["value"] = _renamed(row["value"], renamed_options)
        if renamed_options:
            changes = {"Conditions": (words, conditions_in_words(group.conditions, fields))}
            events.append(Event(Component.GROUP, group.pk, group.name, "Edited", changes))
        await_calculation(group, background=True)
        reason = _reason(group, key, fields, deleted=deleted)
        if reason:
            group.state, group.error = CalculationState.FAILED, reason
        group.save()
    record_many(events, actor=actor)


def _before(key: str, renamed_options: Mapping[str, str]) -> Catalogue:
    """The fields as they were, in which the conditions of before make sense."""
    former = {new: old for old, new in renamed_options.items()}
    definitions = list(CustomField.objects.all())
    for one in definitions:
        if CUSTOM + one.key == key:
            one.options = [former.get(option, option) for option in one.options]
    return Catalogue(definitions, MemberType.objects.all())


def _rows(data: object) -> Iterator[dict[str, Any]]:
    """The conditions in a stored tree, at any depth."""
    if not isinstance(data, dict):
        return
    if "field" in data:
        yield data
    for item in data.get("items", []):
        yield from _rows(item)


def _renamed(value: Any, options: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(one, options) for one in value]
    return options.get(value, value) if isinstance(value, str) else value


def _reason(group: Group, key: str, fields: Catalogue, *, deleted: bool) -> str:
    """Why the group cannot be calculated now; blank when it can. The definition still exists while it is deleted."""
    field = fields.get(key)
    if deleted:
        name = field.label if field else key
        return f"Its conditions use the field “{name}”, which was deleted. Change the conditions and save."
    try:
        group.uses_today = uses_today(parse(group.conditions, fields))
    except InvalidConditions as error:
        return str(error)[:500]
    return ""
