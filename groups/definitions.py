"""The verbs that define groups. Each checks, writes, audits and has the group recalculated, in one transaction;
saving without a change starts nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from groups.conditions.describing import describe
from groups.conditions.tree import InvalidConditions, as_json, parse, uses_today
from groups.marks import wake
from groups.models import Basis, BeneficiaryKind, CalculationState, Category, Group
from groups.picked_records import names_of, pick, picked_ids, unpick
from groups.signals import group_deleting
from groups.wanted import beneficiary_kinds
from members.fields import Catalogue, catalogue
from members.storing import one_writer
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

UNREADABLE = "Conditions that cannot be read any more."


@dataclass(frozen=True, kw_only=True)
class Definition:
    """Everything about a group that a person decides.

    `conditions` is a tree as JSON; `record_ids` are the records picked by hand, None for “as they are”. Which of
    the two counts is said by `basis`; the other is forgotten when the group is saved.
    """

    name: str
    description: str = ""
    category: str = ""
    basis: Basis = Basis.CONDITIONS
    conditions: Mapping[str, Any] = field(default_factory=dict)
    beneficiaries: Collection[str] = ()
    record_ids: Collection[int] | None = None


class InvalidGroupError(ValueError):
    """A definition that cannot be saved. `problems`: field → sentence; `rows`: place in the tree → sentence."""

    def __init__(self, problems: Mapping[str, str], rows: Mapping[str, str] | None = None) -> None:
        self.problems, self.rows = dict(problems), dict(rows or {})
        super().__init__(" ".join(dict.fromkeys([*self.problems.values(), *self.rows.values()])))


class GroupChangedError(Exception):
    """Somebody else saved the group since the person who saves it now opened it; `group` is as it is stored."""

    def __init__(self, group: Group) -> None:
        self.group = group
        super().__init__(group)


def definition_of(group: Group) -> Definition:
    """The definition as it is stored."""
    return Definition(
        name=group.name,
        description=group.description,
        category=str(group.category or ""),
        basis=Basis(group.basis),
        conditions=group.conditions,
        beneficiaries=group.beneficiaries,
    )


def check(definition: Definition, fields: Catalogue) -> Definition:
    """The definition tidied: text trimmed, conditions as they are stored. Raises InvalidGroupError."""
    name, description = " ".join(definition.name.split()), " ".join(definition.description.split())
    problems, rows = {}, {}
    if not name:
        problems["name"] = "Give the group a name."
    category = " ".join(definition.category.split())
    for key, text, most in (
        ("name", name, 255),
        ("description", description, 255),
        ("category", category, 100),
    ):
        if len(text) > most:
            problems[key] = f"Use at most {most} characters; this has {len(text)}."
    if not set(definition.beneficiaries) <= set(BeneficiaryKind.values):
        problems["beneficiaries"] = "Choose relationships from the list."
    conditions: dict[str, Any] = {}
    if definition.basis == Basis.CONDITIONS:
        try:
            tree = parse(definition.conditions, fields)
            conditions = as_json(tree) if tree.items else {}
        except InvalidConditions as error:
            problems["conditions"], rows = "Some conditions need another look.", error.problems
    if problems:
        raise InvalidGroupError(problems, rows)
    kinds = [kind.value for kind in beneficiary_kinds(definition.beneficiaries)]
    return replace(
        definition,
        name=name,
        description=description,
        category=category,
        conditions=conditions,
        beneficiaries=kinds,
    )


def create_group(definition: Definition, *, actor: Actor) -> Group:
    """Define a group and have it calculated. Raises InvalidGroupError."""
    fields = catalogue()
    checked = check(definition, fields)
    with one_writer():
        group = Group()
        _put(checked, group, fields)
        group.save()
        _replace_picked(group, checked)
        _record(group, "Created", actor=actor, after=in_words(group, fields)["Conditions"])
        wake()
    return group


def change_group(
    group: Group, definition: Definition, *, actor: Actor, expected: datetime | None = None
) -> bool:
    """Redefine a group; answers whether there was anything to do. `group` is as stored afterwards.

    `expected` is the `updated_at` that the person saw: GroupChangedError when somebody saved it since.

    Name, description and category change without a recalculation; a failed group is calculated anew even
    where nothing changed. Raises InvalidGroupError, and Group.DoesNotExist when it was deleted meanwhile.
    """
    fields = catalogue()
    checked = check(definition, fields)
    with one_writer():
        stored = Group.objects.select_for_update(of=("self",)).select_related("category").get(pk=group.pk)
        if expected not in (None, stored.updated_at):
            raise GroupChangedError(stored)
        words, formula = in_words(stored, fields), _formula(stored)
        _put(checked, stored, fields)
        picked = _replace_picked(stored, checked)
        changes = _differing(words, in_words(stored, fields)) | picked
        redefined = bool(picked) or _formula(stored) != formula or stored.state == CalculationState.FAILED
        if redefined:
            await_calculation(stored, background=False)
        if redefined or changes:
            stored.save()
            _forget_unused_categories()
            _record(stored, "Edited", actor=actor, changes=changes)
    group.refresh_from_db()
    return redefined or bool(changes)


def copy_group(group: Group, *, actor: Actor) -> Group:
    """Make another group of the same definition and the same picked records; nothing else is copied."""
    ids = picked_ids(group) if group.basis == Basis.RECORDS else None
    name = f"Copy of {group.name}"[:255]
    copied = replace(definition_of(group), name=name, record_ids=ids)
    return create_group(copied, actor=actor)


def delete_group(group: Group, *, actor: Actor) -> None:
    """Delete a group and its membership; the rooms above are told before."""
    with one_writer():
        group_deleting.send(Group, group=group, actor=actor)
        count = group.member_count + group.beneficiary_count
        _record(
            group, "Deleted", actor=actor, after=f"It had {count:,} {'record' if count == 1 else 'records'}."
        )
        group.delete()
        _forget_unused_categories()


def set_records(group: Group, member_ids: Collection[int], *, actor: Actor) -> bool:
    """Make these the records picked for the group; answers whether that changed it."""
    return change_group(group, replace(definition_of(group), record_ids=member_ids), actor=actor)


def add_records(group: Group, member_ids: Iterable[int], *, actor: Actor) -> int:
    """Pick further records for the group; answers how many it did not have. Raises InvalidGroupError."""
    _check_pickable(group)
    before = picked_ids(group)
    set_records(group, before | set(member_ids), actor=actor)
    return len(picked_ids(group) - before)


def remove_records(group: Group, member_ids: Iterable[int], *, actor: Actor) -> int:
    """Unpick records; answers how many the group had of them. Raises InvalidGroupError."""
    _check_pickable(group)
    before = picked_ids(group)
    set_records(group, before - set(member_ids), actor=actor)
    return len(before - picked_ids(group))


def _check_pickable(group: Group) -> None:
    if group.basis != Basis.RECORDS:
        raise InvalidGroupError(
            {"basis": f"“{group.name}” is built on conditions, so its records are not picked by hand."}
        )


def await_calculation(group: Group, *, background: bool) -> None:
    """Give the group a new version that waits to be calculated (not saved), and wake the worker."""
    group.version += 1
    group.state, group.error, group.background = CalculationState.WAITING, "", background
    wake()


def in_words(group: Group, fields: Catalogue) -> dict[str, str]:
    """The definition as the audit log shows it."""
    conditions = conditions_in_words(group.conditions, fields)
    return {
        "Name": group.name,
        "Description": group.description,
        "Category": str(group.category or ""),
        "Built on": Basis(group.basis).label,
        "Conditions": conditions if group.basis == Basis.CONDITIONS else "",
        "Beneficiaries": "; ".join(BeneficiaryKind(kind).label for kind in group.beneficiaries),
    }


def conditions_in_words(conditions: object, fields: Catalogue) -> str:
    """The sentence for conditions as JSON, even where a field of theirs is gone."""
    try:
        return str(describe(parse(conditions, fields)))
    except InvalidConditions:
        return UNREADABLE


def _put(definition: Definition, group: Group, fields: Catalogue) -> None:
    group.name, group.description = definition.name, definition.description
    group.category, group.basis = _category(definition.category), definition.basis
    group.conditions, group.beneficiaries = dict(definition.conditions), list(definition.beneficiaries)
    group.uses_today = uses_today(parse(definition.conditions, fields))


def _category(name: str) -> Category | None:
    """The category of that name, made where it is new; names that differ in case alone are one."""
    if not name:
        return None
    return Category.objects.filter(name__iexact=name).first() or Category.objects.create(name=name)


def _forget_unused_categories() -> None:
    Category.objects.filter(group__isnull=True).delete()


def _replace_picked(group: Group, definition: Definition) -> dict[str, tuple[str, str]]:
    """Store who is picked by hand; what changed, for the audit log."""
    before = picked_ids(group)
    wanted = before if definition.record_ids is None else set(definition.record_ids)
    after = wanted if group.basis == Basis.RECORDS else set()
    if after == before:
        return {}
    removed, added = names_of(before - after), ""
    unpick(group, before - after)
    pick(group, after - before)
    added = names_of(after - before)
    changes = {"Records added": ("", added), "Records removed": (removed, "")}
    return {label: change for label, change in changes.items() if any(change)}


def _formula(group: Group) -> tuple[object, ...]:
    """What decides about membership, besides the picked records."""
    return group.basis, group.conditions, group.beneficiaries


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {label: (before[label], after[label]) for label in before if before[label] != after[label]}


def _record(
    group: Group,
    action: str,
    *,
    actor: Actor,
    changes: Mapping[str, tuple[str, str]] | None = None,
    after: str = "",
) -> None:
    record(
        Component.GROUP,
        item_id=group.pk,
        item_name=group.name,
        action=action,
        changes=changes,
        after=after,
        actor=actor,
    )
