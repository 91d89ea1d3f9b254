"""Making and editing a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from members.fields import catalogue
from members.forms import NewRecordForm, RecordForm, sections_for_new
from members.models import Kind, Member
from members.parents import parent_choice
from members.records import create_member, save_member
from members.sections import Section, sections
from members.validation import EditConflictError, InvalidRecordError
from members.views.record import crumbs, record_of
from novi_ams.audit.actor import current_actor
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.views import entries_for

PAGES = {"membership": "member_membership", "settings": "member_settings"}
"""Tab → the page that shows it; the others are shown on Details."""
SHOWN_ENTRIES = 30


@dataclass(frozen=True)
class Conflict:
    """What somebody else did to the record while it was being edited."""

    who: str
    at: datetime
    changes: Sequence[AuditEntry]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.add_member", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new record. `?kind=` and `?parent=` fill the form beforehand."""
    known = sections_for_new(sections(catalogue()))
    if request.method != "POST":
        kind = Kind.COMPANY if request.GET.get("kind") == Kind.COMPANY else Kind.PERSON
        form = NewRecordForm(member=Member(kind=kind), sections=known)
        return _new_page(request, form, status=200)
    if "find_parent" in request.POST:
        form = NewRecordForm.unchecked(request.POST, member=Member(kind=Kind.PERSON), sections=known)
        return _new_page(request, form, status=200)
    form = NewRecordForm(request.POST, member=Member(kind=Kind.PERSON), sections=known)
    if form.is_valid():
        parent = request.POST.get("parent") or None
        try:
            member = create_member({**form.values_with_kind, "parent": parent}, actor=current_actor())
        except InvalidRecordError as error:
            form.show_problems(error.problems)
        else:
            messages.success(request, f"{member} added.")
            return redirect("member", member.pk)
    return _new_page(request, form, status=422)


def _new_page(request: HttpRequest, form: NewRecordForm, *, status: int) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    choice = parent_choice(data, kind=form.record_kind)
    context = {
        "form": form,
        "choice": choice,
        "crumbs": [("Members", reverse("members")), ("New member", "")],
        "back": reverse("member", args=[choice.chosen.pk]) if choice.chosen else reverse("members"),
    }
    return render(request, "members/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.change_member", raise_exception=True)
def edit(request: HttpRequest, pk: int, section: str = "") -> HttpResponse:
    """Edit one section of a record, or all of them."""
    # Read first: what is written between the two reads is then shown as the other's, never swallowed.
    seen = _newest_entry(pk)
    member = record_of(pk)
    chosen = _chosen_sections(member, section)
    if request.method != "POST":
        return _edit_page(request, RecordForm(member=member, sections=chosen, seen=seen))
    form = RecordForm(request.POST, member=member, sections=chosen)
    if form.is_valid():
        try:
            return _saved(request, form, _save(form))
        except InvalidRecordError as error:
            form.show_problems(error.problems)
        except EditConflictError as error:
            return _conflict_page(request, form, error.member)
    return _edit_page(request, form, status=422)


def _chosen_sections(member: Member, key: str) -> list[Section]:
    suited = (section.for_kind(member.kind) for section in sections(catalogue()))
    found = [section for section in suited if section.fields and key in ("", section.key)]
    if not found:
        raise Http404("The record has no such section.")
    return found


def _newest_entry(pk: int) -> int:
    newest: int | None = entries_for(Component.MEMBER, pk).aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def _save(form: RecordForm) -> Member:
    version = form.cleaned_data["version"] or 0
    return save_member(form.member, form.values, actor=current_actor(), expected_version=version)


def _saved(request: HttpRequest, form: RecordForm, stored: Member) -> HttpResponse:
    changed = stored.version != form.member.version
    messages.success(request, f"{stored} saved." if changed else "Nothing had changed.")
    return redirect(_page_of(form), stored.pk)


def _page_of(form: RecordForm) -> str:
    tabs = {section.tab for section in form.sections}
    return PAGES.get(tabs.pop(), "member") if len(tabs) == 1 else "member"


def _conflict_page(request: HttpRequest, form: RecordForm, now: Member) -> HttpResponse:
    """What the other changed, above the form with what was typed; saving that again is then meant."""
    theirs = entries_for(Component.MEMBER, now.pk).filter(pk__gt=form.cleaned_data["seen"] or 0)
    entries = list(theirs.order_by("pk")[:SHOWN_ENTRIES])
    conflict = Conflict(
        who=" and ".join(dict.fromkeys(entry.actor_name for entry in entries)) or "Somebody",
        at=now.updated_at,
        changes=[entry for entry in entries if entry.field],
    )
    renewed = form.after_conflict(now, seen=entries[-1].pk if entries else 0)
    return _edit_page(request, renewed, status=409, conflict=conflict)


def _edit_page(
    request: HttpRequest, form: RecordForm, *, status: int = 200, conflict: Conflict | None = None
) -> HttpResponse:
    title = form.sections[0].title if len(form.sections) == 1 else ""
    context = {
        "form": form,
        "member": form.member,
        "title": title,
        "conflict": conflict,
        "crumbs": crumbs(form.member, f"Edit {title}".strip()),
        "back": reverse(_page_of(form), args=[form.member.pk]),
    }
    return render(request, "members/edit.html", context, status=status)
