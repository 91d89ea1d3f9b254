"""Adding a group and editing one: the Details tab."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from groups.definitions import GroupChangedError, InvalidGroupError, change_group, create_group
from groups.forms import Draft, empty_draft, posted_draft, stored_draft
from groups.models import Basis, CalculationState, Group
from groups.views.conflict import Conflict, Seen, conflict_since, newest_entry
from groups.views.frame import frame, group_of
from groups.views.picking import picked_context
from groups.views.previewing import preview_context
from members.fields import Catalogue, catalogue
from members.models import Status
from novi_ams.audit.actor import current_actor

SAVE = "save"
CURRENT_MEMBERS = {
    "name": "Current members",
    "conditions": {
        "match": "all",
        "items": [{"field": "status", "operator": "any_of", "value": [Status.CURRENT, Status.GRACE]}],
    },
}
"""What the empty list offers to start with."""


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("groups.add_group", raise_exception=True)
def add(request: HttpRequest) -> HttpResponse:
    fields = catalogue()
    if request.method != "POST":
        start = CURRENT_MEMBERS if request.GET.get("start") == "current" else None
        return _add_page(request, empty_draft(fields, start))
    draft = posted_draft(request.POST, None, fields)
    if _only_changes_the_page(request, draft):
        return _add_page(request, draft)
    try:
        group = create_group(draft.definition(), actor=current_actor())
    except InvalidGroupError as error:
        draft.refuse(error)
        return _add_page(request, draft, status=422)
    messages.success(request, f"“{group.name}” is added.")
    return redirect("group", group.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("groups.view_group", raise_exception=True)
def details(request: HttpRequest, pk: int) -> HttpResponse:
    entry = newest_entry(pk)
    group, fields = group_of(pk), catalogue()
    now_seen = Seen(group.updated_at, entry)
    may_change = request.user.has_perm("groups.change_group")
    if request.method != "POST":
        # Who may only look may not ask for a preview either, so it comes with the page.
        return _details_page(request, group, stored_draft(group, fields), seen=now_seen, later=may_change)
    if not may_change:
        raise PermissionDenied
    draft = posted_draft(request.POST, group, fields)
    seen = Seen.read(request.POST.get("seen", ""))
    if _only_changes_the_page(request, draft):
        return _details_page(request, group, draft, seen=seen)
    try:
        return _saved(request, group, draft, seen)
    except GroupChangedError as error:
        conflict = conflict_since(seen, error.group)
        return _details_page(request, error.group, draft, status=409, seen=now_seen, conflict=conflict)


def _only_changes_the_page(request: HttpRequest, draft: Draft) -> bool:
    """Without script the builder's buttons send the form; they change rows, and save nothing."""
    order = request.POST.get("do", SAVE)
    if order == SAVE:
        return False
    draft.carry_out(order)
    return True


def _saved(request: HttpRequest, group: Group, draft: Draft, seen: Seen) -> HttpResponse:
    try:
        changed = change_group(group, draft.definition(), actor=current_actor(), expected=seen.saved_at)
    except InvalidGroupError as error:
        draft.refuse(error)
        return _details_page(request, group, draft, status=422, seen=seen)
    if not changed:
        messages.info(request, "Nothing changed.")
    elif group.state == CalculationState.WAITING:
        messages.success(request, f"“{group.name}” is saved and being calculated.")
    else:
        messages.success(request, f"“{group.name}” is saved.")
    return redirect("group", group.pk)


def _add_page(request: HttpRequest, draft: Draft, *, status: int = 200) -> HttpResponse:
    crumbs = [("Members", reverse("members")), ("Groups", reverse("groups")), ("Add Group", "")]
    urls = {
        "preview_url": reverse("group_preview_new"),
        "cancel_url": reverse("groups"),
    }
    context = {"crumbs": crumbs, "may_save": True, **urls, **editor(request, draft, None)}
    return render(request, "groups/add.html", context, status=status)


def _details_page(
    request: HttpRequest,
    group: Group,
    draft: Draft,
    *,
    seen: Seen,
    status: int = 200,
    later: bool = False,
    conflict: Conflict | None = None,
) -> HttpResponse:
    urls = {
        "preview_url": reverse("group_preview", args=[group.pk]),
        "cancel_url": reverse("group", args=[group.pk]),
    }
    context = {
        **frame(request, group, "details"),
        **urls,
        **editor(request, draft, group, later=later),
        "seen": str(seen),
        "conflict": conflict,
        "may_save": request.user.has_perm("groups.change_group"),
    }
    return render(request, "groups/details.html", context, status=status)


def editor(request: HttpRequest, draft: Draft, group: Group | None, *, later: bool = False) -> dict[str, Any]:
    """What `groups/editor.html` shows."""
    return {
        "form": draft.form,
        "rows": draft.rows,
        "categories": draft.categories,
        "field_groups": offered_fields(draft.fields),
        "is_by_hand": draft.basis == Basis.RECORDS,
        **picked_context(request, draft.picks),
        **preview_context(draft, group, later=later),
    }


def offered_fields(fields: Catalogue) -> list[Any]:
    """Fields under the headings of the menu."""
    return fields.groups(fields.filterable)
