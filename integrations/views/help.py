"""The questions staff ask, answered."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.choose_fields import MOST
from integrations.statuses import LEDGER, SyncStatus


@require_safe
@permission_required("association.view_association", raise_exception=True)
def answers(request: HttpRequest) -> HttpResponse:
    context = {
        "buckets": [bucket.value for bucket in LEDGER],
        "states": [status.value for status in SyncStatus],
        "most": MOST,
    }
    return render(request, "integrations/help.html", context)
