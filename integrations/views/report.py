"""The Email Sync Report's page, its export, and what people do from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groups.models import GroupMember
from integrations.models import SyncedList
from integrations.report import Order, Report, ReportRow, all_rows, lists_that_sync, rows_of
from integrations.statuses import LEDGER, NOT_MAILED, Bucket
from integrations.syncing import try_again
from integrations.views.person_remedy import CHANGE, remedy_for
from novi_ams.association.parts import Chip
from novi_ams.audit.actor import current_actor
from novi_ams.spreadsheets import csv_lines

VIEW = "integrations.view_contact"
PER_PAGE = 25
SINCE = {1: "In the last day", 7: "In the last 7 days", 30: "In the last 30 days"}
CSV_COLUMNS = ("Record", "Email", "Group", "List", "Status", "Reason", "Since", "Last try")
SHORT = {
    Bucket.UNSUBSCRIBED: "Unsubscribed",
    Bucket.SAME_ADDRESS: "Same address",
    Bucket.DELETED_THERE: "Deleted there",
    Bucket.DO_NOT_SEND: "Do Not Send",
    Bucket.REFUSED: "Refused",
    Bucket.HELD: "Held",
}


def asked(data: QueryDict) -> Report:
    """What the address asks of the report; what makes no sense is left out."""
    known = set(lists_that_sync().values_list("group_id", flat=True))
    group, days = str(data.get("group", "")), str(data.get("since", ""))
    sort = data.get("sort", "")
    return Report(
        words=str(data.get("q", "")).strip(),
        group_id=int(group) if group.isdecimal() and int(group) in known else None,
        bucket=next((bucket for bucket in Bucket if bucket.code == data.get("status")), None),
        not_mailed=data.get("status") == NOT_MAILED,
        days=int(days) if days.isdecimal() and int(days) in SINCE else None,
        order=next((order for order in Order if order == sort), Order.RECORD),
    )


def address_of(report: Report, **changed: str) -> str:
    """The query that asks for this report, with some of it changed."""
    query = QueryDict(mutable=True)
    parts = {
        "q": report.words,
        "group": str(report.group_id or ""),
        "status": report.status,
        "since": str(report.days or ""),
        "sort": "" if report.order is Order.RECORD else report.order.value,
    }
    for name, value in {**parts, **changed}.items():
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


class _CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Its total was counted by status already; counting again would cost as much as the page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(report.rows, PER_PAGE)

    @property
    def count(self) -> int:
        return self.report.total

    def page(self, number: int | str) -> Page[GroupMember]:
        number = self.validate_number(number)
        start = (number - 1) * PER_PAGE
        return Page(self.report.page(start, min(start + PER_PAGE, self.count)), number, self)


@require_safe
@permission_required(VIEW, raise_exception=True)
def report(request: HttpRequest) -> HttpResponse:
    shown = asked(request.GET)
    page: Page[GroupMember] = _CountedPaginator(shown).get_page(request.GET.get("page"))
    context = {
        "report": shown,
        "page": page,
        "rows": [
            (row, remedy_for(request, row.status, row.synced_list))
            for row in rows_of(page.object_list, shown.lists)
        ],
        "chips": chips(shown),
        "columns": columns(shown),
        "since": SINCE.items(),
        "refused": shown.counts.get(Bucket.REFUSED.code, 0),
        "query": address_of(shown),
    }
    return render(request, "integrations/report.html", context)


def chips(shown: Report) -> list[Chip]:
    counts = shown.counts
    every = Chip("All", address_of(shown, status=""), sum(counts.values()), chosen=not shown.status)
    unmailed = Chip(
        "Not mailed", address_of(shown, status=NOT_MAILED), shown.unmailed, chosen=shown.not_mailed
    )
    return [
        every,
        unmailed,
        *(_chip(shown, one) for one in LEDGER if counts.get(one.code) or one is shown.bucket),
    ]


def _chip(shown: Report, bucket: Bucket) -> Chip:
    return Chip(
        SHORT.get(bucket, bucket.label),
        address_of(shown, status=bucket.code),
        shown.counts.get(bucket.code, 0),
        bucket is shown.bucket,
        icon=bucket.look.icon,
        tone=bucket.look.tone,
    )


def columns(shown: Report) -> list[tuple[str, str, str]]:
    """(header, where a click on it leads, aria-sort); both blank for a column that does not sort."""
    return [
        _column(shown, "Record", Order.RECORD, Order.RECORD_DOWN),
        _column(shown, "Group", Order.GROUP, Order.GROUP_DOWN),
        ("Status", "", ""),
        ("Reason", "", ""),
        _column(shown, "Since", Order.NEWEST, Order.OLDEST),
    ]


def _column(shown: Report, header: str, first: Order, second: Order) -> tuple[str, str, str]:
    to = second if shown.order is first else first
    is_sorted = shown.order in (first, second)
    way = "descending" if shown.order.value.startswith("-") else "ascending"
    return header, address_of(shown, sort=to.value), way if is_sorted else ""


@require_safe
@permission_required(VIEW, raise_exception=True)
def report_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows, all of it, streamed; times in the association's zone."""
    rows = _lines(all_rows(asked(request.GET)), timezone.get_current_timezone())
    answer = StreamingHttpResponse(csv_lines(CSV_COLUMNS, rows), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="email-sync-{timezone.localdate()}.csv"'
    return answer


def _lines(rows: Iterator[ReportRow], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    # The active time zone is gone by the time a streamed answer is read, so it is handed in and made active anew.
    with timezone.override(zone):
        for row in rows:
            yield _cells(row)


def _cells(row: ReportRow) -> tuple[str, ...]:
    status, where = row.status, row.synced_list
    group = where.group.name if where.group else where.group_name
    what = (status.look.label, status.sentence, _moment(status.since), _moment(status.tried_at))
    return (str(row.member), row.member.email, group, _list_name(where), *what)


def _list_name(where: SyncedList) -> str:
    return where.name or where.group_name


def _moment(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(sep=" ", timespec="minutes")[:16] if moment else ""


@require_POST
@permission_required(CHANGE, raise_exception=True)
def try_refused_again(request: HttpRequest) -> HttpResponse:
    """Try all refused addresses again that the report's filter leaves: one group's, or everybody's."""
    shown = asked(request.POST)
    count = try_again(shown.refused(), actor=current_actor())
    if count:
        messages.success(request, f"{count:,} address{'' if count == 1 else 'es'} will be tried again now.")
    else:
        messages.info(request, "Nobody is refused any more.")
    return redirect(reverse("integrations:report") + address_of(shown))
