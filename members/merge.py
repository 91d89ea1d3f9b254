"""Two records of one kind become one: values as chosen, children, roles and groups move, the other is deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from members import slots
from members.field_types import Checkbox, listed
from members.fields import Catalogue, Field, catalogue
from members.models import CompanyRole, Member
from members.records import InvalidRecordError, delete_members, save_member, save_members
from members.roles import ONE_PERSON
from members.storing import announce, one_writer
from members.tree import ancestry
from members.validation import EditConflictError
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

PARENT = "parent"
MERGED = "Merged"
SAFER_WHEN_YES = frozenset({"do_not_send"})
"""Consent is never lost by a merge that nobody thought about."""


@dataclass(frozen=True)
class Difference:
    """A field in which two records differ: the text of each, and whether the other's is suggested."""

    key: str
    label: str
    kept: str
    other: str
    takes_other: bool


class UnmergeableError(ValueError):
    """Two records that cannot become one; `str()` says why."""


def check_pair(survivor: Member, other: Member) -> None:
    """Raises UnmergeableError."""
    if survivor.pk == other.pk:
        raise UnmergeableError("This is the same record. Choose another one.")
    if survivor.kind != other.kind:
        raise UnmergeableError("A company and a person cannot become one record.")
    for above, below in ((survivor, other), (other, survivor)):
        if above.pk in ancestry([below.pk]):
            raise UnmergeableError(
                f"{above} stands above {below} in the family tree. Move {below} to another place first."
            )


def differences(survivor: Member, other: Member, fields: Catalogue) -> list[Difference]:
    """Every field in which the two differ, with a suggestion: what is there rather than what is blank."""
    found = [_difference(field, survivor, other) for field in _fields(survivor, fields)]
    if survivor.parent_id != other.parent_id:
        takes = survivor.parent_id is None
        found.append(Difference(PARENT, "Parent", str(survivor.parent or ""), str(other.parent or ""), takes))
    return [one for one in found if one.kept != one.other]


def _fields(member: Member, fields: Catalogue) -> Iterator[Field]:
    for field in (*fields.system, *fields.custom):
        if field.writable and field.key != "kind" and field.suits(member.kind):
            yield field


def _difference(field: Field, survivor: Member, other: Member) -> Difference:
    kept, its = field.source.read(survivor), field.source.read(other)
    is_blank = kept == field.type.blank and not isinstance(field.type, Checkbox)
    takes = is_blank or (field.key in SAFER_WHEN_YES and bool(its))
    return Difference(field.key, field.label, field.type.text(kept), field.type.text(its), takes)


def merge_members(
    survivor: Member,
    other: Member,
    *,
    take: Collection[str],
    actor: Actor,
    expected_versions: tuple[int, int] | None = None,
) -> Member:
    """Make the two one record, `survivor`, and delete `other`. `take`: keys of fields whose value is the other's.

    Raises UnmergeableError, InvalidRecordError, EditConflictError when one was changed since `expected_versions`
    (survivor's, other's), and Member.DoesNotExist when one is gone. Then nothing is changed.
    """
    with one_writer():
        stays, goes = _locked(survivor.pk), _locked(other.pk)
        for one, seen in zip((stays, goes), expected_versions or (), strict=False):
            if one.version != seen:
                raise EditConflictError(one)
        check_pair(stays, goes)
        return _merge(stays, goes, take, actor=actor)


def _locked(pk: int) -> Member:
    return Member.objects.select_related("parent").get(pk=pk)


def _merge(stays: Member, goes: Member, take: Collection[str], *, actor: Actor) -> Member:
    fields = catalogue()
    chosen = [one for one in differences(stays, goes, fields) if one.key in take]
    values = {one.key: goes.parent_id if one.key == PARENT else one.other for one in chosen}
    remains_active = goes.active if "active" in values else stays.active
    moved = {
        "Merged with": f"{goes} (record {goes.pk})",
        "Children moved here": _move_children(stays, goes, actor=actor),
        "Roles moved here": _move_roles(stays, goes) if remains_active else "",
    }
    for said in slots.on_merge.collect(stays, goes):
        moved |= said
    # It goes before its values are taken over: no two records may have one Import ID.
    delete_members([goes.pk], actor=actor)
    stored = save_member(stays, values, actor=actor, action=MERGED)
    # Its roles, children and picks are others now, even where no value of its own is.
    announce({stays.pk}, background=False)
    # Of the same action and batch as the changed values: one event in the log.
    record(
        Component.MEMBER,
        item_id=stays.pk,
        item_name=str(stored),
        action=MERGED,
        changes={label: ("", words) for label, words in moved.items()},
        actor=actor,
    )
    return stored


def _move_children(stays: Member, goes: Member, *, actor: Actor) -> str:
    children = list(Member.objects.filter(parent=goes).order_by("sort_name", "pk"))
    outcome = save_members(
        ((child.pk, {PARENT: stays.pk}) for child in children), actor=actor, action="Moved"
    )
    for refusal in outcome.refused:
        raise InvalidRecordError(refusal.problems)
    return listed([str(child) for child in children])


def _move_roles(stays: Member, goes: Member) -> str:
    """Give the one's roles to the other, as a person and as a company, but none twice: who stays keeps theirs."""
    moved = [*_moved_as_person(stays, goes), *_moved_as_company(stays, goes)]
    if moved:
        concerned = {pk for role in moved for pk in (role.company_id, role.person_id)}
        announce(concerned | {stays.pk}, background=False)
    return listed([str(role) if role.company_id != stays.pk else _of_company(role) for role in moved])


def _of_company(role: CompanyRole) -> str:
    return f"{role.get_role_display()}: {role.person}"


def _moved_as_person(stays: Member, goes: Member) -> list[CompanyRole]:
    held = set(CompanyRole.objects.filter(person=stays).values_list("company_id", "role"))
    roles = CompanyRole.objects.filter(person=goes).select_related("company", "person")
    moving = [role for role in roles if (role.company_id, role.role) not in held]
    CompanyRole.objects.filter(pk__in=[role.pk for role in moving]).update(person=stays)
    return moving


def _moved_as_company(stays: Member, goes: Member) -> list[CompanyRole]:
    given = list(CompanyRole.objects.filter(company=stays).values_list("role", "person_id"))
    taken = {role for role, _ in given if role in ONE_PERSON}
    roles = CompanyRole.objects.filter(company=goes).select_related("company", "person")
    moving = [
        role for role in roles if role.role not in taken and (role.role, role.person_id) not in set(given)
    ]
    CompanyRole.objects.filter(pk__in=[role.pk for role in moving]).update(company=stays)
    for role in moving:
        role.company = stays
    return moving
