"""Picking records by hand: searching, adding, removing, and the list of who is picked."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from groups.forms import Picks
from groups.models import Group
from groups.tables import page_of
from groups.views.frame import group_of
from members.models import Member

FOUND = 8
PER_PAGE = 25


@require_POST
@permission_required("groups.add_group", raise_exception=True)
def records_new(request: HttpRequest) -> HttpResponse:
    """The picker of the page that adds a group, after a search, a pick or a turned page."""
    return _records(request, None)


@require_POST
@permission_required("groups.change_group", raise_exception=True)
def records_changed(request: HttpRequest, pk: int) -> HttpResponse:
    """The picker of a group's Details tab, after a search, a pick or a turned page."""
    return _records(request, group_of(pk))


def _records(request: HttpRequest, group: Group | None) -> HttpResponse:
    picks = Picks.from_post(request.POST, group)
    verb, _, target = request.POST.get("do", "").partition(":")
    if verb in ("pick", "drop") and target.isascii() and target.isdigit():
        (picks.add if verb == "pick" else picks.drop)(int(target))
    return render(request, "groups/records.html", picked_context(request, picks))


def _address(group: Group | None) -> str:
    return reverse("group_records", args=[group.pk]) if group else reverse("group_records_new")


def picked_context(request: HttpRequest, picks: Picks) -> dict[str, Any]:
    """What `groups/records.html` shows: who was found, and one page of who is picked."""
    words = request.POST.get("who", "").strip()
    verb, _, number = request.POST.get("do", "").partition(":")
    chosen = Member.objects.filter(picks.q()).select_related("parent").order_by("sort_name", "pk")
    page = page_of(chosen, number if verb == "turn" else request.POST.get("picked_page"), per_page=PER_PAGE)
    found = list(Member.objects.search(words).select_related("parent")[: FOUND + 1]) if words else []
    taken = (
        set(chosen.filter(pk__in=[member.pk for member in found]).values_list("pk", flat=True))
        if found
        else ()
    )
    return {
        "records_url": _address(picks.group),
        "picks": picks,
        "who": words,
        "found": [(member, member.pk in taken) for member in found[:FOUND]],
        "found_more": len(found) > FOUND,
        "picked": page,
    }
