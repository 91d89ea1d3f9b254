"""Import: upload a file, match its columns, look at what would happen, import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.fields import catalogue
from members.imports import running
from members.imports.columns import InvalidMappingError, columns_of, targets
from members.imports.leftovers import csv_lines
from members.imports.preview import lines_of
from members.imports.reading import Delimiter, Encoding, UnreadableFileError
from members.imports.running import WrongStageError, counts_of, written_counts
from members.imports.uploading import discard, upload
from members.jobs import AT_WORK, Import, MatchBy, RowOutcome, Stage
from members.progress import progress_of
from novi_ams.association.parts import Chip
from novi_ams.association.requests import HtmxRequest
from novi_ams.audit.actor import current_actor

RIGHTS = ("members.add_member", "members.change_member")
PER_PAGE = 50
RECENT = 8
MOVED_ON = "This import has moved on since the page was opened. Here is how it stands."
UNFINISHED = (Stage.PREPARING, Stage.READY)
STEPS = {"upload": "Upload", "columns": "Match columns", "preview": "Preview", "import": "Import"}
CHIPS = (
    ("", "All rows"),
    (RowOutcome.UPDATE, "Updates"),
    (RowOutcome.CREATE, "New"),
    (RowOutcome.UNCHANGED, "Unchanged"),
    (RowOutcome.ERROR, "Errors"),
)


class UploadForm(forms.Form):
    """The file; how it is written is found out unless it is said."""

    file = forms.FileField(
        label="CSV file",
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty. Choose a file with a line of headers and rows below it.",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    delimiter = forms.ChoiceField(
        label="Separator",
        required=False,
        choices=[("", "Find out"), *((one.value, one.label.capitalize()) for one in Delimiter)],
    )
    encoding = forms.ChoiceField(
        label="Encoding", required=False, choices=[("", "Find out"), *Encoding.choices]
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHTS, raise_exception=True)
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file; the next page matches its columns."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            return redirect("import_columns", _uploaded(file, form).pk)
        except UnreadableFileError as error:
            form.add_error("file", str(error))
    context = {
        "form": form,
        "recent": Import.objects.exclude(state=Stage.UPLOADING).order_by("-pk")[:RECENT],
        "steps": steps("upload"),
        "crumbs": [("Members", reverse("members")), ("Import", "")],
    }
    return render(request, "members/import/upload.html", context, status=422 if form.errors else 200)


def _uploaded(file: UploadedFile[bytes], form: UploadForm) -> Import:
    chosen = form.cleaned_data
    return upload(
        file.file,  # type: ignore[arg-type]
        name=file.name or "members.csv",
        size=file.size or 0,
        actor=current_actor(),
        encoding=Encoding(chosen["encoding"]) if chosen["encoding"] else None,
        delimiter=Delimiter(chosen["delimiter"]) if chosen["delimiter"] else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHTS, raise_exception=True)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say to which field each column goes, and how records are found again."""
    job = get_object_or_404(Import, pk=pk)
    if job.state not in UNFINISHED:
        messages.info(request, MOVED_ON)
        return redirect("import", job.pk)
    if request.method != "POST":
        return _columns_page(request, job, job.mapping)
    mapping = [request.POST.get(f"column-{place}", "") for place in range(len(job.headers))]
    match_by = request.POST.get("match_by", "")
    job.match_by = match_by if match_by in MatchBy.values else MatchBy.EITHER
    job.clears_blanks = "clears_blanks" in request.POST
    try:
        running.check(job, mapping, match_by=job.match_by, clears_blanks=job.clears_blanks)
    except InvalidMappingError as error:
        return _columns_page(request, job, mapping, error)
    except WrongStageError:
        messages.info(request, MOVED_ON)
    return redirect("import", job.pk)


