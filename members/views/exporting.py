"""Export: choose columns, then get the filtered or the selected records as a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members import bulk
from members.exports import chosen_columns, csv_lines, usual_columns
from members.fields import Catalogue, catalogue
from members.filters import MemberFilter, telling
from members.jobs import BulkAction
from members.models import Member, MemberQuerySet
from novi_ams.audit.actor import current_actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

REMEMBERED = "export_columns"
NO_COLUMN = "Choose at least one column."


@dataclass(frozen=True)
class Wanted:
    """Which records an export is about, and the list where they were chosen."""

    members: MemberQuerySet
    query: str
    selection: str = ""

    @property
    def back(self) -> str:
        return f"{reverse('members')}?{self.query}" if self.query else reverse("members")


def found_members(query: str, fields: Catalogue) -> MemberQuerySet:
    """The records of the members list at this address."""
    found: MemberQuerySet = MemberFilter(telling(QueryDict(query)), Member.objects.all(), fields=fields).qs
    return found


def wanted_by(data: QueryDict, fields: Catalogue) -> Wanted:
    """What `selection` or else `query` of a form or an address asks for."""
    selection = data.get("selection", "")
    if not selection:
        query = data.get("query", "")
        return Wanted(found_members(query, fields), query)
    job = BulkAction.objects.filter(pk=int(selection)).first() if selection.isdecimal() else None
    if job is None:
        raise Http404("There is no such selection any more.")
    return Wanted(bulk.selected(job), job.query, selection)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.view_member", raise_exception=True)
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Ask for the columns; with some, send the file."""
    fields = catalogue()
    data = request.POST if request.method == "POST" else request.GET
    wanted = wanted_by(data, fields)
    columns = chosen_columns(data.getlist("column"), fields)
    if request.method == "POST" and columns:
        request.session[REMEMBERED] = [field.key for field in columns]
        count = wanted.members.count()
        _note(count, [field.label for field in columns])
        answer = StreamingHttpResponse(csv_lines(wanted.members, columns), content_type="text/csv")
        answer["Content-Disposition"] = f'attachment; filename="members-{timezone.localdate()}.csv"'
        return answer
    context = {
        "wanted": wanted,
        "count": wanted.members.count(),
        "groups": fields.groups(fields.exportable),
        "chosen": _prechosen(request, fields),
        "error": NO_COLUMN if request.method == "POST" else "",
        "crumbs": [("Members", wanted.back), ("Export", "")],
    }
    return render(request, "members/export.html", context, status=422 if context["error"] else 200)


def _prechosen(request: HttpRequest, fields: Catalogue) -> list[str]:
    match request.GET.get("columns"):
        case "all":
            return [field.key for field in fields.exportable]
        case "usual":
            return usual_columns(fields)
        case _:
            return request.session.get(REMEMBERED) or usual_columns(fields)


def _note(count: int, labels: list[str]) -> None:
    """Personal data leaves the product: the log says how much of it."""
    record(
        Component.BULK,
        item_id="export",
        item_name="Members",
        action="Exported",
        after=f"{count:,} records: {', '.join(labels)}.",
        actor=current_actor(),
    )
