"""THE catalogue of readable fields: system, custom and parent fields. Conditions, sync fields, lists, import
and export all read it.

System fields are listed in `members.system_fields`; custom fields come from their definitions, parent fields
from the system fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db.models import Expression, Q
from django.db.models.fields.json import KeyTextTransform

from members.field import CUSTOM, PARENT, Field, FieldGroup, Source, is_true
from members.field_types import Checkbox, ValueType, custom_type
from members.folding import fold
from members.models import AppliesTo, CustomField, Member, MemberType
from members.system_fields import LOGIN, system_fields

__all__ = ["CUSTOM", "PARENT", "Catalogue", "Field", "FieldGroup", "catalogue", "custom_field"]


def _custom(key: str, type_: ValueType) -> Source:
    def read(member: Member) -> Any:
        return type_.from_json(member.custom[key]) if key in member.custom else type_.blank

    def write(member: Member, value: Any) -> None:
        if value == type_.blank:
            member.custom.pop(key, None)
        else:
            member.custom[key] = type_.to_json(value)

    def sql(path: str) -> Expression:
        if isinstance(type_, Checkbox):
            return is_true(Q(**{f"{path}custom__has_key": key}))
        return type_.typed(KeyTextTransform(key, f"{path}custom"))

    return Source(read, sql, write, "custom")


def custom_field(definition: CustomField) -> Field:
    """The catalogue's field for a definition."""
    type_ = custom_type(definition.type, definition.options)
    return Field(
        key=CUSTOM + definition.key,
        label=definition.label,
        group=FieldGroup.CUSTOM,
        type=type_,
        source=_custom(definition.key, type_),
        applies_to=AppliesTo(definition.applies_to),
        required=definition.required,
        help_text=definition.help_text,
        section=definition.section,
        definition=definition,
    )


def _parent_fields(fields: Iterable[Field]) -> Iterator[Field]:
    """Every system field of the parent but its own company, which would be a grandparent."""
    for field in fields:
        if field.key != "company":
            yield replace(
                field,
                key=PARENT + field.key,
                label=f"Parent {field.label}",
                group=FieldGroup.PARENT,
                source=replace(field.source, write=None),
                path="parent__",
                required=False,
                importable=False,
                syncable=field.key not in LOGIN,
            )


@lru_cache(maxsize=8)
def _built_in(member_types: tuple[tuple[int, str], ...]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """System fields and parent fields; they change with the member types alone, and every page asks for them."""
    system = tuple(system_fields(member_types))
    return system, tuple(_parent_fields(system))


class Catalogue:
    """All fields, as they were when it was loaded. Load it once a request or task and pass it on."""

    def __init__(self, definitions: Iterable[CustomField], member_types: Iterable[MemberType]) -> None:
        self.system, self.parent = _built_in(tuple((one.pk, one.name) for one in member_types))
        self.custom = tuple(custom_field(definition) for definition in definitions)
        self.fields = self.system + self.custom + self.parent
        self.own_text_fields = tuple(
            field for field in self.system + self.custom if field.type.is_text and field.key != "company"
        )
        self.required_keys = frozenset(field.key for field in self.fields if field.required)
        self._by_key = {field.key: field for field in self.fields}

    def get(self, key: str) -> Field | None:
        """The field, or None when there is none of that key (any more)."""
        return self._by_key.get(key)

    def __getitem__(self, key: str) -> Field:
        return self._by_key[key]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    @property
    def filterable(self) -> list[Field]:
        return [field for field in self.fields if field.filterable]

    @property
    def importable(self) -> list[Field]:
        return [field for field in self.fields if field.importable]

    @property
    def exportable(self) -> list[Field]:
        return [field for field in self.fields if field.exportable]

    @property
    def syncable(self) -> list[Field]:
        return [field for field in self.fields if field.syncable]

    def groups(self, fields: Iterable[Field] | None = None) -> list[tuple[FieldGroup, list[Field]]]:
        """`fields` (all of them by default) under the headings of a picker; empty headings left out."""
        chosen = list(self.fields if fields is None else fields)
        under = ((group, [field for field in chosen if field.group == group]) for group in FieldGroup)
        return [(group, members) for group, members in under if members]

    def search(self, text: str) -> list[Field]:
        """Fields whose label holds every word of `text`, without regard to case."""
        words = fold(text).split()
        return [field for field in self.fields if all(word in fold(field.label) for word in words)]

    def select_related(self, keys: Iterable[str]) -> list[str]:
        """What a queryset has to fetch along to read these fields without further queries."""
        known = (self.get(key) for key in keys)
        return sorted({path for field in known if field for path in field.select_related})


def catalogue() -> Catalogue:
    """Load the catalogue: one query for the custom fields, one for the member types."""
    return Catalogue(CustomField.objects.all(), MemberType.objects.all())
