"""The living components page: every component in every state, for superusers and for the tests."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from novi_ams.association import look_examples


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    if not request.user.is_superuser:
        raise PermissionDenied
    if request.GET.get("dialog"):
        return render(
            request, "association/look_dialog.html", {"back": request.path, "keep": "Keep the list"}
        )
    if request.GET.get("said"):
        messages.success(request, "Group saved. 9 join, 3 leave.")
        messages.error(request, "The list was deleted in Constant Contact.")
    return render(request, "association/look.html", look_examples.everything(request))
