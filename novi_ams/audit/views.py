"""The Audit Log, whole and of one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from novi_ams.audit.events import LogDay, days_on
from novi_ams.audit.filters import AuditFilter
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.spreadsheets import csv_lines

PER_PAGE = 50
CSV_COLUMNS = ("When", "Who", "Component", "Item", "Item id", "Action", "Field", "Before", "After")


@dataclass(frozen=True)
class LogPage:
    """What `audit/log.html` shows."""

    page: Page[AuditEntry]
    days: list[LogDay]


def entries_for(component: Component, item_id: object) -> QuerySet[AuditEntry]:
    """Everything that was recorded about one item, newest first."""
    return AuditEntry.objects.filter(component=component, item_id=str(item_id))


def log_page(request: HttpRequest, entries: QuerySet[AuditEntry]) -> LogPage:
    """The page of `entries` that the request asks for; at most three queries, however many rows."""
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return LogPage(page, days_on(page, within=entries))


@require_safe
@permission_required("audit.view_auditentry", raise_exception=True)
def audit_log(request: HttpRequest) -> HttpResponse:
    found = AuditFilter(request.GET, queryset=AuditEntry.objects.all())
    context = {"filter": found, "log": log_page(request, found.qs)}
    return render(request, "audit/audit_log.html", context)


@require_safe
@permission_required("audit.view_auditentry", raise_exception=True)
def audit_log_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered log as CSV, streamed, with times in the association's zone."""
    entries = AuditFilter(request.GET, queryset=AuditEntry.objects.all()).qs
    lines = csv_lines(CSV_COLUMNS, _rows(entries, timezone.get_current_timezone()))
    answer = StreamingHttpResponse(lines, content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="audit-log-{timezone.localdate()}.csv"'
    return answer


def _rows(entries: QuerySet[AuditEntry], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    # The active time zone is gone by the time a streamed answer is read, so it is handed in.
    for entry in entries.iterator(chunk_size=2000):
        when = timezone.localtime(entry.at, zone).isoformat(timespec="seconds")
        item = (Component(entry.component).label, entry.item_name, entry.item_id)
        change = (entry.action, entry.field, entry.before, entry.after)
        yield when, entry.actor_name, *item, *change
