"""What people did in Constant Contact, and what is therefore not ours to change."""

from __future__ import annotations

from dataclasses import dataclass, field

PRESS, SHOE_SIZE, FRIEND = "Press", "Shoe Size", "friend@example.net"


@dataclass
class Theirs:
    """What is not ours to change there, by ids of contacts and lists, as people's doing left it.

    `forgotten`: contacts that staff ordered to be deleted with their record, whether or not they could be.
    `refuse_fields`: no further custom field is to be had, for good.
    """

    shoe_sizes: dict[str, str] = field(default_factory=dict)
    in_press: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    opted_out_of: dict[str, set[str]] = field(default_factory=dict)
    left: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    deleted_lists: set[str] = field(default_factory=set)
    lists_of_friend: set[str] = field(default_factory=set)
    fields_left: list[str] = field(default_factory=list)
    refuse_fields: bool = False
