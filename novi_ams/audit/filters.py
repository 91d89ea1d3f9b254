"""Narrowing the log by component, item, person and day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone

from novi_ams.audit.actor import CONSTANT_CONTACT, SYSTEM
from novi_ams.audit.models import AuditEntry, Component


def start_of(day: date) -> datetime:
    """Midnight in the active time zone; a range of moments can use the index, a cast to dates cannot."""
    return timezone.make_aware(datetime.combine(day, time.min))


def people() -> list[tuple[str, str]]:
    """Everybody who may have acted: the product's own actors, then the people by name."""
    own = [(actor.name, actor.name) for actor in (SYSTEM, CONSTANT_CONTACT)]
    users = get_user_model().objects.order_by("first_name", "last_name", "email")
    return [*((str(user.pk), str(user)) for user in users), *own]


def _named_select(name: str) -> forms.Select:
    """A select without a label beside it: its first option names it for those who see."""
    return forms.Select(attrs={"aria-label": name})


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(
        field_name="item_name", lookup_expr="icontains", label="Record, group or setting"
    )
    component = django_filters.ChoiceFilter(
        choices=Component.choices, empty_label="Component", widget=_named_select("Component")
    )
    person = django_filters.ChoiceFilter(
        choices=people, method="by_person", empty_label="Person", widget=_named_select("Person")
    )
    since = django_filters.DateFilter(method="from_day", label="From", widget=_date_input())
    until = django_filters.DateFilter(method="to_day", label="To", widget=_date_input())
    item = django_filters.CharFilter(field_name="item_id", label="Item", widget=forms.HiddenInput())

    class Meta:
        model = AuditEntry
        fields = ("q", "component", "person", "since", "until", "item")

    def by_person(self, entries: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        if value.isdigit():
            return entries.filter(actor_id=int(value))
        return entries.filter(actor__isnull=True, actor_name=value)

    def from_day(self, entries: QuerySet[AuditEntry], name: str, value: date) -> QuerySet[AuditEntry]:
        return entries.filter(at__gte=start_of(value))

    def to_day(self, entries: QuerySet[AuditEntry], name: str, value: date) -> QuerySet[AuditEntry]:
        return entries.filter(at__lt=start_of(value + timedelta(days=1)))

    @property
    def dates(self) -> str:
        """The chosen days in words, or blank."""
        chosen: dict[str, Any] = self.form.cleaned_data if self.form.is_valid() else {}
        since, until = chosen.get("since"), chosen.get("until")
        if since and until:
            return f"{since:%b} {since.day} – {until:%b} {until.day}"
        if since:
            return f"Since {since:%b} {since.day}"
        return f"Until {until:%b} {until.day}" if until else ""
