"""What the components page shows: made-up people, groups and settings."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from novi_ams.association.looks import Look
from novi_ams.association.parts import Chip, MenuItem
from novi_ams.association.slots import Tab
from novi_ams.association.widgets import Segmented, Toggle

LOOKS = list(Look)
SYNC = LOOKS[: LOOKS.index(Look.CURRENT)]
MEMBER = LOOKS[LOOKS.index(Look.CURRENT) :]
PEOPLE = [
    ("Dana Whitlock", "Buckeye Paving Co.", "dana@buckeyepaving.example.org", Look.CURRENT, 3),
    ("Ray Kowalski", "Scioto Bridge Works", "rkowalski@sciotobridge.example.org", Look.INHERITING, 12),
    ("Priya Raman", "Miami Valley Electric", "priya.raman@mvelectric.example.org", Look.GRACE, 0),
]


class ExampleForm(forms.Form):
    name = forms.CharField(
        label="Group name", help_text="The list takes this name when the sync is turned on."
    )
    expiry = forms.DateField(
        label="Certification Expiry",
        error_messages={"invalid": "13/40/2027 is not a date. Use MM/DD/YYYY."},
    )
    kind = forms.ChoiceField(
        label="Member type", choices=[("large", "Contractor, large"), ("mid", "Contractor, mid")]
    )
    sync = forms.BooleanField(
        label="Sync to Constant Contact", required=False, widget=Toggle(), help_text="Takes effect on Save."
    )
    match = forms.ChoiceField(label="Match", choices=[("all", "all"), ("any", "any")], widget=Segmented())
    shown = forms.MultipleChoiceField(
        label="Shown",
        choices=[("active", "Active"), ("approved", "Approved")],
        widget=forms.CheckboxSelectMultiple(),
        required=False,
    )


class ExampleTable(tables.Table):  # type: ignore[misc]
    select = tables.Column(empty_values=(), orderable=False, verbose_name="")
    name = tables.Column()
    email = tables.Column(verbose_name="Professional email")
    look = tables.Column(verbose_name="Status")
    groups = tables.Column(verbose_name="Groups")

    class Meta:
        attrs = {"class": "table"}
        order_by = "name"
        row_attrs = {"class": lambda record: "is-selected" if record["name"].startswith("Dana") else ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        classes = {"select": "select", "name": "name", "email": "wide-only", "look": "aside", "groups": "num"}
        for name, css_class in classes.items():
            self.columns[name].column.attrs = {"td": {"class": css_class}, "th": {"class": css_class}}

    def render_select(self, record: dict[str, Any]) -> SafeString:
        return format_html(
            '<input type="checkbox" name="id" aria-label="Select {}"{}>',
            record["name"],
            " checked" if record["name"].startswith("Dana") else "",
        )

    def render_name(self, record: dict[str, Any]) -> SafeString:
        return format_html(
            '<span class="cell-person">{}<span><a class="cell-name" href="#">{}</a>'
            '<span class="cell-second">{}</span></span></span>',
            render_to_string("components/avatar.html", {"name": record["name"]}),
            record["name"],
            record["company"],
        )

    def render_look(self, value: Look) -> str:
        return render_to_string("components/badge.html", {"status": value.value})


def table(request: HttpRequest) -> ExampleTable:
    keys = ("name", "company", "email", "look", "groups")
    made = ExampleTable([dict(zip(keys, person, strict=True)) for person in PEOPLE], request=request)
    made.paginate(per_page=2)
    return made


def everything(request: HttpRequest) -> dict[str, Any]:
    wrong = {"name": "Current members", "expiry": "13/40/2027", "kind": "large", "sync": "on", "match": "all"}
    return {
        "sync_looks": [look.value for look in SYNC],
        "member_looks": [look.value for look in MEMBER],
        "deleted": Look.LIST_DELETED.value,
        "form": ExampleForm(wrong),
        "table": table(request),
        "tabs": [Tab("Details", "#", "details"), Tab("Members", "#", "members", 1204)],
        "chips": [
            Chip("All", "?", 10, chosen=True),
            Chip("Synced", "?", 4, icon="filled-check", tone="good"),
            Chip("Status: Current", "?", chosen=True, removes=True),
        ],
        "menu": [
            MenuItem("Edit", "#", "pencil"),
            MenuItem("Copy Group", "#", "copy"),
            MenuItem("Pause sync", "?", "paused", post=True),
            MenuItem("Delete…", "?dialog=1", "trash-2", danger=True, dialog=True),
        ],
        "changes": [
            {"field": "Job title", "before": "Director", "after": "Vice President"},
            {"field": "Training", "before": "OSHA 30; Silica", "after": "OSHA 30; Traffic control; Silica"},
        ],
        "steps": [
            ("Say who is in it", "Choose conditions, or pick the records one by one."),
            ("Look before you save", "You see how many records match, and some of them."),
            ("Turn the sync on", "A Constant Contact list follows the group from then on."),
        ],
    }
