"""What every page shows of the connection: banners, the foot of the side bar, the navigation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    ListState,
    Observation,
    StaleContact,
    SyncedList,
)
from integrations.views.connection_panel import VIEW
from novi_ams.association.looks import Look, StatusLook
from novi_ams.association.slots import NavItem, Panel

WORKING = Q(group__isnull=False, paused=False) & (
    Q(state=ListState.WANTED) | Q(state=ListState.READY, pending_count__gt=0)
)
"""Lists that the side bar calls syncing."""

_KEPT = "constant_contact_connection"


def connection_of(request: HttpRequest) -> ConstantContactConnection:
    """The connection, read once a request."""
    kept = getattr(request, _KEPT, None)
    if not isinstance(kept, ConstantContactConnection):
        kept = ConstantContactConnection.current()
        setattr(request, _KEPT, kept)
    return kept


def report_item(request: HttpRequest) -> list[NavItem]:
    return [
        NavItem(
            "Reporting",
            "Email Sync Report",
            reverse("integrations:report"),
            "mail",
            "integrations.view_contact",
        )
    ]


def reconnect_banner(request: HttpRequest) -> Panel | None:
    """Over every page while the grant is dead."""
    if not request.user.has_perm(VIEW) or connection_of(request).state != ConnectionState.RECONNECT_NEEDED:
        return None
    waiting = StaleContact.objects.values("email_key").distinct().count()
    changes = (
        f"{waiting:,} change{' is' if waiting == 1 else 's are'} waiting and"
        if waiting
        else "changes wait and"
    )
    verb = ("goes" if waiting == 1 else "go") + " out as soon as you do."
    return _banner(
        "Constant Contact needs you to reconnect.", f"Nothing is lost: {changes} {verb}", "Reconnect"
    )


def wrong_site_banner(request: HttpRequest) -> Panel | None:
    """Over every page of a copy, or of a site that has moved."""
    connection = connection_of(request)
    is_elsewhere = connection.is_connected and connection.site_url != settings.SITE_URL
    if not request.user.has_perm(VIEW) or not is_elsewhere:
        return None
    text = f"The connection was made for {connection.site_url}. Nothing is sent from here."
    return _banner("This is not the site that was connected.", text, "Look at it")


def _banner(title: str, text: str, action: str) -> Panel:
    context = {
        "title": title,
        "text": text,
        "tone": "bad",
        "action": action,
        "href": reverse("integrations:settings"),
    }
    return Panel("components/banner.html", context)


def side_foot(request: HttpRequest) -> Panel | None:
    """Whether Constant Contact is in step; asks for itself until it is."""
    return Panel("integrations/side_foot.html", _foot(request)) if request.user.has_perm(VIEW) else None


@require_safe
@permission_required(VIEW, raise_exception=True)
def foot(request: HttpRequest) -> HttpResponse:
    """The foot of the side bar alone."""
    return render(request, "integrations/side_foot.html", _foot(request))


def _foot(request: HttpRequest) -> dict[str, Any]:
    look, words, checked = _standing(connection_of(request))
    return {"look": look, "words": words, "checked": checked, "is_moving": look is Look.SYNCING.value}


def _standing(connection: ConstantContactConnection) -> tuple[StatusLook, str, object]:
    """(look, words, when it was last checked)."""
    if connection.state == ConnectionState.RECONNECT_NEEDED:
        return Look.RECONNECT_NEEDED.value, "Reconnect needed", None
    if not connection.is_connected:
        return Look.NOT_CONNECTED.value, "Not connected", None
    if connection.site_url != settings.SITE_URL:
        return Look.FAILED.value, "Connected for another site", None
    if connection.paused:
        return Look.PAUSED.value, "Paused", None
    if connection.parked_until and connection.parked_until > timezone.now():
        return Look.PENDING.value, "Waits for midnight UTC", None
    if StaleContact.objects.exists() or SyncedList.objects.filter(WORKING).exists():
        return Look.SYNCING.value, "Syncing", None
    observed = Observation.objects.filter(account_id=connection.account_id).first()
    checked = observed.lists_read_at if observed else None
    return Look.SYNCED.value, "In step." if checked else "Connected", checked
