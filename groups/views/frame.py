"""What stands around every tab of a group's page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from groups import slots
from groups.models import CalculationState, Group
from novi_ams.association.parts import MenuItem
from novi_ams.association.slots import Tab


def group_of(pk: int) -> Group:
    """The group, or a 404."""
    return get_object_or_404(Group.objects.select_related("category"), pk=pk)


def frame(request: HttpRequest, group: Group, tab: str) -> dict[str, Any]:
    """What `groups/group.html` needs around a tab; rooms above use it for their own tabs."""
    return {
        "group": group,
        "crumbs": [("Members", reverse("members")), ("Groups", reverse("groups")), (group.name, "")],
        "menu": menu_of(request, group),
        **head(request, group, tab),
    }


def head(request: HttpRequest, group: Group, tab: str) -> dict[str, Any]:
    """The lines under the name and the tabs: what moves while the group is calculated."""
    return {
        "group": group,
        "is_calculating": group.state == CalculationState.WAITING,
        "has_failed": group.state == CalculationState.FAILED,
        "status_lines": slots.status_lines.collect(group),
        "tabs": tabs_of(request, group),
        "tab": tab,
    }


def tabs_of(request: HttpRequest, group: Group) -> list[Tab]:
    count = group.member_count + group.beneficiary_count
    return [
        Tab("Details", reverse("group", args=[group.pk]), "details"),
        Tab("Members", reverse("group_members", args=[group.pk]), "members", count),
        *slots.tabs.collect(request, group),
        Tab("Audit", reverse("group_audit", args=[group.pk]), "audit"),
    ]


def menu_of(request: HttpRequest, group: Group) -> list[MenuItem]:
    """The menu beside Copy Group: what rooms above add, and Delete for those who may."""
    offered = [
        action for found in slots.row_actions.collect(request, [group]) for action in found.get(group.pk, ())
    ]
    return [*map(menu_item, offered), *deletion(request, group)]


def menu_item(action: slots.RowAction) -> MenuItem:
    return MenuItem(
        action.label,
        action.url,
        action.icon or "arrow-right",
        danger=action.is_destructive,
        post=action.is_post,
    )


def deletion(request: HttpRequest, group: Group) -> list[MenuItem]:
    if not request.user.has_perm("groups.delete_group"):
        return []
    return [
        MenuItem("Delete…", reverse("group_delete", args=[group.pk]), "trash-2", danger=True, dialog=True)
    ]


@require_safe
@permission_required("groups.view_group", raise_exception=True)
def group_head(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the head alone, for a page that looks again."""
    return render(request, "groups/head.html", head(request, group_of(pk), request.GET.get("tab", "details")))
