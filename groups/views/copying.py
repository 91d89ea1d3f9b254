"""Copying a group and deleting one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from groups import slots
from groups.definitions import InvalidGroupError, copy_group, delete_group
from groups.views.frame import group_of
from novi_ams.audit.actor import current_actor


@require_POST
@permission_required("groups.add_group", raise_exception=True)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy the definition; the copy syncs nowhere."""
    group = group_of(pk)
    try:
        copied = copy_group(group, actor=current_actor())
    except InvalidGroupError as error:
        messages.error(request, f"“{group.name}” cannot be copied as it is. {error} Mend it first.")
        return redirect("group", group.pk)
    messages.success(request, f"This is “{copied.name}”. It syncs nowhere until you turn that on.")
    return redirect("group", copied.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("groups.delete_group", raise_exception=True)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming the group and what goes with it; then delete."""
    group = group_of(pk)
    if request.method == "POST":
        delete_group(group, actor=current_actor())
        messages.success(request, f"“{group.name}” is deleted.")
        return redirect("groups")
    context = {
        "group": group,
        "count": group.member_count + group.beneficiary_count,
        "consequences": slots.delete_consequences.collect(group),
        "back": reverse("group", args=[group.pk]),
        "keep": "Keep the group",
        "crumbs": [
            ("Members", reverse("members")),
            ("Groups", reverse("groups")),
            (f"Delete {group.name}", ""),
        ],
    }
    return render(request, "groups/delete.html", context)
