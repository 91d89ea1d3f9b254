"""Deactivating, reactivating and deleting a record."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from members import slots
from members.family import child_counts, companies_words, people_words
from members.models import CompanyRole, Kind, Member
from members.records import deactivate as deactivate_members
from members.records import delete_members
from members.records import reactivate as reactivate_members
from members.slots import Consequence
from members.views.record import crumbs, record_of
from novi_ams.audit.actor import current_actor

UNSURE = "Tick the box to say that you are sure."


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.change_member", raise_exception=True)
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming what it does; then deactivate."""
    member = record_of(pk)
    if request.method == "POST":
        return _deactivated(request, member)
    facts = [*_roles_end(member), *_collected(slots.deactivate_consequences, member)]
    context = {
        "member": member,
        "facts": facts,
        "back": _page(member),
        "crumbs": crumbs(member, "Deactivate"),
    }
    return render(request, "members/deactivate.html", context)


def _deactivated(request: HttpRequest, member: Member) -> HttpResponse:
    outcome = deactivate_members([member.pk], actor=current_actor())
    for refusal in outcome.refused:
        messages.error(request, " ".join(refusal.problems.values()))
    if not outcome.refused:
        messages.success(request, f"{member} deactivated." if outcome.written else "It was inactive already.")
    return redirect("member", member.pk)


@require_POST
@permission_required("members.change_member", raise_exception=True)
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    member = record_of(pk)
    outcome = reactivate_members([member.pk], actor=current_actor())
    for refusal in outcome.refused:
        messages.error(request, " ".join(refusal.problems.values()))
    if not outcome.refused:
        messages.success(request, f"{member} is active again.")
    return redirect("member", member.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.delete_member", raise_exception=True)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming the record and what goes with it; delete only when the box was ticked."""
    member = record_of(pk)
    if request.method == "POST" and request.POST.get("instead") == "deactivate":
        return _deactivated(request, member)
    if request.method == "POST" and request.POST.get("sure"):
        return _deleted(request, member)
    context = {
        "member": member,
        "facts": [*_left_behind(member), *_collected(slots.delete_consequences, member)],
        "ticked": request.POST.getlist("also"),
        "error": UNSURE if request.method == "POST" else "",
        "back": _page(member),
        "crumbs": crumbs(member, "Delete"),
    }
    return render(request, "members/delete.html", context, status=422 if context["error"] else 200)


def _deleted(request: HttpRequest, member: Member) -> HttpResponse:
    with transaction.atomic():
        slots.on_delete.collect(member, frozenset(request.POST.getlist("also")))
        delete_members([member.pk], actor=current_actor())
    messages.success(request, f"{member} deleted.")
    return redirect("members")


def _collected(slot: slots.ConsequenceSlot, member: Member) -> list[Consequence]:
    return [one for some in slot.collect(member) for one in some]


def _page(member: Member) -> str:
    return reverse("member", args=[member.pk])


def _roles_end(member: Member) -> Iterator[Consequence]:
    for role in CompanyRole.objects.filter(person=member).select_related("company"):
        yield Consequence("id-card", f"Its role at {role.company} ends: {role.get_role_display()}.")


def _left_behind(member: Member) -> Iterator[Consequence]:
    """What stays without it: children without a parent, a company without a contact."""
    yield from _roles_end(member)
    people = child_counts([member.pk], Kind.PERSON).get(member.pk, 0)
    companies = child_counts([member.pk], Kind.COMPANY).get(member.pk, 0)
    words = " and ".join(
        said
        for count, said in ((people, people_words(people)), (companies, companies_words(companies)))
        if count
    )
    if words:
        yield Consequence("network", f"Its {words} stay, without a parent.")
