"""The types that a field can have. A type is one class with everything about it; adding one touches this file
and `models.FieldType`.

Values in Python: text `str`, number `int | float`, date `date`, checkbox `bool`, option `str`, options
`tuple[str, ...]`, choice `str` (its code). Nothing is `None` for every type but the checkbox, where it is
False.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import DateField, Expression, FloatField, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from members.folding import fold
from members.models import FieldType

Choices = tuple[tuple[str, str], ...]
SEPARATOR = ";"


def as_text(stored: KeyTextTransform) -> Expression:
    """SQL: text out of a JSON column that compares as text; by itself it would compare as JSON."""
    return Cast(stored, TextField())


class UnreadableValueError(ValueError):
    """A value that is not one of the field's type; `str()` is a sentence for people."""


@dataclass(frozen=True)
class ValueType(ABC):
    """How values of one type are read, stored, shown, sent and asked for. `name` decides the operators."""

    name: ClassVar[FieldType]
    blank: ClassVar[Any] = None
    is_text: ClassVar[bool] = False
    """Compared through `Member.folded`."""

    @abstractmethod
    def parse(self, raw: Any) -> Any:
        """The value for what a person typed, a file held or code passed; `blank` for nothing.

        Raises UnreadableValueError. Parsing a parsed value changes nothing.
        """

    def text(self, value: Any) -> str:
        """The value on screens, in the audit log and in exports; `parse` reads it back."""
        return "" if value is None else str(value)

    def wire(self, value: Any) -> str:
        """The value in Constant Contact."""
        return self.text(value)

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, stored: Any) -> Any:
        return stored

    def fold(self, value: Any) -> str:
        """What text conditions compare with."""
        return fold(self.text(value))

    def comparable(self, value: Any) -> Any:
        """A value as SQL and conditions compare it."""
        return self.fold(value) if self.is_text and value is not None else value

    def typed(self, stored: KeyTextTransform) -> Expression:
        """SQL: the stored text of a custom value, as something that compares by value."""
        return as_text(stored)

    @property
    def choices(self) -> Choices:
        return ()

    def widget(self) -> forms.Widget:
        return forms.TextInput()

    def for_input(self, value: Any) -> Any:
        """The value as the widget wants it."""
        return self.text(value)

    def form_field(self, **options: Any) -> TypedField:
        """A form field of this type; `options` are Django's (label, required, help_text, widget…)."""
        return TypedField(self, **options)


class TypedField(forms.Field):
    """A form field that reads and shows through a ValueType."""

    def __init__(self, value_type: ValueType, **options: Any) -> None:
        self.value_type = value_type
        super().__init__(**{"widget": value_type.widget(), **options})

    def to_python(self, value: Any) -> Any:
        try:
            return self.value_type.parse(value)
        except UnreadableValueError as error:
            raise ValidationError(str(error), code="unreadable") from error

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else self.value_type.for_input(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.value_type.parse(initial) != self.value_type.parse(data))
        except UnreadableValueError:
            return True


@dataclass(frozen=True)
class Text(ValueType):
    name = FieldType.TEXT
    is_text = True
    max_length: int = 255

    def parse(self, raw: Any) -> str | None:
        text = self.tidy("" if raw is None else self.text(raw))
        if len(text) > self.max_length:
            raise UnreadableValueError(f"Use at most {self.max_length:,} characters; this has {len(text):,}.")
        return text or None

    def tidy(self, text: str) -> str:
        # PostgreSQL refuses the character NUL.
        return " ".join(text.replace("\x00", "").splitlines()).strip()

    def widget(self) -> forms.Widget:
        return forms.TextInput(attrs={"maxlength": self.max_length})


@dataclass(frozen=True)
class LongText(Text):
    name = FieldType.LONG_TEXT
    max_length: int = 10_000

    def tidy(self, text: str) -> str:
        return "\n".join(text.replace("\x00", "").splitlines()).strip()

    def widget(self) -> forms.Widget:
        return forms.Textarea(attrs={"rows": 4, "maxlength": self.max_length})


@dataclass(frozen=True)
class Email(Text):
    """Any text: a bad address is kept and reported, not refused (`members.addresses` says what is wrong)."""

    max_length: int = 254

    def widget(self) -> forms.Widget:
        return forms.EmailInput(attrs={"maxlength": self.max_length})


