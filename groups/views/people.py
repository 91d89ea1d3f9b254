"""A group's Members tab, and why somebody is in the group or not."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from groups import slots
from groups.filters import PeopleShown
from groups.models import Group, GroupMember
from groups.reasons import reasons_for
from groups.tables import STANDING, PeopleTable, ordered, page_of_many
from groups.views.frame import frame, group_of
from groups.why import why
from members.models import Member
from novi_ams.association.requests import HtmxRequest

FOUND = 8


@require_safe
@permission_required("groups.view_group", raise_exception=True)
@permission_required("members.view_member", raise_exception=True)
def members(request: HtmxRequest, pk: int) -> HttpResponse:
    """The filtered page; for htmx, which asks as words are typed, chips and rows alone."""
    group = group_of(pk)
    shown = PeopleShown(request.GET, group, slots.member_filters.collect(group))
    context = {"shown": shown, "chips": shown.chips(), **_table(request, group, shown)}
    if request.htmx:
        return render(request, "groups/people_found.html", {**context, "group": group})
    return render(request, "groups/members.html", {**frame(request, group, "members"), **context})


def _table(request: HttpRequest, group: Group, shown: PeopleShown) -> dict[str, Any]:
    rows = shown.rows().select_related("group", "member", "member__parent").annotate(standing=STANDING)
    rows, sort = ordered(rows, request.GET.get("sort", ""), PeopleTable.orders, "name")
    counted = None if shown.is_narrowed else group.member_count + group.beneficiary_count
    page = page_of_many(rows, request.GET.get("page"), count=counted)
    found: list[GroupMember] = list(page.object_list)
    columns = slots.member_columns.collect(group, [row.member for row in found])
    table = PeopleTable(page, sort=sort, request=request, columns=columns, reasons=reasons_for(found))
    return {"table": table, "page": page}


@require_safe
@permission_required("groups.view_group", raise_exception=True)
@permission_required("members.view_member", raise_exception=True)
def explain(request: HtmxRequest, pk: int) -> HttpResponse:
    """`?who=` searches for a record, `?member=` explains one; a piece of the page for htmx."""
    group = group_of(pk)
    context = explanation_context(request, group)
    if request.htmx:
        return render(request, "groups/why_found.html", context)
    crumbs = [
        ("Members", reverse("members")),
        ("Groups", reverse("groups")),
        (group.name, reverse("group_members", args=[group.pk])),
        ("Why", ""),
    ]
    return render(
        request, "groups/why.html", {**frame(request, group, "members"), **context, "crumbs": crumbs}
    )


def explanation_context(request: HttpRequest, group: Group) -> dict[str, Any]:
    words, asked = request.GET.get("who", "").strip(), request.GET.get("member", "")
    found = list(Member.objects.search(words).select_related("parent")[: FOUND + 1]) if words else []
    explanation = None
    if asked.isascii() and asked.isdigit():
        member = get_object_or_404(Member.objects.select_related("parent"), pk=int(asked))
        explanation = why(group, member)
    return {
        "group": group,
        "who": words,
        "found": found[:FOUND],
        "found_more": len(found) > FOUND,
        "explanation": explanation,
    }
