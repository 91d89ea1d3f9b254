"""What may happen in a history: small numbered steps that make sense in whatever world they meet.

A step's numbers pick from what there is, counted around, so that a history stays one when steps are dropped.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from integrations.tests.chaos.trouble import TROUBLES

WEIGHTS = {
    "add_person": 8,
    "add_many": 7,
    "add_company": 4,
    "rename_company": 1,
    "move_below_company": 3,
    "rename_person": 5,
    "edit_many": 4,
    "clear_phone": 3,
    "change_address": 4,
    "share_address": 3,
    "swap_addresses": 2,
    "delete_person": 3,
    "deactivate": 2,
    "do_not_send": 2,
    "put_into_group": 4,
    "take_out_of_group": 4,
    "move_to_other_county": 4,
    "redefine_group": 1,
    "empty_group": 1,
    "turn_on": 4,
    "turn_off": 2,
    "pause_or_resume": 1,
    "choose_field": 2,
    "drop_field": 1,
    "remote_rename_list": 2,
    "remote_delete_list": 1,
    "remote_delete_field": 1,
    "refuse_new_fields": 1,
    "make_list_again": 1,
    "unsubscribe": 3,
    "resubscribe": 2,
    "leave_list": 3,
    "stranger_joins_our_list": 2,
    "colleague_adds_to_our_list": 1,
    "colleague_edits_contact": 2,
    "colleague_deletes_contact": 2,
    "delete_group": 1,
    "delete_with_contact": 2,
    "rename_list_to_match": 2,
    "remove_strangers": 2,
    "wait_eleven_minutes": 2,
    "cycle": 55,
}


@dataclass(frozen=True)
class Step:
    """`verb` is a method of World; `a`, `b` and `c` pick whom and what, `at` names a boundary or a kind of request."""

    verb: str
    a: int = 0
    b: int = 0
    c: int = 0
    at: str = ""

    @property
    def trouble(self) -> str:
        """What goes wrong in a cycle: something in three of four."""
        return TROUBLES[self.a // 4 % len(TROUBLES)] if self.a % 4 else ""


BEGINNING = (*(Step("add_person", number, number) for number in range(3)), Step("turn_on"))
"""Somebody in each group, and one of them synced."""


def draw_steps(chance: random.Random, *, length: int) -> tuple[Step, ...]:
    """Whatever comes."""
    verbs = chance.choices(list(WEIGHTS), weights=list(WEIGHTS.values()), k=length)
    return tuple(
        Step(verb, chance.randrange(1000), chance.randrange(1000), chance.randrange(1000)) for verb in verbs
    )
