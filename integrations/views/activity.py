"""Sync activity: the last runs, what runs now, and what the requests went to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from integrations.activity import (
    PURPOSES,
    Now,
    changes_of,
    requests_by_purpose,
    runs,
    start_of_day,
    what_runs_now,
)
from integrations.models import ConstantContactConnection, RunState, SyncRun
from integrations.statuses import RUN_LOOKS
from integrations.views.shell_panels import connection_of
from integrations.views.usage_chart import chart_of_month, chart_of_today
from novi_ams.association.looks import StatusLook
from novi_ams.association.parts import Chip
from novi_ams.association.wording import span

VIEW = "integrations.view_syncrun"
PER_PAGE = 25
TROUBLE = "trouble"


@dataclass(frozen=True)
class RunRow:
    run: SyncRun

    @property
    def look(self) -> StatusLook:
        return RUN_LOOKS[self.run.state]

    @property
    def changes(self) -> str:
        return changes_of(self.run)

    @property
    def took(self) -> str:
        """“12 s”, “4 min”; blank while it goes on."""
        if self.run.finished_at is None:
            return ""
        gap = self.run.finished_at - self.run.started_at
        return f"{max(1, round(gap.total_seconds()))} s" if gap.total_seconds() < 90 else span(gap)


@require_safe
@permission_required(VIEW, raise_exception=True)
def activity(request: HttpRequest) -> HttpResponse:
    connection = connection_of(request)
    only_trouble = request.GET.get("show") == TROUBLE
    page = Paginator(runs(only_trouble=only_trouble), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [RunRow(run) for run in page],
        "chips": chips(only_trouble=only_trouble),
        "purposes": purposes(connection),
        "today": chart_of_today(connection.client_id),
        "month": chart_of_month(connection.client_id),
        **now_context(connection),
    }
    return render(request, "integrations/activity.html", context)


@require_safe
@permission_required(VIEW, raise_exception=True)
def running(request: HttpRequest) -> HttpResponse:
    """What runs now, alone; it asks for itself while something moves."""
    return render(request, "integrations/running.html", now_context(connection_of(request)))


def now_context(connection: ConstantContactConnection) -> dict[str, object]:
    now = what_runs_now(connection)
    return {"now": now, "pace_note": pace_note(now), "stopped": now.stopped_by}


def pace_note(now: Now) -> str:
    """“About 310 a minute, 4 min left. You can leave this page.”"""
    if now.left is None:
        return "You can leave this page."
    return f"About {round(now.pace):,} a minute, {span(now.left)} left. You can leave this page."


def chips(*, only_trouble: bool) -> list[Chip]:
    address = reverse("integrations:activity")
    trouble = RUN_LOOKS[RunState.FAILED]
    return [
        Chip("All runs", address, chosen=not only_trouble),
        Chip(
            "Stopped or refused",
            f"{address}?show={TROUBLE}",
            runs(only_trouble=True).count(),
            chosen=only_trouble,
            icon=trouble.icon,
            tone=trouble.tone,
        ),
    ]


def purposes(connection: ConstantContactConnection) -> Iterable[tuple[str, int]]:
    """(words, requests) of today."""
    counts = requests_by_purpose(connection.client_id, start_of_day())
    return [(PURPOSES[purpose], count) for purpose, count in counts.items()]
