"""What the pages about members show of the sync."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from groups.models import GroupMember
from integrations.models import ListState, SyncedList
from integrations.person_status import statuses_of_member
from integrations.views.person_remedy import remedy_for
from members.models import Member
from members.slots import Consequence
from novi_ams.association.slots import Panel


def email_sync(request: HttpRequest, member: Member) -> Panel | None:
    """The member's status in every synced group, beside the Details tab."""
    if not request.user.has_perm("integrations.view_contact"):
        return None
    lines = [
        (
            reverse("integrations:group", args=[where.group_id]),
            where,
            status,
            remedy_for(request, status, where),
        )
        for where, status in statuses_of_member(member)
    ]
    return Panel("integrations/member_panel.html", {"lines": lines, "member": member})


def leaving_lists(member: Member) -> list[Consequence]:
    """What deleting or deactivating a record does to lists."""
    groups = GroupMember.objects.filter(member=member).values("group_id")
    lists = SyncedList.objects.filter(group_id__in=groups).exclude(state=ListState.DELETING)
    names = [str(one) for one in lists.order_by("group_name")]
    if not names:
        return []
    where = f"the list “{names[0]}”" if len(names) == 1 else f"{len(names)} lists"
    return [
        Consequence(
            "mail",
            f"It leaves {where} in Constant Contact, unless another record there has the same address.",
        )
    ]
