"""What waits for a person in the sync: shown on Home, and mailed in the Daily Digest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from integrations.constant_contact.budget import Purpose
from integrations.held import held_reasons
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    RemoteFieldState,
    SyncedList,
    SyncField,
)
from integrations.statuses import Bucket
from integrations.usage import SHARES, UsageBudget
from novi_ams.association.slots import Attention

NAMED = 20
"""Lists in trouble that are named one by one."""


def digest_items() -> list[Attention]:
    """What waits now, and whether the requests ran out within the last day."""
    connection = ConstantContactConnection.current()
    return [*waiting(connection), *quota_trouble(connection, since=timezone.now() - timedelta(days=1))]


def waiting(connection: ConstantContactConnection) -> list[Attention]:
    """A broken connection, lost lists, held changes, fields that could not be made, refused addresses: 6 queries."""
    return [*_of_connection(connection), *_of_lists(), *_of_fields(), *_of_refusals(connection)]


def quota_now(connection: ConstantContactConnection) -> list[Attention]:
    return list(quota_trouble(connection, since=timezone.now()))


def quota_trouble(connection: ConstantContactConnection, *, since: datetime) -> Iterator[Attention]:
    """Days (UTC) that reach past `since` and on which the sync had no request left."""
    if not connection.client_id:
        return
    for day in sorted({since.astimezone(UTC).date(), timezone.now().astimezone(UTC).date()}):
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        used = UsageBudget(connection.client_id).used_on(start)
        if _is_used_up(connection, start, used):
            yield _quota_of(start, used)


def _is_used_up(connection: ConstantContactConnection, start: datetime, used: int) -> bool:
    limit = settings.CONSTANT_CONTACT_REQUESTS_PER_DAY
    said_so = connection.parked_until == start + timedelta(days=1)
    return said_so or (limit > 0 and used >= int(limit * SHARES[Purpose.SYNC]))


def _quota_of(start: datetime, used: int) -> Attention:
    ends = start + timedelta(days=1)
    over = ends <= timezone.now()
    limit = settings.CONSTANT_CONTACT_REQUESTS_PER_DAY
    figures = f"{used:,} of {limit:,}" if limit > 0 else f"{used:,}"
    detail = (
        f"{figures} were sent. What waited has gone on since."
        if over
        else f"{figures} are sent. What waits goes on by itself after midnight UTC; nothing is lost."
    )
    return Attention(
        "gauge",
        "wait",
        f"The requests to Constant Contact {'were' if over else 'are'} used up{' yesterday' if over else ''}",
        detail,
        "See what used them",
        reverse("integrations:activity"),
    )


def _of_connection(connection: ConstantContactConnection) -> Iterator[Attention]:
    settings_page = reverse("integrations:settings")
    if connection.state == ConnectionState.RECONNECT_NEEDED:
        yield Attention(
            "filled-alert",
            "bad",
            "Constant Contact needs you to reconnect",
            "It no longer accepts our permission. Changes wait and nothing is lost.",
            "Reconnect",
            settings_page,
        )
    elif connection.is_connected and connection.site_url != settings.SITE_URL:
        yield Attention(
            "filled-alert",
            "bad",
            "This is not the site that was connected",
            f"The connection was made for {connection.site_url}. Nothing is sent from here.",
            "Look at it",
            settings_page,
        )


def _of_lists() -> Iterator[Attention]:
    trouble = Q(state__in=(ListState.GONE, ListState.FAILED)) | Q(held_count__gt=0, state=ListState.READY)
    found = SyncedList.objects.filter(trouble, group__isnull=False).select_related("group")
    lists = list(found.order_by("group__name", "group_id")[:NAMED])
    reasons = held_reasons([one for one in lists if one.held_count])
    for one in lists:
        yield _of_list(one, reasons.get(one.pk, []))


def _of_list(one: SyncedList, reasons: Sequence[str]) -> Attention:
    name = one.group.name if one.group else one.group_name
    url = reverse("integrations:group", args=[one.group_id])
    if one.state == ListState.GONE:
        return Attention(
            "filled-alert", "bad", f"The list of “{name}” is gone", one.error, "Create it again", url
        )
    if one.state == ListState.FAILED:
        return Attention(
            "filled-alert", "bad", f"The list of “{name}” could not be made", one.error, "Look at it", url
        )
    changes = f"{one.held_count:,} change{' is' if one.held_count == 1 else 's are'}"
    return Attention(
        "flag",
        "wait",
        f"{changes} held for “{name}”",
        " ".join(reasons) or "A background change would alter much of the list.",
        f"Review {one.held_count:,}",
        reverse("integrations:held", args=[one.group_id]),
    )


def _of_fields() -> Iterator[Attention]:
    for one in SyncField.objects.filter(state=RemoteFieldState.FAILED, position__isnull=False).order_by(
        "position"
    ):
        yield Attention(
            "filled-alert",
            "bad",
            f"The field “{one.label}” does not sync",
            f"{one.error} Saving the fields tries it again.",
            "Look at it",
            reverse("integrations:settings"),
        )


def _of_refusals(connection: ConstantContactConnection) -> Iterator[Attention]:
    on_a_list = ListMembership.objects.filter(wanted=True, state=MembershipState.REFUSED, seen=False)
    refused = Contact.objects.filter(
        Q(state=ContactState.REFUSED, winner__isnull=False) | Q(pk__in=on_a_list.values("contact_id")),
        account_id=connection.account_id,
    )
    count = refused.count()
    if count:
        noun = "address was" if count == 1 else "addresses were"
        reasons = _reasons(refused) or _reasons(on_a_list)
        yield Attention(
            "triangle-alert",
            "wait",
            f"{count:,} {noun} refused by Constant Contact",
            " ".join(reasons) or "The Email Sync Report says why.",
            "See it" if count == 1 else f"See the {count:,}",
            f"{reverse('integrations:report')}?status={Bucket.REFUSED.code}",
        )


def _reasons(refused: QuerySet[Contact] | QuerySet[ListMembership]) -> list[str]:
    found: QuerySet[Any, str] = refused.exclude(reason="").values_list("reason", flat=True)
    return list(found.distinct()[:2])
