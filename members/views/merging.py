"""Merging two records: find the other one, choose between differing values, say what moves, merge."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from members import slots
from members.fields import catalogue
from members.merge import UnmergeableError, check_pair, differences, merge_members
from members.models import CompanyRole, Member
from members.records import EditConflictError, InvalidRecordError
from members.slots import Consequence
from members.views.record import crumbs, record_of
from novi_ams.audit.actor import current_actor

RIGHTS = ("members.change_member", "members.delete_member")
FOUND = 8


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHTS, raise_exception=True)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Without `with` a search for the other record; with it the choice between the two."""
    member = record_of(pk)
    data = request.POST if request.method == "POST" else request.GET
    other = _other(data.get("with", ""))
    if other is None:
        return _search_page(request, member)
    survivor, goes = (other, member) if data.get("keep") == "other" else (member, other)
    try:
        check_pair(survivor, goes)
    except UnmergeableError as error:
        return _search_page(request, member, str(error))
    if request.method == "POST":
        return _merged(request, member, survivor, goes)
    return _choice_page(request, member, survivor, goes)


def _other(text: str) -> Member | None:
    known = Member.objects.select_related("parent", "member_type")
    return known.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None


def _search_page(request: HttpRequest, member: Member, error: str = "") -> HttpResponse:
    words = request.GET.get("q", "").strip()
    alike = Member.objects.filter(kind=member.kind).exclude(pk=member.pk).select_related("parent")
    found = list(alike.search(words)[:FOUND]) if words else _likely(member)
    context = {
        "member": member,
        "words": words,
        "found": found,
        "error": error,
        "crumbs": crumbs(member, "Merge"),
        "back": reverse("member", args=[member.pk]),
    }
    return render(request, "members/merge/find.html", context, status=422 if error else 200)


def _likely(member: Member) -> list[Member]:
    """Records of the same name or address: the usual doubles."""
    alike = Member.objects.filter(kind=member.kind).exclude(pk=member.pk).select_related("parent")
    named = alike.filter(sort_name=member.sort_name)
    if not member.email_key:
        return list(named[:FOUND])
    return list((named | alike.filter(email_key=member.email_key))[:FOUND])


def _choice_page(
    request: HttpRequest,
    member: Member,
    survivor: Member,
    goes: Member,
    error: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    found = differences(survivor, goes, catalogue())
    posted = request.method == "POST"
    taken = {one.key for one in found if request.POST.get(f"take-{one.key}") == "other"}
    context = {
        "member": member,
        "survivor": survivor,
        "goes": goes,
        "lines": [(one, one.key in taken if posted else one.takes_other) for one in found],
        "facts": _facts(survivor, goes),
        "versions": f"{survivor.version}-{goes.version}",
        "keeps_other": survivor.pk != member.pk,
        "swap": f"?with={goes.pk if survivor == member else survivor.pk}"
        + ("&keep=other" if survivor == member else ""),
        "error": error,
        "crumbs": crumbs(member, "Merge"),
        "back": reverse("member", args=[member.pk]),
    }
    return render(request, "members/merge/choose.html", context, status=status)


def _facts(survivor: Member, goes: Member) -> list[Consequence]:
    children = Member.objects.filter(parent=goes).count()
    roles = CompanyRole.objects.filter(person=goes).count() + CompanyRole.objects.filter(company=goes).count()
    found = []
    if children:
        words = (
            "1 record below it moves here." if children == 1 else f"{children:,} records below it move here."
        )
        found.append(Consequence("network", words))
    if roles:
        words = "1 company role moves here." if roles == 1 else f"{roles:,} company roles move here."
        found.append(Consequence("id-card", words))
    for more in slots.merge_consequences.collect(survivor, goes):
        found += more
    return found


def _merged(request: HttpRequest, member: Member, survivor: Member, goes: Member) -> HttpResponse:
    take = [
        name.removeprefix("take-")
        for name, value in request.POST.items()
        if name.startswith("take-") and value == "other"
    ]
    try:
        stored = merge_members(
            survivor, goes, take=take, actor=current_actor(), expected_versions=_versions(request)
        )
    except EditConflictError as error:
        sentence = (
            f"{error.member} was changed by somebody else since you opened this page. Nothing was merged. Look at "
            "the values as they are now and merge again."
        )
        return _choice_page(request, member, _fresh(survivor), _fresh(goes), sentence, status=409)
    except (InvalidRecordError, UnmergeableError) as error:
        return _choice_page(request, member, survivor, goes, f"Nothing was merged. {error}", status=422)
    messages.success(request, f"Merged. {goes} is now part of {stored}.")
    return redirect("member", stored.pk)


def _fresh(member: Member) -> Member:
    return record_of(member.pk)


def _versions(request: HttpRequest) -> tuple[int, int]:
    kept, _, other = request.POST.get("versions", "").partition("-")
    return (int(kept) if kept.isdecimal() else 0, int(other) if other.isdecimal() else 0)
