"""The form of a group: its plain fields, the rows of conditions and the records picked by hand, as one draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict

from groups.builder import ROOT, Reading, RowSet, change, from_json, from_post, new_row, read
from groups.definitions import Definition, InvalidGroupError
from groups.models import Basis, BeneficiaryKind, Category, Group, GroupRecord
from groups.moving import move
from groups.picked_records import picked_ids
from members.fields import Catalogue
from novi_ams.association.widgets import Segmented


class GroupForm(forms.Form):
    """Nothing is required here: `groups.definitions` checks, for pages and for code alike."""

    name = forms.CharField(label="Name", required=False, widget=forms.TextInput(attrs={"maxlength": 255}))
    description = forms.CharField(
        label="Description", required=False, widget=forms.TextInput(attrs={"maxlength": 255})
    )
    category = forms.CharField(
        label="Category",
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 100, "list": "categories", "autocomplete": "off"}),
        help_text="Choose one, or type a new one.",
    )
    basis = forms.ChoiceField(
        label="Who is in this group",
        choices=[(Basis.CONDITIONS, "Conditions"), (Basis.RECORDS, "Specific records")],
        widget=Segmented(),
        required=False,
    )
    beneficiaries = forms.MultipleChoiceField(choices=BeneficiaryKind.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("description", "category"):
            cast(Any, self.fields[name]).show_optional = True

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong at its field, or above the form where it has none."""
        for key, problem in problems.items():
            self.add_error(key if key in self.fields else None, problem)


@dataclass
class Picks:
    """Records picked by hand: those stored for the group, with what was added and dropped on the page."""

    group: Group | None
    added: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)

    @classmethod
    def from_post(cls, data: QueryDict, group: Group | None) -> Picks:
        return cls(group, _numbers(data.getlist("added")), _numbers(data.getlist("dropped")))

    def add(self, member_id: int) -> None:
        self.dropped = [one for one in self.dropped if one != member_id]
        if member_id not in self.added:
            self.added.append(member_id)

    def drop(self, member_id: int) -> None:
        self.added = [one for one in self.added if one != member_id]
        if member_id not in self.dropped:
            self.dropped.append(member_id)

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.dropped)

    def ids(self) -> set[int]:
        """Everybody picked now, as far as this page goes."""
        stored = picked_ids(self.group) if self.group else set()
        return (stored | set(self.added)) - set(self.dropped)

    def q(self) -> Q:
        """The same, as a `Q` over Member that names only what changed on this page.

        With IN the database begins with the picked ones; with EXISTS it would look at every record.
        """
        stored = GroupRecord.objects.filter(group=self.group).values("member")
        return (Q(pk__in=stored) | Q(pk__in=self.added)) & ~Q(pk__in=self.dropped)


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in dict.fromkeys(values) if value.isascii() and value.isdigit()][:5_000]


@dataclass
class Draft:
    """A group as it stands on the edit page, right or wrong."""

    form: GroupForm
    rows: RowSet
    picks: Picks
    fields: Catalogue

    @property
    def basis(self) -> Basis:
        chosen = self.form["basis"].value()
        return Basis.RECORDS if chosen == Basis.RECORDS else Basis.CONDITIONS

    @property
    def categories(self) -> list[str]:
        """Those that groups have, to choose from."""
        return list(Category.objects.values_list("name", flat=True))

    @property
    def kinds(self) -> list[str]:
        return list(self.form["beneficiaries"].value() or [])

    def read(self) -> Reading:
        return read(self.rows, self.fields)

    def definition(self) -> Definition:
        """What is to be saved; nothing of it is checked yet."""
        by_hand = self.basis == Basis.RECORDS
        return Definition(
            name=self._text("name"),
            description=self._text("description"),
            category=self._text("category"),
            basis=self.basis,
            conditions={} if by_hand else self.rows.as_json(),
            beneficiaries=self.kinds,
            record_ids=self.picks.ids()
            if by_hand and (self.picks.is_changed or not self.picks.group)
            else None,
        )

    def _text(self, name: str) -> str:
        return str(self.form[name].value() or "")

    def carry_out(self, order: str) -> None:
        """Do what a button of the form says besides saving: `add-row:root`, `pick:12`, `unpick-record:12`."""
        verb, _, target = order.partition(":")
        if verb in ("pick", "drop") and target.isdecimal():
            (self.picks.add if verb == "pick" else self.picks.drop)(int(target))
        elif verb in ("up", "down"):
            move(self.rows, target, up=verb == "up")
        else:
            change(self.rows, order)

    def refuse(self, error: InvalidGroupError) -> None:
        """Put every problem to its place."""
        self.form.refuse({key: text for key, text in error.problems.items() if key != "conditions"})
        self.rows.mark(error.rows)


def stored_draft(group: Group, fields: Catalogue) -> Draft:
    """The edit page of a group as it is stored."""
    initial = {
        "name": group.name,
        "description": group.description,
        "category": str(group.category or ""),
        "basis": group.basis,
        "beneficiaries": group.beneficiaries,
    }
    return Draft(
        GroupForm(initial=initial), with_a_row(from_json(group.conditions, fields)), Picks(group), fields
    )


def empty_draft(fields: Catalogue, initial: Mapping[str, Any] | None = None) -> Draft:
    """The edit page of a new group, with one condition to fill in."""
    start = {"basis": Basis.CONDITIONS, **(initial or {})}
    rows = from_json(start.pop("conditions", {}), fields)
    return Draft(GroupForm(initial=start), with_a_row(rows), Picks(None), fields)


def with_a_row(rows: RowSet) -> RowSet:
    if not rows.items:
        first = new_row()
        first.id, first.is_new = f"{ROOT}-0", False
        rows.items.append(first)
    return rows


def posted_draft(data: QueryDict, group: Group | None, fields: Catalogue) -> Draft:
    """The edit page as it was sent."""
    form = GroupForm(data)
    form.is_valid()
    return Draft(form, from_post(data, fields), Picks.from_post(data, group), fields)
