"""The Groups tab of a member record: which groups it is in and why, and why not in another."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from groups.models import Group, GroupMember
from groups.reasons import reasons_for
from groups.why import why
from members.views.record import frame, record_of

PER_PAGE = 50


@require_safe
@permission_required("groups.view_group", raise_exception=True)
@permission_required("members.view_member", raise_exception=True)
def member_groups(request: HttpRequest, pk: int) -> HttpResponse:
    """`?group=` explains the record's place in one group, whether it is in it or not."""
    member = record_of(pk)
    rows = GroupMember.objects.filter(member=member).select_related("group", "member", "member__parent")
    page = Paginator(rows.order_by("group__name", "group"), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    reasons = reasons_for(shown)
    asked = request.GET.get("group", "")
    explanation = None
    if asked.isascii() and asked.isdigit():
        explanation = why(get_object_or_404(Group, pk=int(asked)), member)
    context = {
        **frame(request, member, "groups"),
        "lines": [(row, reasons[row.pk]) for row in shown],
        "page": page,
        "every_group": Group.objects.only("pk", "name"),
        "explanation": explanation,
    }
    return render(request, "groups/of_member.html", context)
