"""What this room puts into the side bar and onto Home."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from members.models import Member, Status
from novi_ams.association import slots
from novi_ams.association.slots import Attention, NavItem, Panel
from novi_ams.audit.links import register_page
from novi_ams.audit.models import Component

IN_GOOD_STANDING = frozenset({Status.CURRENT, Status.GRACE, Status.INHERITING})
VIEW = "members.view_member"


@dataclass(frozen=True)
class StatusLine:
    """A bar of the chart: how many active records have the status, as a share of all and of the longest bar."""

    label: str
    count: int
    percent: int
    length: float
    url: str
    is_quiet: bool


def members(request: HttpRequest) -> list[NavItem]:
    return [NavItem("Members", "Members", reverse("members"), "users", VIEW)]


def custom_fields(request: HttpRequest) -> list[NavItem]:
    return [NavItem("Fields", "Custom Fields", reverse("custom_fields"), "id-card", VIEW)]


def members_by_status(request: HttpRequest) -> Panel | None:
    if not request.user.has_perm(VIEW):
        return None
    # Said with IN, and counted without naming a column, both databases answer from the index alone.
    rows = Member.objects.filter(active__in=[True]).order_by().values_list("status").annotate(n=Count("*"))
    counts: dict[str, int] = dict(rows)
    total = sum(counts.values())
    lines = [
        _line(status, counts.get(status, 0), total, max(counts.values(), default=0)) for status in Status
    ]
    return Panel("members/home_by_status.html", {"lines": lines, "total": total})


def _line(status: Status, count: int, total: int, longest: int) -> StatusLine:
    return StatusLine(
        label=status.label,
        count=count,
        percent=round(100 * count / total) if total else 0,
        length=round(100 * count / longest, 1) if longest else 0,
        url=f"{reverse('members')}?status={status}",
        is_quiet=status not in IN_GOOD_STANDING,
    )


def waiting_for_approval(request: HttpRequest) -> list[Attention] | None:
    if not request.user.has_perm("members.change_member"):
        return None
    count = Member.objects.filter(active=True, approved=False).count()
    if not count:
        return None
    return [
        Attention(
            icon="user",
            tone="",
            title="1 record waits for approval" if count == 1 else f"{count:,} records wait for approval",
            detail="Until then it is in no group." if count == 1 else "Until then they are in no group.",
            action="See it" if count == 1 else f"See the {count:,}",
            url=f"{reverse('members')}?approved=no",
        )
    ]


def register() -> None:
    slots.navigation.register(members, order=10)
    slots.navigation.register(custom_fields, order=30)
    slots.home_main.register(members_by_status, order=50)
    slots.attention.register(waiting_for_approval, order=80)
    register_page(Component.MEMBER, "member")
    register_page(Component.IMPORT, "import")
    register_page(Component.BULK, "bulk_action")
    register_page(Component.CUSTOM_FIELD, "custom_field_place")
