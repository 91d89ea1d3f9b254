"""The groups list."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from groups import slots
from groups.filters import GroupsShown, filters
from groups.models import Basis, CalculationState, Group, GroupRecord
from groups.tables import GroupTable, ordered, page_of
from groups.views.frame import deletion, menu_item
from groups.wording import one_line
from members.fields import catalogue
from novi_ams.association.parts import MenuItem
from novi_ams.association.requests import HtmxRequest

STEPS = [
    ("Say who is in it", "Choose conditions, or pick the records one by one."),
    ("Look before you save", "You see how many records match, and some of them."),
    ("Turn the sync on", "A mailing list follows the group from then on."),
]


@require_safe
@permission_required("groups.view_group", raise_exception=True)
def groups(request: HtmxRequest) -> HttpResponse:
    """The filtered page; for htmx, which looks again while something is calculated, chips and rows alone."""
    shown = GroupsShown(request.GET, filters())
    context = {"shown": shown, **_table(request, shown)}
    if request.htmx:
        return render(request, "groups/found.html", context)
    if not (context["page"].paginator.count or request.GET):
        return render(request, "groups/empty.html", {"steps": STEPS})
    return render(request, "groups/list.html", context | {"summary": summary(context["chips"][0].count)})


def _table(request: HttpRequest, shown: GroupsShown) -> dict[str, Any]:
    rows, sort = ordered(shown.groups(), request.GET.get("sort", ""), GroupTable.orders, "name")
    page = page_of(rows, request.GET.get("page"))
    found: list[Group] = list(page.object_list)
    columns = slots.list_columns.collect(found)
    table = GroupTable(
        page,
        sort=sort,
        request=request,
        columns=columns,
        words=_words(found),
        menus=_menus(request, found),
    )
    is_busy = any(column.is_busy for column in columns) or any(
        group.state == CalculationState.WAITING for group in found
    )
    return {"table": table, "page": page, "chips": shown.chips(), "is_busy": is_busy}


def _words(groups: list[Group]) -> dict[int, str]:
    by_hand = [group.pk for group in groups if group.basis == Basis.RECORDS]
    rows = (
        GroupRecord.objects.filter(group__in=by_hand).order_by().values_list("group").annotate(n=Count("pk"))
    )
    picked: dict[int, int] = dict(rows)
    fields = catalogue()
    return {group.pk: one_line(group, fields, picked=picked.get(group.pk, 0)) for group in groups}


def _menus(request: HttpRequest, groups: list[Group]) -> dict[int, list[MenuItem]]:
    offered = slots.row_actions.collect(request, groups)
    menus = {}
    for group in groups:
        more = [action for found in offered for action in found.get(group.pk, ())]
        menus[group.pk] = [*_own(request, group), *map(menu_item, more), *deletion(request, group)]
    return menus


def _own(request: HttpRequest, group: Group) -> list[MenuItem]:
    if not request.user.has_perm("groups.change_group"):
        return [MenuItem("Open", reverse("group", args=[group.pk]), "arrow-right")]
    return [
        MenuItem("Edit", reverse("group", args=[group.pk]), "pencil"),
        MenuItem("Copy Group", reverse("group_copy", args=[group.pk]), "copy", post=True),
    ]


def summary(count: int | None) -> str:
    """“9 of 10 groups sync.” from the rooms above, or else what a group is."""
    said = " ".join(slots.list_summaries.collect())
    return said or f"{count:,} {'group keeps itself' if count == 1 else 'groups keep themselves'} up to date."
