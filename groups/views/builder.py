"""Pieces of the condition builder, for pages with script: a new condition, a new set, a row after its field or
operator was changed. Without script the form itself does all that."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.builder import KNOWN_ID, RowSet, new_row, new_set, row_from
from groups.conditions.tree import MAX_DEPTH
from groups.views.editing import offered_fields
from members.fields import catalogue

VIEW = "groups.view_group"


@require_safe
@permission_required(VIEW, raise_exception=True)
def new_condition(request: HttpRequest) -> HttpResponse:
    """`?parent=` the id of the set."""
    fields = catalogue()
    context = {"row": new_row(), "parent": _known(request, "parent"), "field_groups": offered_fields(fields)}
    return render(request, "groups/condition.html", context)


@require_safe
@permission_required(VIEW, raise_exception=True)
def new_condition_set(request: HttpRequest) -> HttpResponse:
    """`?parent=` the id of the outer set, `?depth=` how deep that is."""
    asked = request.GET.get("depth", "")
    outer = RowSet("", depth=int(asked) if asked.isascii() and asked.isdigit() else MAX_DEPTH)
    if not outer.may_hold_sets:
        return HttpResponseBadRequest("Sets cannot be nested deeper.")
    context = {
        "set": new_set(depth=outer.depth + 1),
        "parent": _known(request, "parent"),
        "field_groups": offered_fields(catalogue()),
    }
    return render(request, "groups/condition_set.html", context)


@require_safe
@permission_required(VIEW, raise_exception=True)
def changed_condition(request: HttpRequest) -> HttpResponse:
    """The row as it is sent (`?row=` its id), with the operators and the input that go with its field now."""
    row_id, fields = _known(request, "row"), catalogue()
    row = row_from(request.GET, row_id, fields)
    row.forget_unfit_values()
    context = {"row": row, "parent": _known(request, "parent"), "field_groups": offered_fields(fields)}
    return render(request, "groups/condition.html", context)


def _known(request: HttpRequest, name: str) -> str:
    """An id of the builder; blank for anything else, which then fits nowhere."""
    asked = request.GET.get(name, "")
    return asked if KNOWN_ID.fullmatch(asked) else ""
