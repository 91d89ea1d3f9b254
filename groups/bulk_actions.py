"""What the groups' room offers in the bar under the members list: add to, and remove from, a group of specific
records. And what a merge of two records does to such groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from groups.definitions import InvalidGroupError, add_records, remove_records
from groups.models import Basis, Group, GroupRecord
from members import slots
from members.bulk_verbs import records
from members.field_types import listed
from members.models import Member
from members.slots import BulkForm, BulkOutcome, BulkVerb, Consequence
from novi_ams.audit.actor import Actor

CHANGE = "groups.change_group"
AT_ONCE = 20_000
"""A group is one thing: every chunk gives it a new version and is a line of its log."""
GONE = "The group was deleted, or is not built on specific records any more."
NO_GROUP = "No group is built on specific records yet. Add one under Groups first."


class GroupChoiceForm(BulkForm):
    """Which group; only those that are built on specific records can be asked for."""

    group = forms.ModelChoiceField(
        Group.objects.filter(basis=Basis.RECORDS),
        label="Group",
        empty_label="Choose a group",
        error_messages={"required": "Choose a group.", "invalid_choice": GONE},
    )
    verb = ""
    preposition = ""

    def __init__(
        self, data: QueryDict | None = None, *, given: QueryDict | None = None, count: int = 0
    ) -> None:
        super().__init__(data, given=given, count=count)
        self.has_groups = Group.objects.filter(basis=Basis.RECORDS).exists()

    @property
    def options(self) -> dict[str, Any]:
        return {"group": self.cleaned_data["group"].pk}

    @property
    def words(self) -> str:
        return f"{self.verb} {self.preposition} “{self.cleaned_data['group']}”"

    @property
    def button(self) -> str:
        return f"{self.verb} {records(self.count)}"

    @property
    def is_askable(self) -> bool:
        return self.has_groups

    @property
    def facts(self) -> Sequence[Consequence]:
        return () if self.has_groups else (Consequence("info", NO_GROUP),)


class AddForm(GroupChoiceForm):
    verb, preposition = "Add", "to"


class RemoveForm(GroupChoiceForm):
    verb, preposition = "Remove", "from"


def add(ids: Sequence[int], options: Mapping[str, Any], actor: Actor) -> BulkOutcome:
    return _change(add_records, ids, options, actor)


def remove(ids: Sequence[int], options: Mapping[str, Any], actor: Actor) -> BulkOutcome:
    return _change(remove_records, ids, options, actor)


def _change(
    verb: Callable[..., int], ids: Sequence[int], options: Mapping[str, Any], actor: Actor
) -> BulkOutcome:
    group = Group.objects.filter(pk=options["group"]).first()
    if group is None:
        return BulkOutcome(refused=dict.fromkeys(ids, GONE))
    try:
        return BulkOutcome(verb(group, ids, actor=actor))
    except InvalidGroupError as error:
        return BulkOutcome(refused=dict.fromkeys(ids, str(error)))


ADD = BulkVerb(
    key="add_to_group",
    label="Add to group",
    title="Add to a group",
    icon="layers",
    permission=CHANGE,
    form=AddForm,
    run=add,
    chunk=AT_ONCE,
)
REMOVE = BulkVerb(
    key="remove_from_group",
    label="Remove from group",
    title="Remove from a group",
    icon="circle-minus",
    permission=CHANGE,
    form=RemoveForm,
    run=remove,
    chunk=AT_ONCE,
)


def move_picks(stays: Member, goes: Member) -> Mapping[str, str]:
    """Where the one was picked by hand the other is picked now."""
    groups = list(_picked_only(stays, goes))
    for group in groups:
        GroupRecord.objects.filter(group=group, member=goes).update(member=stays)
    return {"Groups joined": listed([group.name for group in groups])}


def _picked_only(stays: Member, goes: Member) -> Sequence[Group]:
    has_both = GroupRecord.objects.filter(member=stays).values("group")
    return list(Group.objects.filter(records__member=goes).exclude(pk__in=has_both))


def say_picks(stays: Member, goes: Member) -> list[Consequence] | None:
    groups = _picked_only(stays, goes)
    names = listed([f"“{group}”" for group in groups])
    return [Consequence("layers", f"{stays} joins {names}.")] if groups else None


def register() -> None:
    slots.bulk_actions.register(lambda: ADD, order=10)
    slots.bulk_actions.register(lambda: REMOVE, order=20)
    slots.on_merge.register(move_picks)
    slots.merge_consequences.register(say_picks)
