"""Turning a person into a company and back: the new name, what is lost, what forbids it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from members.converting import convert, name_fields, obstacles, other_kind, suggested_names, values_lost
from members.family import child_counts, people_words
from members.fields import Catalogue, catalogue
from members.forms import form_field
from members.models import Kind, Member
from members.validation import EditConflictError, InvalidRecordError, Problems
from members.views.record import crumbs, record_of
from novi_ams.audit.actor import current_actor

CHANGED = (
    "The record was changed by somebody else since you opened this page. Nothing was saved. Look at what is said "
    "here now, and save again."
)


class NamesForm(forms.Form):
    """What the record is called when it is of the other kind."""

    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, data: QueryDict | None = None, *, member: Member, fields: Catalogue) -> None:
        super().__init__(data)
        self.names = [field.key for field in name_fields(member, fields)]
        for field in name_fields(member, fields):
            self.fields[field.key] = form_field(field)
        self.initial = {**suggested_names(member), "version": member.version}

    @property
    def values(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] or "" for key in self.names}

    def show_problems(self, problems: Problems) -> None:
        for key, sentence in problems.items():
            self.add_error(key if key in self.fields else None, sentence)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.change_member", raise_exception=True)
def change_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the new name and say what goes; or say why it cannot be."""
    member, fields = record_of(pk), catalogue()
    if request.method != "POST":
        return _page(request, member, NamesForm(member=member, fields=fields), fields)
    form = NamesForm(request.POST, member=member, fields=fields)
    if not form.is_valid():
        return _page(request, member, form, fields, status=422)
    seen = form.cleaned_data["version"] or 0
    try:
        stored = convert(member, form.values, actor=current_actor(), expected_version=seen)
    except InvalidRecordError as error:
        form.show_problems(error.problems)
        return _page(request, member, form, fields, status=422)
    except EditConflictError as error:
        fresh = NamesForm(member=error.member, fields=fields)
        return _page(request, record_of(pk), fresh, fields, error=CHANGED, status=409)
    messages.success(request, f"{stored} is a {Kind(stored.kind).label.lower()} now.")
    return redirect("member", stored.pk)


def _page(
    request: HttpRequest,
    member: Member,
    form: NamesForm,
    fields: Catalogue,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    kind = other_kind(member).label.lower()
    people = child_counts([member.pk], Kind.PERSON).get(member.pk, 0)
    title = f"Change to a {kind}"
    context = {
        "member": member,
        "form": form,
        "kind": kind,
        "title": title,
        "lost": values_lost(member, fields),
        "obstacles": obstacles(member),
        "roles_of": _company_of(member),
        "below": people_words(people) if people else "",
        "error": error,
        "crumbs": crumbs(member, title),
        "back": reverse("member", args=[member.pk]),
    }
    return render(request, "members/convert.html", context, status=status)


def _company_of(member: Member) -> Member | None:
    """Where its roles are looked after."""
    above = member.parent if member.parent and member.parent.is_company else None
    return member if member.is_company else above