@dataclass(frozen=True)
class Number(ValueType):
    """At most 15 digits: what a double, and so JSON on both databases, holds without loss."""

    name = FieldType.NUMBER
    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"([+-]?)\$?(\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
    )

    def parse(self, raw: Any) -> int | float | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        number = self._decimal(raw)
        digits, exponent = number.normalize().as_tuple().digits, number.adjusted()
        if len(digits) > 15 or not -15 <= exponent < 15:
            raise UnreadableValueError("Use at most 15 digits.")
        return int(number) if number == number.to_integral_value() else float(number)

    def _decimal(self, raw: Any) -> Decimal:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            raw = f"{raw:.15g}" if isinstance(raw, float) else raw
            return self._finite(raw)
        match = self.pattern.fullmatch(str(raw).strip().replace("−", "-"))
        if not match or isinstance(raw, bool):
            raise UnreadableValueError(f"“{raw}” is not a number. Write it like 1200 or 12.5.")
        return self._finite(match[1] + match[2].replace(",", ""))

    def _finite(self, raw: int | str) -> Decimal:
        try:
            number = Decimal(raw)
        except InvalidOperation as error:
            raise UnreadableValueError(f"“{raw}” is not a number.") from error
        if not number.is_finite():
            raise UnreadableValueError(f"“{raw}” is not a number.")
        return number

    def text(self, value: Any) -> str:
        return "" if value is None else format(Decimal(repr(value)), "f")

    def typed(self, stored: KeyTextTransform) -> Expression:
        return Cast(stored, FloatField())

    def widget(self) -> forms.Widget:
        return forms.TextInput(attrs={"inputmode": "decimal"})


@dataclass(frozen=True)
class Date(ValueType):
    """ISO on screens, MM/DD/YYYY in Constant Contact; reads both, and what spreadsheets make of them."""

    name = FieldType.DATE
    formats: ClassVar[tuple[str, ...]] = (
        "%Y-%m-%d",
        "%m/%d/%Y",
        "%m/%d/%y",
        "%m-%d-%Y",
        "%Y/%m/%d",
        "%b %d, %Y",
        "%B %d, %Y",
        "%b %d %Y",
        "%B %d %Y",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d %b %Y",
        "%d %B %Y",
    )
    time_of_day: ClassVar[re.Pattern[str]] = re.compile(
        r"[T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?[AP]M|Z|[+-]\d\d:?\d\d)?$", re.IGNORECASE
    )

    def parse(self, raw: Any) -> date | None:
        if isinstance(raw, date):
            return self._plausible(raw.date() if isinstance(raw, datetime) else raw)
        text = self.time_of_day.sub("", str(raw or "").strip())
        if not text:
            return None
        for form in self.formats:
            try:
                return self._plausible(datetime.strptime(text, form).date())  # noqa: DTZ007
            except UnreadableValueError:
                raise
            except ValueError:
                continue
        raise UnreadableValueError(f"“{text}” is not a date. Write it like 2026-01-31 or 1/31/2026.")

    def _plausible(self, day: date) -> date:
        if not 1800 <= day.year < 2200:
            raise UnreadableValueError(f"The year {day.year} cannot be right. Write it with four digits.")
        return day

    def text(self, value: date | None) -> str:
        return value.isoformat() if value else ""

    def wire(self, value: date | None) -> str:
        return value.strftime("%m/%d/%Y") if value else ""

    def to_json(self, value: date) -> str:
        return value.isoformat()

    def from_json(self, stored: str) -> date:
        return date.fromisoformat(stored)

    def typed(self, stored: KeyTextTransform) -> Expression:
        return Cast(stored, DateField())

    def widget(self) -> forms.Widget:
        return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


@dataclass(frozen=True)
class Checkbox(ValueType):
    """Yes or No, and never unset: a box that nobody ticked is a No."""

    name = FieldType.CHECKBOX
    blank = False
    words: ClassVar[Mapping[str, bool]] = {
        **dict.fromkeys(("yes", "y", "true", "t", "1", "on", "x", "checked"), True),
        **dict.fromkeys(("", "no", "n", "false", "f", "0", "off"), False),
    }

    def parse(self, raw: Any) -> bool:
        word = "" if raw is None else str(raw).strip().casefold()
        if word not in self.words:
            raise UnreadableValueError(f"“{raw}” is neither Yes nor No.")
        return self.words[word]

    def text(self, value: bool | None) -> str:
        return "" if value is None else "Yes" if value else "No"

    @property
    def choices(self) -> Choices:
        return (("yes", "Yes"), ("no", "No"))

    def widget(self) -> forms.Widget:
        return forms.CheckboxInput()

    def for_input(self, value: bool | None) -> bool:
        return bool(value)


