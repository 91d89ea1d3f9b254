"""Narrowing the members list. A filter is a parameter of the address, so a filtered list can be kept and sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from members.field_types import Checkbox, Date, Number, Option, Options, ValueType
from members.fields import Catalogue, Field
from members.folding import fold
from members.models import Kind, Member, MemberQuerySet, Status
from novi_ams.association.parts import Chip

YES_NO = (("yes", "Yes"), ("no", "No"))
NO_TYPE = "none"
Narrow = Callable[[MemberQuerySet, str, Any], MemberQuerySet]
"""What a filter does with records, its own name (unused) and the value asked for."""


class FirstFocused(forms.CheckboxSelectMultiple):
    """Its first box has the focus when what holds it is opened."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        if option["index"] == "0":
            option["attrs"]["autofocus"] = True
        return option


class MemberFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Without a word about it only active records are found."""

    q = django_filters.CharFilter(method="by_words", label="Name, email, phone or address")
    status = django_filters.MultipleChoiceFilter(
        choices=Status.choices,
        label="Status",
        widget=FirstFocused(),
        distinct=False,
    )
    member_type = django_filters.MultipleChoiceFilter(
        method="by_type", label="Type", widget=forms.CheckboxSelectMultiple()
    )
    kind = django_filters.ChoiceFilter(
        choices=Kind.choices, label="Record", empty_label="Companies and people"
    )
    active = django_filters.ChoiceFilter(
        choices=(("no", "Inactive only"), ("all", "Active and inactive")),
        method="as_they_are",
        label="Active",
        empty_label="Active only",
    )
    approved = django_filters.ChoiceFilter(
        choices=YES_NO, method="by_flag", label="Approved", empty_label="Any"
    )
    do_not_send = django_filters.ChoiceFilter(
        choices=YES_NO, method="by_flag", label="Do Not Send", empty_label="Any"
    )

    class Meta:
        model = Member
        fields = ("q", "status", "member_type", "kind", "active", "approved", "do_not_send")

    def __init__(self, data: QueryDict, queryset: MemberQuerySet, *, fields: Catalogue) -> None:
        super().__init__(data, queryset)
        types = [*fields["member_type"].choices, (NO_TYPE, "No type")]
        self.filters["member_type"].extra["choices"] = types
        for custom in fields.custom:
            for name, one in filters_of(custom):
                one.parent, one.model, one.field_name = self, Member, name
                self.filters[name] = one

    def filter_queryset(self, queryset: MemberQuerySet) -> MemberQuerySet:
        found: MemberQuerySet = super().filter_queryset(queryset)
        wanted = self.form.cleaned_data.get("active")
        return found if wanted == "all" else found.filter(active=wanted != "no")

    def as_they_are(self, members: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return members

    def by_words(self, members: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return members.search(value)

    def by_type(self, members: MemberQuerySet, name: str, value: list[str]) -> MemberQuerySet:
        types = Q(member_type__in=[one for one in value if one != NO_TYPE])
        return members.filter(types | Q(member_type=None) if NO_TYPE in value else types)

    def by_flag(self, members: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return members.filter(**{name: value == "yes"})

    @property
    def menu(self) -> SafeString:
        """The fields of the filter menu, with what is chosen in them."""
        return _drawn(tuple(MenuField.of(bound) for bound in self.form if bound.name != "q"))

    @cached_property
    def chips(self) -> list[Chip]:
        """One for each filter in force; its address is the list without it."""
        return [
            Chip(f"{self.filters[name].label}: {words}", self._without(name), chosen=True, removes=True)
            for name, words in self._in_force()
        ]

    @property
    def finds_active_only(self) -> bool:
        return not self.data.get("active")

    def _in_force(self) -> Iterator[tuple[str, str]]:
        self.form.is_valid()
        for name, value in self.form.cleaned_data.items():
            if name != "q" and value not in (None, "", []):
                yield name, self._words(name, value)

    def _words(self, name: str, value: Any) -> str:
        choices = dict(getattr(self.form.fields[name], "choices", ()))
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(choices.get(one, one)) for one in values)

    def _without(self, name: str) -> str:
        query = self.data.copy()
        for gone in (name, "page"):
            query.pop(gone, None)
        return f"?{query.urlencode()}"


@dataclass(frozen=True)
class Unfiltered:
    """The filter where nothing is asked, as on most visits: the real one takes half as long as all queries."""

    data: QueryDict
    fields: Catalogue
    chips: tuple[Chip, ...] = ()
    finds_active_only: bool = True

    @property
    def qs(self) -> MemberQuerySet:
        return Member.objects.filter(active=True)

    @property
    def menu(self) -> SafeString:
        return _blank_menu(BlankMenu.of(self.fields))


@dataclass(frozen=True)
class BlankMenu:
    """What the menu shows when nothing is chosen; two that look the same are equal."""

    types: tuple[tuple[str, str], ...]
    custom: tuple[tuple[str, str, type[ValueType], tuple[tuple[str, str], ...]], ...]
    fields: Catalogue = field(compare=False)

    @classmethod
    def of(cls, fields: Catalogue) -> BlankMenu:
        custom = tuple((one.key, one.label, type(one.type), one.choices) for one in fields.custom)
        return cls(fields["member_type"].choices, custom, fields)


@lru_cache(maxsize=4)
def _blank_menu(blank: BlankMenu) -> SafeString:
    return MemberFilter(QueryDict(), Member.objects.none(), fields=blank.fields).menu


@dataclass(frozen=True)
class MenuField:
    """A field of the filter menu; two that look the same are equal."""

    name: str
    label: str
    widget: str
    choices: tuple[tuple[str, str], ...]
    said: tuple[str, ...]
    bound: forms.BoundField = field(compare=False)

    @classmethod
    def of(cls, bound: forms.BoundField) -> MenuField:
        choices = tuple((str(value), str(words)) for value, words in getattr(bound.field, "choices", ()))
        said = bound.value()
        values = tuple(said) if isinstance(said, list) else (str(said or ""),)
        return cls(bound.name, str(bound.label), bound.widget_type, choices, values, bound)


@lru_cache(maxsize=32)
def _drawn(fields: tuple[MenuField, ...]) -> SafeString:
    """Most pages ask for the same menu: to draw it anew takes longer than all their queries."""
    return render_to_string("members/filter_menu.html", {"fields": [one.bound for one in fields]})


class TypedFilter(django_filters.Filter):  # type: ignore[misc]
    """Asks for one value of a field's type."""

    def __init__(self, value_type: ValueType, **options: Any) -> None:
        super().__init__(**options)
        self.field_class = value_type.form_field


