"""What the members room says, heard by groups: only marks what is stale, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from groups.field_changes import adapt_to_field
from groups.marks import mark_stale
from groups.models import Group, GroupMember
from groups.signals import membership_changed
from members.signals import custom_field_changed, members_changed
from novi_ams.audit.actor import Actor


def mark_changed_members(
    *, member_ids: list[int], deleted: bool = False, background: bool = False, **_: Any
) -> None:
    """Records were saved, or are about to go."""
    if deleted:
        leave_every_group(member_ids, background=background)
    mark_stale(member_ids, background=background)


def leave_every_group(member_ids: Collection[int], *, background: bool) -> None:
    """Who is deleted leaves at once: later there is no row to tell which groups they were in."""
    places: dict[int, list[int]] = defaultdict(list)
    memberships = GroupMember.objects.filter(member__in=member_ids)
    for group_id, member_id in memberships.values_list("group", "member"):
        places[group_id].append(member_id)
    if places:
        membership_changed.send(Group, places=dict(places), background=background)
    memberships.delete()


def mark_groups_of_field(
    *, key: str, deleted: bool, renamed_options: Mapping[str, str], actor: Actor, **_: Any
) -> None:
    adapt_to_field(key, deleted=deleted, renamed_options=renamed_options, actor=actor)


def connect_receivers() -> None:
    members_changed.connect(mark_changed_members, dispatch_uid="groups.mark_changed_members")
    custom_field_changed.connect(mark_groups_of_field, dispatch_uid="groups.mark_groups_of_field")
