"""Bulk actions: from the selected rows of the list to a question, and from there to progress and result."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from members import bulk
from members.bulk_verbs import records
from members.fields import catalogue
from members.jobs import BulkAction, Stage
from members.models import Member
from members.progress import progress_of
from members.slots import BulkVerb
from members.views.exporting import found_members
from novi_ams.association.requests import HtmxRequest
from novi_ams.audit.actor import current_actor

EXPORT = "export"
LEFT_OUT_PER_PAGE = 50


@require_POST
@permission_required("members.view_member", raise_exception=True)
def select(request: HttpRequest) -> HttpResponse:
    """Keep the selection of the list and go where the pressed button leads."""
    key, query = request.POST.get("do", ""), request.POST.get("query", "")
    if key != EXPORT:
        _allowed(request, key)
    ids = _ids(request.POST)
    everything = bool(request.POST.get("everything"))
    if not everything and not ids:
        messages.warning(request, "Nothing was selected. Tick the records first.")
        return redirect(_list(query))
    job = bulk.select(
        found_members(query, catalogue()) if everything else Member.objects.all(),
        verb=key,
        query=query,
        actor=current_actor(),
        only=None if everything else ids,
        but=ids if everything else (),
    )
    if key == EXPORT:
        return redirect(f"{reverse('member_export')}?selection={job.pk}")
    return redirect("bulk_action", job.pk)


def _ids(data: QueryDict) -> set[int]:
    """Ids ticked on this page, and those that the script kept from other pages. With `everything` the latter are
    the ones that were unticked."""
    kept = data.get("ids", "").split(",")
    ticked = [] if data.get("everything") else data.getlist("selected")
    return {int(one) for one in (*kept, *ticked) if one.isascii() and one.isdigit() and len(one) < 19}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.view_member", raise_exception=True)
def bulk_action(request: HtmxRequest, pk: int) -> HttpResponse:
    """What is to be done, then how far it is, then what became of it."""
    job = get_object_or_404(BulkAction, pk=pk)
    verb = _allowed(request, job.verb)
    if job.state != Stage.PREPARING:
        return _under_way(request, job, verb)
    data = request.POST if request.method == "POST" else None
    form = verb.form(data, given=request.GET, count=job.total)
    if request.method == "POST" and form.is_valid():
        return _started(request, job, form.options, form.words)
    context = {
        "job": job,
        "verb": verb,
        "form": form,
        "records": records(job.total),
        "back": _list(job.query),
        "crumbs": [("Members", _list(job.query)), (verb.title, "")],
    }
    template = "members/bulk/question.html" if request.htmx else "members/bulk/ask.html"
    return render(request, template, context, status=422 if form.errors and not request.htmx else 200)


def _started(request: HttpRequest, job: BulkAction, options: dict[str, object], words: str) -> HttpResponse:
    try:
        bulk.start(job, options=options, words=words)
    except bulk.BulkStageError:
        messages.info(request, "This was started already.")
    return redirect("bulk_action", job.pk)


def _under_way(request: HtmxRequest, job: BulkAction, verb: BulkVerb) -> HttpResponse:
    left_out = Paginator(job.rows.exclude(reason="").order_by("pk"), LEFT_OUT_PER_PAGE)
    page = left_out.get_page(request.GET.get("page"))
    names = Member.objects.in_bulk([row.member_id for row in page])
    context = {
        "job": job,
        "verb": verb,
        "progress": progress_of(job) if job.is_at_work else None,
        "left_out": page,
        "lines": [(names.get(row.member_id), row.reason) for row in page],
        "unchanged": max(0, job.done - job.changed - left_out.count),
        "left_undone": job.total - job.done,
        "back": _list(job.query),
        "crumbs": [("Members", _list(job.query)), (job.words, "")],
    }
    template = "members/bulk/state.html" if request.htmx else "members/bulk/result.html"
    return render(request, template, context)


@require_POST
@permission_required("members.view_member", raise_exception=True)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(BulkAction, pk=pk)
    _allowed(request, job.verb)
    try:
        bulk.cancel(job)
    except bulk.BulkStageError:
        messages.info(request, "It was finished before it could be cancelled.")
    return redirect("bulk_action", job.pk)


def _allowed(request: HttpRequest, key: str) -> BulkVerb:
    verb = bulk.verbs().get(key)
    if verb is None:
        raise Http404("There is no such action.")
    if not request.user.has_perm(verb.permission):
        raise PermissionDenied
    return verb


def _list(query: str) -> str:
    return f"{reverse('members')}?{query}" if query else reverse("members")
