"""What somebody sends after the session has ended is not lost: the sign-in carries it along, to be sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from novi_ams.association.forms import SignInForm
from novi_ams.association.models import Association

SENT = "sent"
"""The sign-in form's field that holds what was sent."""


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Leads a stranger to the sign-in, with the form that was sent. Files and passwords are not carried along."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        if refusal is None or not _may_be_kept(request):
            return refusal
        context = {
            "form": SignInForm(request),
            "next": request.get_full_path(),
            "sent": json.dumps(dict(request.POST.lists()), ensure_ascii=False),
            "association_name": Association.current().name,
        }
        return render(request, "registration/login.html", context)


def _may_be_kept(request: HttpRequest) -> bool:
    """Whether there is a form to keep. A page that asked through htmx is still open and keeps it itself."""
    is_form = request.method == "POST" and "HX-Request" not in request.headers and bool(request.POST)
    return is_form and not request.FILES and not any("password" in name for name in request.POST)


def send_again_page(request: HttpRequest, address: str) -> HttpResponse:
    """Offer to send to `address` what the sign-in form has carried along."""
    fields = list(_fields(request.POST.get(SENT, "")))
    return render(request, "registration/send_again.html", {"address": address, "fields": fields})


def _fields(sent: str) -> Iterator[tuple[str, str]]:
    try:
        lists = dict(json.loads(sent))
    except ValueError:
        return
    lists.pop("csrfmiddlewaretoken", None)
    for name, values in lists.items():
        yield from ((name, str(value)) for value in values)