def filters_of(field: Field) -> Iterator[tuple[str, django_filters.Filter]]:
    """(parameter, filter) of a custom field, by its type: `custom.division`, `custom.hired.from`…"""
    match field.type:
        case Option():
            yield field.key, _choosing(field)
        case Checkbox():
            yield field.key, _ticked(field)
        case Date():
            yield f"{field.key}.from", _comparing(field, "gte", "from")
            yield f"{field.key}.until", _comparing(field, "lte", "until")
        case Number():
            yield f"{field.key}.min", _comparing(field, "gte", "at least")
            yield f"{field.key}.max", _comparing(field, "lte", "at most")
        case _:
            yield field.key, _containing(field)


def _narrowing(field: Field, condition: Callable[[str, Any], Q]) -> Narrow:
    """`condition` is given the name of the field's comparable value in the query, and the value asked for."""
    alias = f"asked_{field.key.rpartition('.')[2]}"

    def narrow(members: MemberQuerySet, name: str, value: Any) -> MemberQuerySet:
        return members.alias(**{alias: field.expression()}).filter(condition(alias, value))

    return narrow


def _comparing(field: Field, lookup: str, words: str) -> TypedFilter:
    narrow = _narrowing(field, lambda alias, value: Q(**{f"{alias}__{lookup}": value}))
    return TypedFilter(field.type, method=narrow, label=f"{field.label} {words}")


def _containing(field: Field) -> django_filters.Filter:
    narrow = _narrowing(field, lambda alias, value: Q(**{f"{alias}__contains": fold(value)}))
    return django_filters.CharFilter(method=narrow, label=field.label)


def _ticked(field: Field) -> django_filters.Filter:
    narrow = _narrowing(field, lambda alias, value: Q(**{alias: value == "yes"}))
    return django_filters.ChoiceFilter(method=narrow, label=field.label, choices=YES_NO, empty_label="Any")


def _choosing(field: Field) -> django_filters.Filter:
    many = isinstance(field.type, Options)

    def any_of(alias: str, chosen: list[str]) -> Q:
        wanted = Q()
        for option in chosen:
            folded = field.type.fold((option,) if many else option)
            wanted |= Q(**{f"{alias}__contains" if many else alias: folded})
        return wanted

    return django_filters.MultipleChoiceFilter(
        method=_narrowing(field, any_of),
        label=field.label,
        choices=field.choices,
        widget=forms.CheckboxSelectMultiple(),
    )


def telling(data: QueryDict) -> QueryDict:
    """The parameters that say something: a form also sends every box that was left blank."""
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        if said := [value for value in values if value.strip()]:
            kept.setlist(name, said)
    return kept
