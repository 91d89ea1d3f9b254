"""The verbs that change member records.

Every verb writes rows, derived columns, audit entries and one `members_changed` in one transaction, and
nothing at all where nothing changes. The single verbs raise InvalidRecordError. The bulk verbs go through
their input in chunks, each a transaction of its own; they leave out what is invalid and say so in their
Outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import F
from django.utils import timezone

from members.chunks import chunked
from members.drafting import Changes, Drafts, Refusal, Row, draft_all
from members.fields import Catalogue, catalogue
from members.models import Member, MemberQuerySet
from members.roles import end_roles
from members.storing import CHUNK, Altered, announce, one_writer, store
from members.validation import EditConflictError, InvalidRecordError
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import Event, record_many

__all__ = [
    "Changes",
    "EditConflictError",
    "InvalidRecordError",
    "Outcome",
    "Refusal",
    "create_member",
    "create_members",
    "deactivate",
    "delete_members",
    "move",
    "reactivate",
    "save_member",
    "save_members",
    "update_members",
]

T = TypeVar("T")


@dataclass
class Outcome:
    """What a bulk verb did. `written`: {input number: member id}."""

    written: dict[int, int] = field(default_factory=dict)
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.written |= other.written
        self.unchanged += other.unchanged
        self.refused += other.refused


OnChunk = Callable[[Outcome], object]
"""Called after each chunk is committed, with what became of that chunk."""


def create_member(values: Changes, *, actor: Actor, action: str = "Created") -> Member:
    """Create one record. Raises InvalidRecordError."""
    with one_writer():
        drafts = _write([Row(0, Member(), values)], actor=actor, action=action, background=False)
        _raise_refusal(drafts)
    return drafts.accepted[0].altered.member


def save_member(
    member: Member,
    changes: Changes,
    *,
    actor: Actor,
    expected_version: int | None = None,
    action: str = "Edited",
) -> Member:
    """Change one record and answer it as it is now.

    `expected_version` is the version that the person saw: EditConflictError when another was saved since.
    Raises InvalidRecordError, and Member.DoesNotExist when the record was deleted meanwhile.
    """
    with one_writer():
        stored = Member.objects.get(pk=member.pk)
        if expected_version not in (None, stored.version):
            raise EditConflictError(stored)
        drafts = _write([Row(0, stored, changes)], actor=actor, action=action, background=False)
        _raise_refusal(drafts)
    return drafts.accepted[0].altered.member if drafts.accepted else stored


def move(member: Member, parent: Member | None, *, actor: Actor) -> Member:
    """Give the record another parent. Its company roles stay as they are."""
    return save_member(member, {"parent": parent}, actor=actor, action="Moved")


def create_members(
    rows: Iterable[Changes], *, actor: Actor, action: str = "Created", on_chunk: OnChunk | None = None
) -> Outcome:
    """Create many records from a stream; parents have to exist before."""

    def load(chunk: list[Changes], first: int) -> Iterator[Row]:
        return (Row(number, Member(), values) for number, values in enumerate(chunk, first))

    return _in_chunks(rows, load, actor=actor, action=action, on_chunk=on_chunk)


def save_members(
    edits: Iterable[tuple[int, Changes]],
    *,
    actor: Actor,
    action: str = "Edited",
    on_chunk: OnChunk | None = None,
) -> Outcome:
    """Change many records from a stream of (member id, changes); a record that is gone is refused."""

    def load(chunk: list[tuple[int, Changes]], first: int) -> Iterator[Row]:
        stored = Member.objects.in_bulk([member_id for member_id, _ in chunk])
        return (
            Row(number, stored.get(member_id), changes)
            for number, (member_id, changes) in enumerate(chunk, first)
        )

    return _in_chunks(edits, load, actor=actor, action=action, on_chunk=on_chunk)


def update_members(
    members: MemberQuerySet,
    *,
    actor: Actor,
    changes: Changes,
    action: str = "Edited",
    on_chunk: OnChunk | None = None,
) -> Outcome:
    """Make the same changes to every record of the queryset, as it is when the verb is called."""
    ids = list(members.order_by("pk").values_list("pk", flat=True))
    edits = ((member_id, changes) for member_id in ids)
    return save_members(edits, actor=actor, action=action, on_chunk=on_chunk)


def deactivate(member_ids: Iterable[int], *, actor: Actor) -> Outcome:
    """Deactivate records and take their company roles from them."""
    return _set_active(member_ids, False, actor=actor, action="Deactivated")


def reactivate(member_ids: Iterable[int], *, actor: Actor) -> Outcome:
    """Make records active again. Company roles that deactivation took do not come back."""
    return _set_active(member_ids, True, actor=actor, action="Reactivated")


def delete_members(member_ids: Iterable[int], *, actor: Actor, on_chunk: OnChunk | None = None) -> int:
    """Delete records for good and answer how many there were. Their children stay, without a parent."""
    total = 0
    for chunk in chunked(member_ids, CHUNK):
        with one_writer():
            going = list(Member.objects.filter(id__in=chunk))
            if going:
                _delete(going, actor=actor)
        total += len(going)
        if on_chunk:
            on_chunk(Outcome(written={place: member.pk for place, member in enumerate(going)}))
    return total


def _in_chunks(
    items: Iterable[T],
    load: Callable[[list[T], int], Iterable[Row]],
    *,
    actor: Actor,
    action: str,
    on_chunk: OnChunk | None,
) -> Outcome:
    total, first = Outcome(), 0
    for chunk in chunked(items, CHUNK):
        with one_writer():
            drafts = _write(load(chunk, first), actor=actor, action=action, background=True)
        outcome = _outcome_of(drafts)
        total.add(outcome)
        first += len(chunk)
        if on_chunk:
            on_chunk(outcome)
    return total


def _write(
    rows: Iterable[Row],
    *,
    actor: Actor,
    action: str,
    background: bool,
    fields: Catalogue | None = None,
) -> Drafts:
    known = fields or catalogue()
    drafts = draft_all(rows, known)
    altered = [draft.altered for draft in drafts.accepted]
    companies = end_roles(_who_leaves(altered), actor=actor)
    store(altered, actor=actor, action=action, background=background, fields=known, also=companies)
    return drafts


def _who_leaves(altered: Iterable[Altered]) -> list[Member]:
    """Who is made inactive, by whatever way: they keep no company role."""
    return [
        one.member for one in altered if "active" in one.columns and not one.is_new and not one.member.active
    ]


def _outcome_of(drafts: Drafts) -> Outcome:
    written = {row: draft.altered.member.pk for draft in drafts.accepted for row in draft.rows}
    return Outcome(written, len(drafts.unchanged), drafts.refused)


def _raise_refusal(drafts: Drafts) -> None:
    for refusal in drafts.refused:
        raise InvalidRecordError(refusal.problems)


def _set_active(member_ids: Iterable[int], active: bool, *, actor: Actor, action: str) -> Outcome:
    ids, total = list(member_ids), Outcome()
    for chunk in chunked(ids, CHUNK):
        with one_writer():
            members = list(Member.objects.filter(id__in=chunk).exclude(active=active))
            rows = [Row(number, member, {"active": active}) for number, member in enumerate(members)]
            drafts = _write(rows, actor=actor, action=action, background=len(ids) > 1)
        total.add(_outcome_of(drafts))
    return total


def _delete(going: list[Member], *, actor: Actor) -> None:
    """Announced first: the rooms above still have to find the children and the groups of what goes."""
    ids = [member.pk for member in going]
    announce(
        ids,
        former_email_keys=[member.email_key for member in going],
        deleted=True,
        background=len(ids) > 1,
    )
    children = Member.objects.filter(parent_id__in=ids).exclude(id__in=ids).select_related("parent")
    left = [
        Event(Component.MEMBER, child.pk, child.display_name, "Edited", {"Parent": (child.parent, "")})
        for child in children
    ]
    children.update(parent=None, version=F("version") + 1, updated_at=timezone.now())
    Member.objects.filter(id__in=ids).delete()
    deleted = (Event(Component.MEMBER, member.pk, member.display_name, "Deleted") for member in going)
    record_many([*left, *deleted], actor=actor)
