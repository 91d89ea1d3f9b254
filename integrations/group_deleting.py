"""A group that is deleted takes its list with it."""

from __future__ import annotations

from typing import Any

from groups.models import Group
from groups.signals import group_deleting
from integrations.syncing import let_go_of_group
from novi_ams.audit.actor import Actor


def delete_its_list(*, group: Group, actor: Actor, **_: Any) -> None:
    let_go_of_group(group, actor=actor)


def connect_receivers() -> None:
    group_deleting.connect(delete_its_list, dispatch_uid="integrations.delete_list_of_group")
