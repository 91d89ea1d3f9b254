"""A group's Audit tab."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups.views.frame import frame, group_of
from novi_ams.audit.models import Component
from novi_ams.audit.views import entries_for, log_page


@require_safe
@permission_required("groups.view_group", raise_exception=True)
@permission_required("audit.view_auditentry", raise_exception=True)
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    group = group_of(pk)
    log = log_page(request, entries_for(Component.GROUP, group.pk))
    return render(request, "groups/audit.html", frame(request, group, "audit") | {"log": log})
