"""What the rooms above put into the pages about members; they register in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from members.models import Member
from novi_ams.association.slots import Panel, Slot, Tab
from novi_ams.audit.actor import Actor


@dataclass(frozen=True)
class ListColumn:
    """A column of the members list. `cells` is asked once a page, with the ids on it: {member id: cell}."""

    key: str
    header: str
    cells: Callable[[Collection[int]], Mapping[int, str | SafeString]]


@dataclass(frozen=True)
class Consequence:
    """What deleting a record, or a custom field, also does: a sentence and Lucide's name of an icon.

    With `choice` it is something that the person may choose to do, too: a checkbox of that name, which
    `on_delete` is told of.
    """

    icon: str
    text: str
    choice: str = ""


@dataclass(frozen=True)
class FieldUse:
    """A thing that reads a custom field: “Group “Current members””, where it is, what deleting does to it."""

    label: str
    url: str
    when_deleted: str


tabs: Slot[[HttpRequest, Member], Tab] = Slot()
"""Tabs of a record's page between Family Tree (30) and Settings (80). The tab's own page extends
`members/record.html` with the context that `members.views.record.frame` gives."""

side_panels: Slot[[HttpRequest, Member], Panel] = Slot()
"""Panels beside the Details tab; the family tree stands at 50."""

list_columns: Slot[[HttpRequest], ListColumn] = Slot()

ConsequenceSlot = Slot[[Member], list[Consequence]]
delete_consequences: ConsequenceSlot = Slot()
deactivate_consequences: ConsequenceSlot = Slot()

on_delete: Slot[[Member, Collection[str]], None] = Slot()
"""Called when a person deletes a record on its page, in the same transaction and before the record goes, with
the names of the choices that were ticked."""

field_uses: Slot[[Sequence[str]], Mapping[str, Sequence[FieldUse]]] = Slot()
"""What reads custom fields: asked once for all keys shown (`custom.division`), answers by key."""


@dataclass(frozen=True)
class BulkOutcome:
    """What a bulk action did to a chunk: how many records it changed, and whom it left out, with the reason."""

    changed: int = 0
    refused: Mapping[int, str] = field(default_factory=dict)


class BulkForm(forms.Form):
    """Asks what a bulk action has to know. `given` are choices from the address, `count` how many are selected.

    `next_button` goes to the next question while not enough is chosen.
    """

    next_button = ""

    def __init__(
        self, data: QueryDict | None = None, *, given: QueryDict | None = None, count: int = 0
    ) -> None:
        self.given, self.count = given or QueryDict(), count
        super().__init__(data)

    @property
    def options(self) -> dict[str, Any]:
        """What was chosen, as JSON; of a valid form."""
        return {}

    @property
    def words(self) -> str:
        """What is done, without the count: “Deactivate”, “Set Region to North”; of a valid form."""
        raise NotImplementedError

    @property
    def button(self) -> str:
        """The button's words, with the count."""
        raise NotImplementedError

    @property
    def facts(self) -> Sequence[Consequence]:
        """What it also does, said before it is done."""
        return ()

    @property
    def is_askable(self) -> bool:
        """Whether enough is chosen to offer the button."""
        return True


@dataclass(frozen=True)
class BulkVerb:
    """An action on all records that a person selected.

    `run` is given the ids of a chunk, the form's options and who does it; it is called in the transaction that
    notes the progress. `title` says what is about to happen, `label` is the button in the bar.
    """

    key: str
    label: str
    title: str
    icon: str
    permission: str
    form: type[BulkForm]
    run: Callable[[Sequence[int], Mapping[str, Any], Actor], BulkOutcome]
    chunk: int = 500
    is_dangerous: bool = False


bulk_actions: Slot[[], BulkVerb] = Slot()
"""Actions of the bar under the members list; Set field and Deactivate stand at 50 and 60."""

on_merge: Slot[[Member, Member], Mapping[str, str]] = Slot()
"""Called when two records become one, in the same transaction and before the second one goes: (who stays, who
goes). Moves what hangs on the second record and answers what was moved, for the audit log: {label: words}."""

merge_consequences: Slot[[Member, Member], list[Consequence]] = Slot()
"""What merging also does, said before: (who stays, who goes)."""


def uses_of(keys: Sequence[str]) -> dict[str, list[FieldUse]]:
    """{key: everything that reads it}, from every room; with an empty list where nothing does."""
    found: dict[str, list[FieldUse]] = {key: [] for key in keys}
    for answer in field_uses.collect(keys):
        for key, uses in answer.items():
            found.setdefault(key, []).extend(uses)
    return found
