"""Association Settings > Integrations: the connection, and the fields that sync."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from integrations.connection import (
    Validated,
    confirm_other_account,
    confirm_site,
    decline_other_account,
    disconnect,
    test_connection,
)
from integrations.connection_errors import ConnectingFailed
from integrations.full_sync import full_sync
from integrations.group_status import lists_that_are_on
from integrations.models import ConstantContactConnection
from integrations.syncing import pause_all, resume_all
from integrations.views.connection_panel import MANAGE, OTHER_ACCOUNT, PROBLEM, VIEW, connection_view, tabs_of
from integrations.views.sync_fields import editor, field_context
from novi_ams.association.requests import HtmxRequest
from novi_ams.association.slots import Tab
from novi_ams.audit.actor import current_actor


def settings_tab(request: HttpRequest) -> Tab | None:
    """This room's tab of Association Settings."""
    return Tab("Integrations", reverse("integrations:settings"), "integrations")


@require_safe
@permission_required(VIEW, raise_exception=True)
def integrations(request: HttpRequest) -> HttpResponse:
    context = {**_tab(request), "tabs": tabs_of(request), "tab": "integrations"}
    return render(request, "integrations/settings.html", context)


@require_safe
@permission_required(VIEW, raise_exception=True)
def progress(request: HttpRequest) -> HttpResponse:
    """How far a full sync has come; it asks for itself until it is done."""
    context = {"full_sync": full_sync(ConstantContactConnection.current())}
    return render(request, "integrations/full_sync.html", context)


def _tab(request: HttpRequest) -> dict[str, Any]:
    view = connection_view(request)
    under_way = full_sync(view.connection)
    return {"view": view, "full_sync": under_way, **field_context(request, editor(request.GET))}


@require_safe
@permission_required(VIEW, raise_exception=True)
def connection_state(request: HttpRequest) -> HttpResponse:
    """The tab's content, after the pop-up said that it is done."""
    return render(request, "integrations/tab.html", _tab(request))


@require_POST
@permission_required(MANAGE, raise_exception=True)
def test(request: HtmxRequest) -> HttpResponse:
    before = ConstantContactConnection.current().state
    outcome = test_connection(actor=current_actor())
    if request.htmx and ConstantContactConnection.current().state != before:
        # The banner and the foot of the side bar tell it, too.
        return HttpResponseClientRefresh()
    if request.htmx:
        return render(
            request, "integrations/connection.html", {"view": connection_view(request, tested=outcome)}
        )
    if isinstance(outcome, Validated):
        messages.success(request, f"Validated: connected to {outcome.account_name}.")
    else:
        messages.error(request, f"{outcome.reason} {outcome.cure}")
    return redirect("integrations:settings")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE, raise_exception=True)
def disconnect_dialog(request: HttpRequest) -> HttpResponse:
    """Ask, naming what stops and what stays; then disconnect."""
    connection = ConstantContactConnection.current()
    if request.method == "POST":
        disconnect(actor=current_actor())
        messages.success(request, "Disconnected from Constant Contact.")
        return redirect("integrations:settings")
    context = {
        "connection": connection,
        "lists": lists_that_are_on(),
        "back": reverse("integrations:settings"),
        "keep": "Stay connected",
    }
    return render(request, "integrations/disconnect.html", context)


@require_POST
@permission_required(MANAGE, raise_exception=True)
def other_account(request: HttpRequest) -> HttpResponse:
    """The answer to whether another account than before shall be connected."""
    request.session.pop(OTHER_ACCOUNT, None)
    if request.POST.get("answer") != "connect":
        decline_other_account(request.session)
        messages.info(request, "Nothing was changed.")
        return redirect("integrations:settings")
    try:
        found = confirm_other_account(request.session, actor=current_actor())
    except ConnectingFailed as error:
        request.session[PROBLEM] = error.sentence
    else:
        messages.success(request, f"Connected to {found.account_name}.")
    return redirect("integrations:settings")


@require_POST
@permission_required(MANAGE, raise_exception=True)
def this_site(request: HttpRequest) -> HttpResponse:
    """The site has moved: the connection is bound to its new address."""
    confirm_site(actor=current_actor())
    messages.success(request, "The connection belongs to this site now. Syncing goes on.")
    return redirect("integrations:settings")


@require_POST
@permission_required(MANAGE, raise_exception=True)
def pause_everything(request: HttpRequest) -> HttpResponse:
    if "resume" in request.POST:
        resume_all(actor=current_actor())
        messages.success(request, "All syncs resumed.")
    else:
        pause_all(actor=current_actor())
        messages.success(request, "All syncs paused. Nothing is sent until you resume.")
    return redirect("integrations:settings")
