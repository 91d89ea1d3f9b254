"""What this room puts into the side bar, onto Home and onto the pages about members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from groups.models import Basis, CalculationState, Group, GroupMember
from members import slots as member_slots
from members.models import Member
from members.slots import Consequence, FieldUse
from novi_ams.association import slots
from novi_ams.association.slots import Attention, NavItem, Tab
from novi_ams.audit.links import register_page
from novi_ams.audit.models import Component

VIEW = "groups.view_group"
NAMED = 3
"""Failed groups that Home names one by one."""


def groups(request: HttpRequest) -> list[NavItem]:
    return [NavItem("Members", "Groups", reverse("groups"), "layers", VIEW)]


def failed_groups(request: HttpRequest) -> list[Attention] | None:
    return failures() if request.user.has_perm("groups.change_group") else None


def failures() -> list[Attention]:
    """The groups that cannot be calculated: one by one, or from some number on together."""
    failed = Group.objects.filter(state=CalculationState.FAILED)
    found = list(failed[: NAMED + 1])
    if len(found) <= NAMED:
        return [_failed(group) for group in found]
    return [_many_failed(failed.count())]


def _failed(group: Group) -> Attention:
    return Attention(
        icon="filled-alert",
        tone="bad",
        title=f"“{group.name}” cannot be calculated",
        detail=group.error,
        action="Edit it",
        url=reverse("group", args=[group.pk]),
    )


def _many_failed(count: int) -> Attention:
    return Attention(
        icon="filled-alert",
        tone="bad",
        title=f"{count:,} groups cannot be calculated",
        detail="Their members stay as they were until their conditions are mended.",
        action=f"See the {count:,}",
        url=f"{reverse('groups')}?state={CalculationState.FAILED}",
    )


def groups_of_member(request: HttpRequest, member: Member) -> Tab | None:
    if not request.user.has_perm(VIEW):
        return None
    count = GroupMember.objects.filter(member=member).count()
    return Tab("Groups", reverse("member_groups", args=[member.pk]), "groups", count)


def leaving_groups(member: Member) -> list[Consequence] | None:
    count = GroupMember.objects.filter(member=member).count()
    if not count:
        return None
    return [Consequence("layers", f"It leaves {'1 group' if count == 1 else f'{count:,} groups'}.")]


def groups_reading(keys: Sequence[str]) -> Mapping[str, Sequence[FieldUse]]:
    """The groups whose conditions read each custom field."""
    wanted = set(keys)
    found: dict[str, list[FieldUse]] = {}
    for group in Group.objects.filter(basis=Basis.CONDITIONS).only("pk", "name", "conditions"):
        for key in wanted & set(_keys_in(group.conditions)):
            found.setdefault(key, []).append(_use(group))
    return found


def _keys_in(data: Any) -> Iterator[str]:
    """Field keys in a stored tree, also in one that cannot be read as conditions any more."""
    if isinstance(data, dict):
        yield str(data.get("field", ""))
        for item in data.get("items", []):
            yield from _keys_in(item)


def _use(group: Group) -> FieldUse:
    return FieldUse(
        label=f"Group “{group.name}”",
        url=reverse("group", args=[group.pk]),
        when_deleted="It cannot be calculated until you change its conditions. Its members stay as they are.",
    )


def register() -> None:
    slots.navigation.register(groups, order=20)
    slots.attention.register(failed_groups, order=20)
    slots.digest_items.register(failures, order=20)
    member_slots.tabs.register(groups_of_member, order=40)
    member_slots.delete_consequences.register(leaving_groups, order=20)
    member_slots.deactivate_consequences.register(leaving_groups, order=20)
    member_slots.field_uses.register(groups_reading, order=20)
    register_page(Component.GROUP, "group")
