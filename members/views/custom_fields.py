"""Custom fields: the list, and defining, ordering and deleting them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.custom_fields import InvalidFieldError, delete_custom_field, holders, reorder_custom_fields
from members.definition_form import DefinitionForm, known_sections
from members.fields import CUSTOM
from members.models import CustomField
from members.sections import UNNAMED
from members.slots import FieldUse, uses_of
from novi_ams.association.requests import HtmxRequest
from novi_ams.audit.actor import current_actor

LIST = [("Fields", ""), ("Custom Fields", "")]


@dataclass(frozen=True)
class FieldLine:
    definition: CustomField
    uses: list[FieldUse]


@dataclass(frozen=True)
class FieldSection:
    title: str
    lines: list[FieldLine]


@require_safe
@permission_required("members.view_member", raise_exception=True)
def custom_fields(request: HttpRequest) -> HttpResponse:
    return render(request, "members/field_list.html", _list_context(request))


@require_safe
@permission_required("members.view_member", raise_exception=True)
def field_place(request: HttpRequest, key: str) -> HttpResponse:
    """Where the Audit Log leads: the field's line on the list, which both roles may see."""
    return redirect(f"{reverse('custom_fields')}#field-{key}")


def _list_context(request: HttpRequest) -> dict[str, object]:
    definitions = list(CustomField.objects.all())
    return {
        "sections": _by_section(definitions),
        "count": len(definitions),
        "may_change": request.user.has_perm("members.manage_custom_fields"),
        "crumbs": LIST,
    }


def _by_section(definitions: Iterable[CustomField]) -> list[FieldSection]:
    found = list(definitions)
    uses = uses_of([CUSTOM + definition.key for definition in found])
    sections: dict[str, FieldSection] = {}
    for definition in found:
        title = definition.section or UNNAMED
        line = FieldLine(definition, uses[CUSTOM + definition.key])
        sections.setdefault(title, FieldSection(title, [])).lines.append(line)
    return list(sections.values())


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.manage_custom_fields", raise_exception=True)
def new_field(request: HttpRequest) -> HttpResponse:
    return _form_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.manage_custom_fields", raise_exception=True)
def edit_field(request: HttpRequest, key: str) -> HttpResponse:
    return _form_page(request, get_object_or_404(CustomField, key=key))


def _form_page(request: HttpRequest, definition: CustomField | None) -> HttpResponse:
    if request.method != "POST":
        form = DefinitionForm(definition=definition)
        if definition is None:
            form.initial["section"] = request.GET.get("section", "")
        return _show_form(request, form)
    form = DefinitionForm(request.POST, definition=definition)
    if "arrange" in request.POST:
        form.rearranged(request.POST["arrange"])
        return _show_form(request, form)
    lost = form.values_lost() if form.is_valid() else []
    if lost and not request.POST.get("sure"):
        return _show_form(request, form, lost=lost, status=422)
    if form.is_valid():
        try:
            stored = form.save(actor=current_actor())
        except InvalidFieldError as error:
            form.show_problems(error)
        else:
            messages.success(request, f"{stored.label} saved.")
            return redirect("custom_fields")
    return _show_form(request, form, status=422)


def _show_form(
    request: HttpRequest, form: DefinitionForm, *, lost: Iterable[tuple[str, int]] = (), status: int = 200
) -> HttpResponse:
    definition = form.definition
    title = f"Edit {definition}" if definition else "Add Custom Field"
    context = {
        "form": form,
        "lost": lost,
        "title": title,
        "known_sections": known_sections(),
        "uses": uses_of([CUSTOM + definition.key])[CUSTOM + definition.key] if definition else [],
        "back": reverse("custom_fields"),
        "crumbs": [("Fields", ""), ("Custom Fields", reverse("custom_fields")), (title, "")],
    }
    return render(request, "members/field_form.html", context, status=status)


@require_POST
@permission_required("members.manage_custom_fields", raise_exception=True)
def move_field(request: HtmxRequest, key: str) -> HttpResponse:
    """Put a field one place up or down in its section (`to` is `up` or `down`)."""
    moved = get_object_or_404(CustomField, key=key)
    section = list(CustomField.objects.filter(section=moved.section))
    at = section.index(moved)
    section.insert(max(0, at + (1 if request.POST.get("to") == "down" else -1)), section.pop(at))
    reorder_custom_fields(section, actor=current_actor())
    if request.htmx:
        return render(request, "members/field_sections.html", _list_context(request))
    return redirect(f"{reverse('custom_fields')}#field-{moved.key}")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.manage_custom_fields", raise_exception=True)
def delete_field(request: HttpRequest, key: str) -> HttpResponse:
    """Ask, naming what is lost and what reads the field; delete only when the box was ticked."""
    definition = get_object_or_404(CustomField, key=key)
    if request.method == "POST" and request.POST.get("sure"):
        delete_custom_field(definition, actor=current_actor())
        messages.success(request, f"{definition.label} deleted.")
        return redirect("custom_fields")
    unsure = request.method == "POST"
    context = {
        "definition": definition,
        "holders": holders(definition).count(),
        "uses": uses_of([CUSTOM + definition.key])[CUSTOM + definition.key],
        "error": "Tick the box to say that you are sure." if unsure else "",
        "back": reverse("custom_fields"),
    }
    return render(request, "members/field_delete.html", context, status=422 if unsure else 200)
