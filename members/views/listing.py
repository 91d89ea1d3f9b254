"""The members list."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from members.bulk import verbs
from members.family import counted, people_words
from members.fields import catalogue
from members.filters import MemberFilter, Unfiltered, telling
from members.models import Kind, Member
from members.slots import list_columns
from members.tables import MemberTable
from novi_ams.association.requests import HtmxRequest


@require_safe
@permission_required("members.view_member", raise_exception=True)
def members(request: HtmxRequest) -> HttpResponse:
    """The filtered page; for htmx, which asks as words are typed, the rows and chips alone."""
    said = telling(request.GET)
    if said != request.GET and not request.htmx:
        return redirect(_address(said.urlencode()))
    request.GET = said  # type: ignore[assignment] # links to other pages and orders are made from it
    query, fields = _query(said), catalogue()
    found = MemberFilter(said, Member.objects.all(), fields=fields) if query else Unfiltered(said, fields)
    table = MemberTable(
        found.qs,
        columns=list_columns.collect(request),
        sort=said.get("sort", ""),
        is_search="q" in said,
    )
    counts = {} if request.htmx else active_by_kind()
    table.show_page(said.get("page"), count=sum(counts.values()) if counts and not query else None)
    context = {
        "filter": found,
        "table": table,
        "is_narrowed": bool(said),
        "wider_url": _wider(found, table),
        "query": query,
        "verbs": [verb for verb in verbs().values() if request.user.has_perm(verb.permission)],
    }
    if not request.htmx:
        return render(request, "members/list.html", context | {"summary": summary(counts)})
    answer = render(request, "members/found.html", context | {"alone": True})
    answer["HX-Push-Url"] = _address(said.urlencode())
    return answer


def _query(said: QueryDict) -> str:
    """What decides which records are found, without their order and the page."""
    kept = said.copy()
    for name in ("page", "sort"):
        kept.pop(name, None)
    return kept.urlencode()


def _address(query: str) -> str:
    return f"{reverse('members')}?{query}" if query else reverse("members")


def _wider(found: MemberFilter | Unfiltered, table: MemberTable) -> str:
    """Where to find it when nothing active matches: the same question with inactive records."""
    if table.page.paginator.count or not found.finds_active_only:
        return ""
    wider = found.data.copy()
    wider["active"] = "all"
    return _address(wider.urlencode())


def active_by_kind() -> dict[str, int]:
    # Said with IN, and counted without naming a column, both databases answer from the index alone.
    rows = Member.objects.filter(active__in=[True]).order_by().values_list("kind").annotate(n=Count("*"))
    return dict(rows)


def summary(counts: Mapping[str, int]) -> str:
    """“1,962 active records: 418 companies and 1,544 people.”"""
    companies, people = counts.get(Kind.COMPANY, 0), counts.get(Kind.PERSON, 0)
    total = counted(companies + people, "active record", "active records")
    parts = f"{counted(companies, 'company', 'companies')} and {people_words(people)}".lower()
    return f"{total}: {parts}."
