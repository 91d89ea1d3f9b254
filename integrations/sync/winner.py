"""Which of the records that share an address gives the contact its values, and which stands for it in a group."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Candidate:
    """An eligible record: active, approved, and in the synced groups `group_ids` (never empty).

    `standing` is the place of its status in `members.models.Status`: 0 is Current.
    """

    member_id: int
    is_person: bool
    standing: int
    is_primary_contact: bool
    has_other_role: bool
    created_at: datetime
    group_ids: frozenset[int]


def choose_winner(candidates: Collection[Candidate], *, incumbent: int | None) -> Candidate | None:
    """The record whose values the contact carries, or None without candidates. Independent of their order."""
    return min(candidates, key=lambda one: _rank(one, incumbent), default=None)


def stand_ins(candidates: Collection[Candidate], *, incumbent: int | None) -> dict[int, int]:
    """For each group the one record that stands for the address: `{group_id: member_id}`.

    It is the winner where the winner is in the group, else the best-ranked of those who are; ranking all by the
    same key says both.
    """
    chosen: dict[int, int] = {}
    for one in sorted(candidates, key=lambda one: _rank(one, incumbent)):
        for group_id in one.group_ids:
            chosen.setdefault(group_id, one.member_id)
    return chosen


def _rank(one: Candidate, incumbent: int | None) -> tuple[bool, bool, int, bool, bool, datetime, int]:
    return (
        not one.is_person,
        one.member_id != incumbent,
        one.standing,
        not one.is_primary_contact,
        not one.has_other_role,
        one.created_at,
        one.member_id,
    )
