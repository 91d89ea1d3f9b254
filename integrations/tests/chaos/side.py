"""What both sides of a history stand on: the sandbox, and picking from what there is by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import time_machine

from groups.models import Group
from integrations.models import ListState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.tests.chaos.steps import Step
from integrations.tests.chaos.theirs import Theirs
from members.models import Member

T = TypeVar("T")

POOL = [f"p{number}@example.org" for number in range(14)] + ["known@example.org", "optedout@example.org"]
FOREIGN = ["stranger@example.net", "friend@example.net", "gone@example.net"]
GROUPS = ("Board", "Staff", "Chapter")


class Side:
    """`theirs` is told by whatever people do in Constant Contact, or order there."""

    sandbox: SandboxServer
    theirs: Theirs
    travel: time_machine.Traveller

    def _id(self, email: str) -> str:
        there = self.sandbox.contact(email)
        assert there
        return str(there["contact_id"])

    def _members(self) -> list[Member]:
        return list(Member.objects.order_by("pk"))

    def _member(self, number: int) -> Member | None:
        return pick(self._members(), number)

    def _group(self, number: int) -> Group:
        return Group.objects.get(name=GROUPS[number % len(GROUPS)])

    def _synced(self, number: int) -> SyncedList | None:
        return pick(list(SyncedList.objects.exclude(state=ListState.DELETING).order_by("pk")), number)

    def _remote_list(self, number: int) -> str | None:
        """A list of ours by its id, as far as it exists there."""
        there = {one["list_id"] for one in self.sandbox.lists()}
        ours = SyncedList.objects.exclude(list_id="").order_by("pk").values_list("list_id", flat=True)
        return pick([one for one in ours if one in there], number)

    def _listed(self, step: Step) -> str | None:
        """Somebody who is on one of our lists there."""
        list_id = self._remote_list(step.b)
        return (
            pick([one for one in self.sandbox.members(list_id) if one not in FOREIGN], step.a)
            if list_id
            else None
        )


def pick(items: Sequence[T], number: int) -> T | None:
    return items[number % len(items)] if items else None
