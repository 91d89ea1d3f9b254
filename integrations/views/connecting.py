"""The journey through Constant Contact's own pages and back, in a pop-up or in the window itself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations.connection import AnotherAccount, callback_url, finish_connecting, start_connecting
from integrations.connection_errors import ConnectingFailed
from integrations.views.connection_panel import MANAGE, OTHER_ACCOUNT, PROBLEM
from novi_ams.audit.actor import current_actor

POPUP = "integrations_popup"


@never_cache
@require_POST
@permission_required(MANAGE, raise_exception=True)
def connect(request: HttpRequest) -> HttpResponse:
    """Send the person to Constant Contact; `popup` says that this is a window of its own."""
    request.session[POPUP] = "popup" in request.POST
    request.session.pop(OTHER_ACCOUNT, None)
    try:
        address = start_connecting(request.session, redirect_uri=callback_url())
    except ConnectingFailed as error:
        return _came_back(request, problem=error.sentence)
    return redirect(address)


@never_cache
@require_safe
@permission_required(MANAGE, raise_exception=True)
def callback(request: HttpRequest) -> HttpResponse:
    """Constant Contact sends the person here with its answer."""
    try:
        outcome = finish_connecting(request.session, params=request.GET.dict(), actor=current_actor())
    except ConnectingFailed as error:
        return _came_back(request, problem=error.sentence)
    if isinstance(outcome, AnotherAccount):
        request.session[OTHER_ACCOUNT] = {"old": outcome.old, "new": outcome.new}
        return _came_back(request, question=outcome)
    return _came_back(request, connected_to=outcome.account_name)


def _came_back(
    request: HttpRequest,
    *,
    problem: str = "",
    question: AnotherAccount | None = None,
    connected_to: str = "",
) -> HttpResponse:
    """A page that closes its pop-up and tells the window that opened it; without one, the settings themselves."""
    if problem:
        request.session[PROBLEM] = problem
    if not request.session.get(POPUP):
        if connected_to:
            messages.success(request, f"Connected to {connected_to}.")
        return redirect("integrations:settings")
    context = {"problem": problem, "question": question, "connected_to": connected_to}
    return render(request, "integrations/came_back.html", context)
