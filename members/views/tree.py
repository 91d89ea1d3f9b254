"""Whom a record stands under, and who has which role at a company."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from members.forms import RolesForm
from members.models import Kind, Member
from members.parents import ParentChoice, parent_choice
from members.records import save_member
from members.roles import set_roles
from members.validation import EditConflictError, InvalidRecordError
from members.views.record import crumbs, record_of
from novi_ams.audit.actor import current_actor


@require_safe
@permission_required("members.view_member", raise_exception=True)
def parents(request: HttpRequest) -> HttpResponse:
    """The chooser's options for the words typed so far: a piece of a page."""
    kind = Kind.COMPANY if request.GET.get("kind") == Kind.COMPANY else Kind.PERSON
    below = request.GET.get("below", "")
    member = Member.objects.filter(pk=int(below)).first() if below.isdecimal() else None
    choice = parent_choice(request.GET, kind=kind, member=member)
    return render(request, "members/parent_options.html", {"choice": choice})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.change_member", raise_exception=True)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose another parent for a record, or none."""
    member = record_of(pk)
    if request.method != "POST":
        choice = parent_choice(request.GET, kind=member.kind, member=member)
        if "parent" not in request.GET:
            choice.chosen = member.parent
        return _move_page(request, member, choice, member.version)
    choice = parent_choice(request.POST, kind=member.kind, member=member)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() else 0
    if "find_parent" in request.POST:
        return _move_page(request, member, choice, seen)
    try:
        changes = {"parent": request.POST.get("parent") or None}
        stored = save_member(member, changes, actor=current_actor(), expected_version=seen, action="Moved")
    except InvalidRecordError as error:
        choice.error = str(error)
        return _move_page(request, member, choice, seen, status=422)
    except EditConflictError as error:
        choice.error = (
            f"{member} was changed by somebody else since you opened this page, and now stands under "
            f"{error.member.parent or 'nobody'}. Nothing was saved. Look at your choice and save it again."
        )
        return _move_page(request, member, choice, error.member.version, status=409)
    messages.success(request, _where(stored))
    return redirect("member_family", stored.pk)


def _where(member: Member) -> str:
    return f"{member} now stands under {member.parent}." if member.parent else f"{member} has no parent now."


def _move_page(
    request: HttpRequest, member: Member, choice: ParentChoice, version: int, *, status: int = 200
) -> HttpResponse:
    context = {
        "member": member,
        "choice": choice,
        "version": version,
        "crumbs": crumbs(member, "Move"),
        "back": reverse("member_family", args=[member.pk]),
    }
    return render(request, "members/move.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.change_member", raise_exception=True)
def roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is a company's primary contact, its billing contact, and who may manage it."""
    company = record_of(pk)
    if not company.is_company:
        raise Http404("Only a company has roles.")
    form = RolesForm(request.POST if request.method == "POST" else None, company=company)
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_roles(company, form.chosen, actor=current_actor())
        except InvalidRecordError as error:
            form.show_problems(error.problems)
        else:
            messages.success(request, f"Roles of {company} saved." if changed else "Nothing had changed.")
            return redirect("member", company.pk)
    context = {
        "form": form,
        "member": company,
        "crumbs": crumbs(company, "Company roles"),
        "back": reverse("member", args=[company.pk]),
    }
    return render(request, "members/roles.html", context, status=422 if form.errors else 200)