@dataclass(frozen=True)
class Option(ValueType):
    """One of the options of a custom field."""

    name = FieldType.OPTION
    is_text = True
    options: tuple[str, ...] = ()

    def parse(self, raw: Any) -> str | None:
        text = str(raw or "").strip()
        return self.match(text) if text else None

    def match(self, text: str) -> str:
        """The option that `text` names, without regard to case."""
        for option in self.options:
            if fold(option) == fold(text):
                return option
        raise UnreadableValueError(f"“{text}” is not one of the options: {listed(self.options)}.")

    @property
    def choices(self) -> Choices:
        return tuple((option, option) for option in self.options)

    def widget(self) -> forms.Widget:
        return forms.Select(choices=(("", ""), *self.choices))


@dataclass(frozen=True)
class Options(Option):
    """Any number of the options, in the order of the definition; stored `;a;b;`, so that SQL can ask."""

    name = FieldType.OPTIONS

    def parse(self, raw: Any) -> tuple[str, ...] | None:  # type: ignore[override]
        parts: Iterable[str] = raw.split(SEPARATOR) if isinstance(raw, str) else (raw or ())
        return self.in_order(self.match(part.strip()) for part in parts if part.strip())

    def in_order(self, chosen: Iterable[str]) -> tuple[str, ...] | None:
        place = {option: number for number, option in enumerate(self.options)}
        unique = dict.fromkeys(chosen)
        return tuple(sorted(unique, key=lambda option: place.get(option, len(place)))) or None

    def text(self, value: tuple[str, ...] | None) -> str:
        return f"{SEPARATOR} ".join(value or ())

    def fold(self, value: tuple[str, ...]) -> str:
        return fold(self.to_json(value))

    def to_json(self, value: tuple[str, ...]) -> str:
        return SEPARATOR + SEPARATOR.join(value) + SEPARATOR

    def from_json(self, stored: str) -> tuple[str, ...] | None:
        return self.in_order(part for part in stored.split(SEPARATOR) if part)

    def widget(self) -> forms.Widget:
        return forms.CheckboxSelectMultiple(choices=self.choices)

    def for_input(self, value: tuple[str, ...] | None) -> list[str]:
        return list(value or ())


@dataclass(frozen=True)
class Choice(ValueType):
    """One of the product's own lists (status, member type…). The value is the code, the text its label."""

    name = FieldType.OPTION
    pairs: Choices = ()
    numbered: bool = False
    """The codes are the numbers of rows."""

    def parse(self, raw: Any) -> str | None:
        text = str("" if raw is None else raw).strip()
        if not text:
            return None
        for code, label in self.pairs:
            if fold(text) in (fold(code), fold(label)):
                return code
        labels = [label for _, label in self.pairs]
        raise UnreadableValueError(f"“{text}” is not one of {listed(labels)}.")

    def text(self, value: str | None) -> str:
        return "" if value is None else dict(self.pairs).get(str(value), str(value))

    def comparable(self, value: str | None) -> str | int | None:
        return int(value) if self.numbered and value is not None else value

    @property
    def choices(self) -> Choices:
        return self.pairs

    def widget(self) -> forms.Widget:
        return forms.Select(choices=(("", ""), *self.pairs))

    def for_input(self, value: str | None) -> str:
        return value or ""


def listed(words: Iterable[str], *, at_most: int = 12) -> str:
    """`a, b, c` for a sentence; long lists end in how many more there are."""
    every = list(words)
    more = f" and {len(every) - at_most:,} more" if len(every) > at_most else ""
    return ", ".join(every[:at_most]) + more


CUSTOM_TYPES: Mapping[str, type[ValueType]] = {
    type_.name: type_ for type_ in (Text, LongText, Number, Date, Checkbox, Option, Options)
}


def custom_type(name: str, options: Iterable[str]) -> ValueType:
    """The type of a custom field, by its `FieldType` and its options."""
    type_ = CUSTOM_TYPES[name]
    return type_(options=tuple(options)) if issubclass(type_, Option) else type_()
