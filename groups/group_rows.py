"""A row of the groups list: drawn once with gaps, filled for each group. To have the template write every row and menu
takes as long as all the queries of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from groups.models import CalculationState, Group
from novi_ams.association.parts import MenuItem
from novi_ams.association.templatetags.novi import number

CELL = '<td class="{}" data-label="{}">{}</td>'
"""Of a column that a room above fills."""
GAPS = ("key", "url", "name", "description", "second", "members", "beneficiaries", "cells", "menu")


def group_row(
    group: Group,
    *,
    words: str,
    cells: Sequence[tuple[str, str, str | SafeString]],
    menu: Sequence[MenuItem],
    csrf_token: str,
) -> SafeString:
    """`words` say who is in it; `cells` are (CSS class, header, content)."""
    people = reverse("group_members", args=[group.pk])
    has_failed = group.state == CalculationState.FAILED
    return format_html(
        row_with_gaps(),
        key=group.pk,
        url=reverse("group", args=[group.pk]),
        name=group.name,
        description=group.description,
        second=format_html(second_with_gap(group.state), words=group.error if has_failed else words),
        members=number(group.member_count, f"{people}?show=members"),
        beneficiaries=number(group.beneficiary_count or None, f"{people}?show=beneficiaries"),
        cells=format_html_join("", CELL, cells),
        menu=format_html(
            menu_with_gaps(*(replace(item, url="") for item in menu)),
            *(item.url for item in menu),
            key=group.pk,
            name=group.name,
            csrf_token=csrf_token,
        ),
    )


@cache
def row_with_gaps() -> str:
    return render_to_string("groups/row.html", {gap: f"{{{gap}}}" for gap in GAPS})


@cache
def second_with_gap(state: str) -> str:
    return render_to_string("groups/row_second.html", {"state": state, "words": "{words}"})


@cache
def menu_with_gaps(*items: MenuItem) -> str:
    """The gaps of the addresses are numbers: `{0}` is the first item's."""
    addressed = [replace(item, url=f"{{{place}}}") for place, item in enumerate(items)]
    gaps = {"id": "menu-{key}", "label": "Actions for {name}", "csrf_token": "{csrf_token}"}
    return render_to_string("components/menu.html", {**gaps, "items": addressed, "bare": True})
