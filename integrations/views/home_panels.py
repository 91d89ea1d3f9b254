"""What Home shows of the sync: how it stands, what it costs, and what waits for a person."""

from __future__ import annotations

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from integrations.attention import quota_now, waiting
from integrations.models import (
    ConnectionState,
    ListMembership,
    ListState,
    Observation,
    SyncedList,
    SyncRun,
)
from integrations.views.connection_panel import LOOKS, VIEW
from integrations.views.shell_panels import connection_of
from integrations.views.usage_chart import chart_of_today
from novi_ams.association.slots import Attention, Panel


def email_sync(request: HttpRequest) -> Panel | None:
    """“1,540 people on 8 lists” and what moved today, or the invitation to connect."""
    connection = connection_of(request)
    if not request.user.has_perm(VIEW):
        return None
    if not (connection.is_connected or connection.account_id):
        return Panel("integrations/home_connect.html", {"look": LOOKS[ConnectionState.NOT_CONNECTED].value})
    lists = SyncedList.objects.filter(group__isnull=False).exclude(state=ListState.DELETING)
    totals = lists.aggregate(n=Count("pk"), pending=Sum("pending_count"), unmailed=Sum("unmailed_count"))
    on_lists = ListMembership.objects.filter(contact__account_id=connection.account_id, seen=True)
    # Who is to leave is there until then, which may be a while: a person has to approve it, or has not.
    ours = on_lists.filter(Q(wanted=True) | Q(added_by_us=True))
    today = SyncRun.objects.filter(started_at__gte=timezone.localtime().replace(hour=0, minute=0, second=0))
    moved = today.aggregate(added=Sum("added"), removed=Sum("removed"))
    observed = Observation.objects.filter(account_id=connection.account_id).first()
    context = {
        "look": LOOKS[ConnectionState(connection.state)].value,
        "people": ours.values("contact_id").distinct().count(),
        "lists": totals["n"],
        "waiting": totals["pending"] or 0,
        "unmailed": totals["unmailed"] or 0,
        "added": moved["added"] or 0,
        "removed": moved["removed"] or 0,
        "checked": observed.lists_read_at if observed else None,
        "report": reverse("integrations:report"),
        "activity": reverse("integrations:activity"),
        "settings": reverse("integrations:settings"),
    }
    return Panel("integrations/home_sync.html", context)


def api_requests(request: HttpRequest) -> Panel | None:
    """The requests of the UTC day, hour by hour in the association's time."""
    connection = connection_of(request)
    if not request.user.has_perm(VIEW) or not connection.client_id:
        return None
    context = {"chart": chart_of_today(connection.client_id), "activity": reverse("integrations:activity")}
    return Panel("integrations/home_requests.html", context)


def attention(request: HttpRequest) -> list[Attention] | None:
    """What waits for a person."""
    if not request.user.has_perm(VIEW):
        return None
    return [*waiting(connection_of(request)), *quota_now(connection_of(request))]
