"""A record's page, tab by tab."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from members import slots
from members.facts import FactSheet, sheet
from members.family import (
    centre_of,
    child_counts,
    companies_of,
    drawn_tree,
    people_of,
    people_words,
    roles_at,
)
from members.fields import catalogue
from members.looks import marks, status_look
from members.models import CompanyRole, Kind, Member, RoleKind
from members.sections import SETTINGS, sections
from novi_ams.association.parts import MenuItem
from novi_ams.association.slots import Panel, Tab
from novi_ams.audit.models import Component
from novi_ams.audit.views import entries_for, log_page

PEOPLE_PER_PAGE = 50


def record_of(pk: int) -> Member:
    """The record with its parent and type, or a 404."""
    return get_object_or_404(Member.objects.select_related("parent", "member_type"), pk=pk)


def frame(request: HttpRequest, member: Member, tab: str) -> dict[str, Any]:
    """What `members/record.html` needs around a tab; rooms above use it for their own tabs."""
    return {
        "member": member,
        "status": status_look(member),
        "marks": marks(member),
        "crumbs": crumbs(member),
        "tabs": tabs_of(request, member),
        "tab": tab,
        "menu": menu_of(request, member),
    }


def crumbs(member: Member, *more: str) -> list[tuple[str, str]]:
    """Members / company / record, and further words when the page lies below the record's."""
    found = [("Members", reverse("members"))]
    if member.parent:
        found.append((str(member.parent), reverse("member", args=[member.parent.pk])))
    found.append((str(member), reverse("member", args=[member.pk]) if more else ""))
    return [*found, *((words, "") for words in more)]


def tabs_of(request: HttpRequest, member: Member) -> list[Tab]:
    def tab(label: str, name: str, key: str) -> Tab:
        return Tab(label, reverse(name, args=[member.pk]), key)

    return [
        tab("Details", "member", "details"),
        tab("Membership", "member_membership", "membership"),
        tab("Family Tree", "member_family", "family"),
        *slots.tabs.collect(request, member),
        tab("Settings", "member_settings", "settings"),
        tab("Audit", "member_audit", "audit"),
    ]


def menu_of(request: HttpRequest, member: Member) -> list[MenuItem]:
    def item(label: str, name: str, icon: str, **options: bool) -> MenuItem:
        return MenuItem(label, reverse(name, args=[member.pk]), icon, **options)

    under = reverse("member_new") + f"?parent={member.pk}"
    changes = [item("Move", "member_move", "network")]
    if member.is_company:
        changes += [
            item("Company roles", "member_roles", "id-card"),
            MenuItem("Add person", f"{under}&kind=person", "user-plus"),
            MenuItem("Add sub company", f"{under}&kind=company", "building-2"),
        ]
    other = "Change to a person" if member.is_company else "Change to a company"
    changes.append(item(other, "member_change_kind", "user" if member.is_company else "building-2"))
    if member.active:
        changes.append(item("Deactivate…", "member_deactivate", "paused", dialog=True))
    else:
        changes.append(item("Reactivate", "member_reactivate", "rotate-ccw", post=True))
    if request.user.has_perm("members.delete_member"):
        changes.append(item("Merge…", "member_merge", "merge"))
    deletion = [item("Delete…", "member_delete", "trash-2", danger=True, dialog=True)]
    may = request.user.has_perm
    return (changes if may("members.change_member") else []) + (
        deletion if may("members.delete_member") else []
    )


@require_safe
@permission_required("members.view_member", raise_exception=True)
def details(request: HttpRequest, pk: int) -> HttpResponse:
    member = record_of(pk)
    held = CompanyRole.objects.filter(person=member).select_related("company")
    shown = [
        sheet(section, member, roles=held)
        for section in sections(catalogue())
        if section.tab == "details" and section.for_kind(member.kind).fields
    ]
    context = frame(request, member, "details") | {
        "sheets": shown,
        "contacts": contacts_of(member) if member.is_company else None,
        "side_panels": _side_panels(request, member),
    }
    return render(request, "members/details.html", context)


def contacts_of(company: Member) -> list[tuple[str, list[Member]]]:
    """Each role of the company with who holds it, nobody included."""
    found: dict[str, list[Member]] = {role.value: [] for role in RoleKind}
    for role in (
        CompanyRole.objects.filter(company=company).select_related("person").order_by("person__sort_name")
    ):
        found[role.role].append(role.person)
    return [(RoleKind(role).label, people) for role, people in found.items()]


def _side_panels(request: HttpRequest, member: Member) -> list[Panel]:
    tree = Panel("members/tree_panel.html", {"tree": drawn_tree(member), "member": member})
    return [*slots.side_panels.collect(request, member), tree]


@require_safe
@permission_required("members.view_member", raise_exception=True)
def membership(request: HttpRequest, pk: int) -> HttpResponse:
    member = record_of(pk)
    context = frame(request, member, "membership") | {"sheets": _sheets(member, "membership")}
    return render(request, "members/membership.html", context)


@require_safe
@permission_required("members.view_member", raise_exception=True)
def settings(request: HttpRequest, pk: int) -> HttpResponse:
    member = record_of(pk)
    context = frame(request, member, "settings") | {"sheets": _sheets(member, SETTINGS)}
    return render(request, "members/settings.html", context)


def _sheets(member: Member, tab: str) -> list[FactSheet]:
    return [sheet(section, member) for section in sections(catalogue()) if section.tab == tab]


@require_safe
@permission_required("members.view_member", raise_exception=True)
def family(request: HttpRequest, pk: int) -> HttpResponse:
    """The people and sub companies below the record; for a person, those of its company."""
    member = record_of(pk)
    centre = centre_of(member)
    people = Paginator(people_of(centre), PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    companies = list(companies_of(centre))
    held, counts = roles_at(centre, people), child_counts([one.pk for one in companies], Kind.PERSON)
    context = frame(request, member, "family") | {
        "centre": centre,
        "tree": drawn_tree(member),
        "people": people,
        "people_lines": [(one, held.get(one.pk, ""), status_look(one)) for one in people],
        "company_lines": [(one, people_words(counts.get(one.pk, 0)), status_look(one)) for one in companies],
    }
    return render(request, "members/family.html", context)


@require_safe
@permission_required("members.view_member", raise_exception=True)
@permission_required("audit.view_auditentry", raise_exception=True)
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    member = record_of(pk)
    log = log_page(request, entries_for(Component.MEMBER, member.pk))
    return render(request, "members/audit.html", frame(request, member, "audit") | {"log": log})
