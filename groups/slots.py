"""Places on the groups' pages that rooms above fill (`integrations` from `AppConfig.ready()`).

Whatever concerns many groups or members is asked once for a whole page, so that no filler can cause a query a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from groups.models import Group, GroupMember
from groups.preview import Preview
from members.models import Member
from novi_ams.association.looks import StatusLook
from novi_ams.association.slots import Panel, Slot, Tab


@dataclass(frozen=True)
class Column:
    """A column for one page of a table. `cells`: id of the row's group or member → what stands in it.

    While it `is_busy` the list looks again every two seconds.
    """

    header: str
    cells: Mapping[int, Panel]
    is_busy: bool = False


@dataclass(frozen=True)
class GroupFilter:
    """Chips above the groups list. `apply` narrows the list to one of the `choices` (value, label); `looks` gives
    choices an icon."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]
    apply: Callable[[QuerySet[Group], str], QuerySet[Group]]
    looks: Mapping[str, StatusLook] = field(default_factory=dict)


@dataclass(frozen=True)
class MemberFilter:
    """A choice above a group's Members tab, such as `?bucket=synced`. `apply` narrows the rows to one value."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]
    apply: Callable[[QuerySet[GroupMember], str], QuerySet[GroupMember]]


@dataclass(frozen=True)
class RowAction:
    """An entry in a group's menu. `is_post` sends a form, others follow a link."""

    label: str
    url: str
    icon: str = ""
    is_post: bool = False
    is_destructive: bool = False


@dataclass(frozen=True)
class Consequence:
    """What deleting a group also does, as a sentence; `facts` are names with counts shown beside it."""

    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict)


followed: Slot[[], Q] = Slot()
"""The groups of which a room above wants to hear who joins and leaves. A batch of records is announced for these alone:
read along with the definitions, so that a change in groups that nobody follows costs no query."""

list_columns: Slot[[Sequence[Group]], Column] = Slot()
"""Called with the groups of one page of the list."""

list_filters: Slot[[], GroupFilter] = Slot()

list_summaries: Slot[[], str] = Slot()
"""Sentences under the heading of the groups list."""

row_actions: Slot[[HttpRequest, Sequence[Group]], Mapping[int, Sequence[RowAction]]] = Slot()
"""Called with the groups of one page; by group id. A filler leaves out what the person may not do."""

status_lines: Slot[[Group], Panel] = Slot()
"""Under the group's name, on all its pages."""

tabs: Slot[[HttpRequest, Group], Tab] = Slot()
"""After Details and Members."""

save_preview: Slot[[Group | None, Preview], Panel] = Slot()
"""Beside the numbers of the edit page, before saving; None for a new group."""

delete_consequences: Slot[[Group], Consequence] = Slot()
"""In the dialog that deletes the group."""

member_columns: Slot[[Group, Sequence[Member]], Column] = Slot()
"""In the Members tab; called with the members of one page."""

member_filters: Slot[[Group], MemberFilter] = Slot()
"""Above the Members tab of a group."""
