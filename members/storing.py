"""The one place where member records are written: derived columns, rows, audit and announcement together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from members.announced import announced_write
from members.derived import DERIVED_COLUMNS, derive
from members.fields import Catalogue
from members.many_rows import update_many
from members.models import Member
from members.query_plans import tell_planner
from members.signals import members_changed
from novi_ams.association.models import Lease
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import Event, record_many

CHUNK = 500
"""Records a transaction in bulk work: some tenths of a second, so that others who write hardly wait."""

TURN = "members"
"""The row in the table of leases whose lock is the turn to write; it is never claimed as a lease."""

Texts = dict[str, tuple[str, str]]
"""Field label → (before, after), as the audit log shows them."""


@dataclass
class Altered:
    """A record with new values, not yet stored. `columns` are those that differ from the stored row."""

    member: Member
    former_email_key: str = ""
    former_parent_id: int | None = None
    changes: Texts = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)

    @property
    def is_new(self) -> bool:
        return self.member._state.adding

    @property
    def is_moved(self) -> bool:
        return self.former_parent_id != self.member.parent_id

    @property
    def differs(self) -> bool:
        return bool(self.changes) or self.is_moved

    def same_as(self, other: Altered) -> bool:
        return self.changes == other.changes and self.member.parent_id == other.member.parent_id


@contextmanager
def one_writer() -> Iterator[None]:
    """A transaction in which nobody else writes member records.

    What one record may be depends on others (no cycle in a tree, no Import ID twice, no edit lost), and two
    transactions that check at the same time would both pass. So writers take turns: on SQLite because
    transactions are immediate, on PostgreSQL by the lock on one row.
    """
    with transaction.atomic(), announced_write():
        Lease.objects.select_for_update().get_or_create(name=TURN)
        yield


def store(
    altered: Sequence[Altered],
    *,
    actor: Actor,
    action: str,
    background: bool,
    fields: Catalogue,
    also: Collection[int] = (),
) -> None:
    """Write the records, record what changed and announce it once. Call inside `one_writer`, chunk by chunk.

    `also`: further records to announce. A new record is one line in the audit log, without its values.
    """
    if not altered:
        return
    now = timezone.now()
    new = [one for one in altered if one.is_new]
    old = [one for one in altered if not one.is_new]
    for one in altered:
        one.member.updated_at = now
        one.member.version += 0 if one.is_new else 1
        derive(one.member, fields.own_text_fields)
    Member.objects.bulk_create([one.member for one in new])
    tell_planner(new)
    _update(old)
    record_many([*(_event(one, {}, action) for one in new), *_edits(old, action)], actor=actor)
    announce(
        {*(one.member.pk for one in altered), *also},
        former_email_keys=[
            one.former_email_key for one in old if one.former_email_key != one.member.email_key
        ],
        background=background,
    )


def _update(altered: Sequence[Altered]) -> None:
    columns = set[str]().union(*(one.columns for one in altered))
    update_many(
        [one.member for one in altered], sorted({*columns, *DERIVED_COLUMNS, "version", "updated_at"})
    )


def _edits(altered: Sequence[Altered], action: str) -> Iterator[Event]:
    moved = [one for one in altered if one.is_moved]
    parents = {parent for one in moved for parent in (one.former_parent_id, one.member.parent_id) if parent}
    rows = Member.objects.filter(id__in=parents).values_list("id", "display_name") if parents else []
    names: dict[int | None, str] = dict(rows)
    for one in altered:
        move = (names.get(one.former_parent_id, ""), names.get(one.member.parent_id, ""))
        changes = one.changes | ({"Parent": move} if one.is_moved else {})
        if changes:
            yield _event(one, changes, action)


def _event(one: Altered, changes: Texts, action: str) -> Event:
    return Event(Component.MEMBER, one.member.pk, one.member.display_name, action, changes)


def announce(
    member_ids: Collection[int],
    *,
    former_email_keys: Collection[str] = (),
    deleted: bool = False,
    background: bool,
) -> None:
    """Tell the rooms above, inside the transaction."""
    members_changed.send(
        Member,
        member_ids=list(member_ids),
        former_email_keys=sorted({key for key in former_email_keys if key}),
        deleted=deleted,
        background=background,
    )
