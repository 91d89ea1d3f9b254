"""Contacts on no list: the page and its export."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.unlisted import cells_of, contacts_on_no_list
from integrations.vendor_pages import home_page
from integrations.views.report import VIEW
from novi_ams.spreadsheets import csv_lines

PER_PAGE = 50
CSV_COLUMNS = ("Email", "Record", "Constant Contact id")


@require_safe
@permission_required(VIEW, raise_exception=True)
def unlisted(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    page = Paginator(contacts_on_no_list(words), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "home_url": home_page()}
    return render(request, "integrations/unlisted.html", context)


@require_safe
@permission_required(VIEW, raise_exception=True)
def unlisted_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = cells_of(contacts_on_no_list(request.GET.get("q", "").strip()))
    answer = StreamingHttpResponse(csv_lines(CSV_COLUMNS, rows), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="contacts-on-no-list-{timezone.localdate()}.csv"'
    return answer