def _columns_page(
    request: HttpRequest, job: Import, mapping: list[str], error: InvalidMappingError | None = None
) -> HttpResponse:
    problems = error.problems if error else {}
    context = _frame(job, "columns") | {
        "columns": columns_of(job, mapping, problems),
        "targets": targets(catalogue()),
        "error": problems.get(-1, ""),
        "has_errors": bool(problems),
        "match_choices": MatchBy.choices,
        "encoding": Encoding(job.encoding).label,
        "delimiter": Delimiter(job.delimiter).label,
    }
    return render(request, "members/import/columns.html", context, status=422 if problems else 200)


@require_safe
@permission_required(RIGHTS, raise_exception=True)
def import_page(request: HtmxRequest, pk: int) -> HttpResponse:
    """How an import stands: being checked, to be looked at, under way, or over."""
    job = get_object_or_404(Import, pk=pk)
    if job.state == Stage.PREPARING:
        return redirect("import_columns", job.pk)
    if job.state in AT_WORK:
        context = _frame(job, "import" if job.state == Stage.RUNNING else "preview") | {
            "progress": progress_of(job),
            "counts": written_counts(job),
        }
        template = "members/import/progress.html" if request.htmx else "members/import/at_work.html"
        return render(request, template, context)
    if request.htmx and request.headers.get("HX-Target") == "import-progress":
        # The work the page was waiting for is over: what follows is another page.
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "members/import/rows.html", _rows(request, job))


def _rows(request: HttpRequest, job: Import) -> dict[str, Any]:
    counts = written_counts(job) if job.has_ended else counts_of(job)
    shown = request.GET.get("show", "")
    rows = job.rows.order_by("line")
    if shown in RowOutcome.values and shown:
        rows = rows.filter(outcome=shown)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    step = "import" if job.has_ended else "preview"
    return _frame(job, step) | {
        "counts": counts,
        "to_write": counts[RowOutcome.CREATE] + counts[RowOutcome.UPDATE],
        "chips": _chips(counts_of(job), shown),
        "page": page,
        "lines": lines_of(page, is_over=job.has_ended),
    }


def _chips(counts: dict[str, int], shown: str) -> list[Chip]:
    every = {**counts, "": sum(counts.values())}
    return [
        Chip(label, f"?show={value}" if value else "?", every[value], chosen=shown == value)
        for value, label in CHIPS
        if every[value] or not value
    ]


@require_POST
@permission_required(RIGHTS, raise_exception=True)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Import, pk=pk)
    try:
        if not running.start(job):
            messages.warning(
                request,
                "Records were added since the file was checked. It is being checked again; nothing was imported.",
            )
    except WrongStageError:
        messages.info(request, MOVED_ON)
    return redirect("import", job.pk)


@require_POST
@permission_required(RIGHTS, raise_exception=True)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop what is under way; before that, forget the upload."""
    job = get_object_or_404(Import, pk=pk)
    if job.state in UNFINISHED:
        discard(job)
        messages.success(request, f"{job.name} was not imported.")
        return redirect("members")
    try:
        running.cancel(job)
    except WrongStageError:
        messages.info(request, MOVED_ON)
    return redirect("import", job.pk)


@require_safe
@permission_required(RIGHTS, raise_exception=True)
def errors_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that are left out, as they were, with line and reason: to be mended and imported again."""
    job = get_object_or_404(Import, pk=pk)
    answer = StreamingHttpResponse(csv_lines(job), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="left-out-{job.pk}.csv"'
    return answer


def steps(now: str) -> list[tuple[str, bool, bool]]:
    """The steps of an import: (name, it is done, it is this one)."""
    at = list(STEPS).index(now)
    return [(name, place < at, place == at) for place, name in enumerate(STEPS.values())]


def _frame(job: Import, step: str) -> dict[str, Any]:
    counts_all = job.state in AT_WORK or job.has_ended
    return {
        "job": job,
        "row_count": job.rows.count() if counts_all else job.total,
        "steps": steps(step),
        "match_words": MatchBy(job.match_by).label,
        "crumbs": [("Members", reverse("members")), ("Import", reverse("import_new")), (job.name, "")],
    }
