"""What a readable field can do; `members.fields` has all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Expression, F, IntegerField, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from members.field_types import Choice, ValueType, as_text
from members.models import AppliesTo, CustomField, Member

CUSTOM, PARENT = "custom.", "parent."


class FieldGroup(StrEnum):
    MEMBER = "Member fields"
    CUSTOM = "Custom fields"
    PARENT = "Parent fields"


@dataclass(frozen=True)
class Source:
    """Where a field's value stands: `read` from a record, `write` to one, and `sql`, which is given the
    path to the record (`""` or `"parent__"`).
    """

    read: Callable[[Member], Any]
    sql: Callable[[str], Expression | F]
    write: Callable[[Member, Any], None] | None = None
    column: str = ""
    needs_parent: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """A readable field. `key` is stable: `status`, `custom.certification_expires`, `parent.billing_city`."""

    key: str
    label: str
    group: FieldGroup
    type: ValueType
    source: Source
    path: str = ""
    applies_to: AppliesTo = AppliesTo.BOTH
    required: bool = False
    help_text: str = ""
    section: str = ""
    definition: CustomField | None = None
    filterable: bool = True
    importable: bool = True
    exportable: bool = True
    syncable: bool = True

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return self.type.choices

    @property
    def writable(self) -> bool:
        return self.source.write is not None

    @property
    def select_related(self) -> tuple[str, ...]:
        """What a queryset has to fetch along, so that `value_of` makes no query."""
        return ("parent",) if self.path or self.source.needs_parent else ()

    def suits(self, kind: str) -> bool:
        """Whether records of this kind have the field at all."""
        return self.applies_to == AppliesTo.BOTH or self.applies_to == kind

    def value_of(self, member: Member) -> Any:
        """The value, or None where it is blank (see `field_types` for the types)."""
        record = member.parent if self.path else member
        if record is None or not self.suits(record.kind):
            return None
        return self.source.read(record)

    def values_of(self, members: Iterable[Member]) -> list[Any]:
        """`value_of` of each, faster for many."""
        read, suits_all = self.source.read, self.applies_to == AppliesTo.BOTH
        records = [member.parent for member in members] if self.path else members
        return [
            read(record) if record is not None and (suits_all or self.suits(record.kind)) else None
            for record in records
        ]

    def text_of(self, member: Member) -> str:
        """The value on screens, in the audit log and in exports."""
        return self.type.text(self.value_of(member))

    def wire_of(self, member: Member) -> str:
        """The value in Constant Contact."""
        return self.type.wire(self.value_of(member))

    def set(self, member: Member, value: Any) -> None:
        """Put a parsed value into the record (not saved)."""
        if self.source.write is None:
            raise TypeError(f"{self.key} cannot be written.")
        self.source.write(member, value)

    def folded_expression(self) -> Expression:
        """SQL: the casefolded text, NULL where blank. Text types only."""
        return as_text(KeyTextTransform(self.key.removeprefix(PARENT), f"{self.path}folded"))

    def value_expression(self) -> Expression | F:
        """SQL: the value, NULL where blank. Compare it with `comparable` values."""
        return self.source.sql(self.path)

    def expression(self) -> Expression | F:
        """What conditions compare: the folded text of a text field, the value of any other."""
        return self.folded_expression() if self.type.is_text else self.value_expression()

    def comparable(self, value: Any) -> Any:
        """A parsed value as `expression` compares with it."""
        return self.type.comparable(value)

    def sort_expression(self) -> Expression | F:
        """SQL: what a list is sorted by; choices stand in their own order, not the alphabet's."""
        if not isinstance(self.type, Choice):
            return self.expression()
        places = (
            When(Exact(self.value_expression(), self.comparable(code)), then=Value(place))
            for place, (code, _) in enumerate(self.choices)
        )
        return Case(*places, output_field=IntegerField())


def is_true(condition: Q) -> Expression:
    """SQL: whether the condition holds; what is unknown does not."""
    return Case(When(condition, then=Value(True)), default=Value(False))
