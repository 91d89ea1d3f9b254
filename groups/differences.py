"""What has to change in one group's stored membership, and telling the rooms above of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from groups.models import Group
from groups.signals import membership_changed
from groups.wanted import Standing


@dataclass
class Differences:
    """Ids of members. Who only turned from member into beneficiary, or back, neither joined nor left."""

    joined: dict[Standing, list[int]] = field(default_factory=lambda: defaultdict(list))
    turned: dict[Standing, list[int]] = field(default_factory=lambda: defaultdict(list))
    left: list[int] = field(default_factory=list)

    def add(self, member_id: int, *, had: int, wanted: int) -> None:
        if not wanted:
            self.left.append(member_id)
        elif not had:
            self.joined[Standing(wanted)].append(member_id)
        else:
            self.turned[Standing(wanted)].append(member_id)

    def for_existing(self, members: Collection[int]) -> Differences:
        """Without those to join who are not among these members."""
        joined = {standing: [one for one in ids if one in members] for standing, ids in self.joined.items()}
        return Differences(defaultdict(list, joined), self.turned, self.left)

    @property
    def came_or_went(self) -> list[int]:
        return [*self.joined[Standing.MEMBER], *self.joined[Standing.BENEFICIARY], *self.left]


def announce(changed: Mapping[int, Differences], *, is_background: Callable[[int], bool]) -> None:
    """Tell who joined or left which of these groups (by id), apart for those whose change nobody confirmed."""
    places: dict[bool, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for group_id, differences in changed.items():
        for member_id in differences.came_or_went:
            places[is_background(member_id)][group_id].append(member_id)
    for background, found in places.items():
        membership_changed.send(Group, places=dict(found), background=background)
