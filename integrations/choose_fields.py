"""Choosing the fields that sync, beside those that always do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from integrations.connection import client
from integrations.connection_errors import NotUsable
from integrations.constant_contact import fields as remote_fields
from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.errors import ConstantContactError
from integrations.constant_contact.limits import LIMITS
from integrations.models import RemoteFieldState, SyncField
from integrations.sync.mapping import clip, core_values
from integrations.sync.marks import mark_every_contact
from integrations.sync.remote_fields import USABLE
from integrations.tasks import wake
from members.fields import Catalogue, Field
from members.models import FieldType, Member
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import Event, record_many

MOST = 17
CORE_LABELS = ("First Name", "Last Name", "Company", "Job Title")


class FieldsRefusedError(ValueError):
    """A choice that cannot be saved; `str()` says why and what to do."""


@dataclass(frozen=True)
class Choice:
    """What a person chose: keys of the catalogue in their order.

    `adopt`: keys whose label is taken in Constant Contact by a field that shall be used; others get a numbered one.
    `delete_there`: removed keys whose field shall go there, too, if we made it.
    """

    keys: tuple[str, ...]
    adopt: frozenset[str] = frozenset()
    delete_there: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """Labels of what a choice changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reordered: bool = False
    tried_again: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.reordered or self.tried_again)


@dataclass(frozen=True)
class TakenLabel:
    """A label that a field in Constant Contact has already; `usable` when it may be used (text or date)."""

    key: str
    label: str
    usable: bool


@dataclass(frozen=True)
class PreviewLine:
    label: str
    value: str
    clipped_at: int | None = None


def chosen_fields() -> list[SyncField]:
    """The chosen fields in their order."""
    return list(SyncField.objects.filter(position__isnull=False).order_by("position", "id"))


def check_choice(keys: Sequence[str], fields: Catalogue) -> None:
    """Raise FieldsRefusedError for the 18th field, a repeated one, and one that cannot sync."""
    if len(keys) > MOST:
        raise FieldsRefusedError(
            f"At most {MOST} fields sync; this would be {len(keys)}. Remove one before you add another."
        )
    if len(set(keys)) < len(keys):
        raise FieldsRefusedError("A field was chosen twice. Remove one of the two.")
    kept = set(SyncField.objects.filter(position__isnull=False).values_list("source_key", flat=True))
    for key in keys:
        field = fields.get(key)
        if key not in kept and (field is None or not field.syncable):
            raise FieldsRefusedError("One of the fields does not exist any more. Take it out and save again.")


@transaction.atomic
def save_sync_fields(choice: Choice, fields: Catalogue, *, actor: Actor) -> Difference:
    """Make the choice the fields that sync, and have every contact looked at again.

    A field that could not be made is tried again. Raises FieldsRefusedError, saving nothing.
    """
    check_choice(choice.keys, fields)
    before = {row.source_key: row for row in chosen_fields()}
    removed = [row for key, row in before.items() if key not in choice.keys]
    added = [fields[key] for key in choice.keys if key not in before]
    order = [key for key in choice.keys if key in before]
    reordered = order != [key for key in before if key in choice.keys]
    again = [
        row for key, row in before.items() if key in choice.keys and row.state == RemoteFieldState.FAILED
    ]
    if not (added or removed or reordered or again):
        return Difference()
    events = [_remove(row, delete_there=row.source_key in choice.delete_there) for row in removed]
    events += [_add(field, adopt=field.key in choice.adopt) for field in added]
    events += [_try_again(row) for row in again]
    _put_in_order(choice.keys)
    if reordered:
        events.append(_reordering(before, order))
    record_many(events, actor=actor)
    mark_every_contact()
    wake("the fields that sync changed")
    return Difference(
        tuple(field.label for field in added),
        tuple(row.label for row in removed),
        reordered,
        tuple(row.label for row in again),
    )


def _remove(row: SyncField, *, delete_there: bool) -> Event:
    if delete_there and row.we_created and row.remote_id:
        row.position, row.state = None, RemoteFieldState.DELETING
        row.save(update_fields=["position", "state"])
        fate = "is deleted in Constant Contact"
    else:
        row.delete()
        fate = "stays in Constant Contact with its values"
    return Event(Component.SYNC_FIELD, row.source_key, row.label, "removed", after=fate)


def _add(field: Field, *, adopt: bool) -> Event:
    doomed = SyncField.objects.filter(source_key=field.key, state=RemoteFieldState.DELETING)
    if not doomed.update(state=RemoteFieldState.READY, position=MOST):
        SyncField.objects.create(
            source_key=field.key,
            label=_free_label(field.label),
            is_date=field.type.name == FieldType.DATE,
            position=MOST,
            adopt=adopt,
        )
    return Event(Component.SYNC_FIELD, field.key, field.label, "added")


def _try_again(row: SyncField) -> Event:
    row.state, row.error = RemoteFieldState.WANTED, ""
    row.save(update_fields=["state", "error"])
    return Event(Component.SYNC_FIELD, row.source_key, row.label, "asked to make again")


def _free_label(label: str) -> str:
    """The label at Constant Contact's length, numbered where another chosen field has it."""
    most = LIMITS.field_label_characters
    taken = {one.casefold() for one in SyncField.objects.values_list("label", flat=True)}
    candidates = [label[:most], *(f"{label[: most - 3]} {number}" for number in range(2, MOST + 2))]
    return next(one for one in candidates if one.casefold() not in taken)


def _put_in_order(keys: Sequence[str]) -> None:
    for position, key in enumerate(keys):
        SyncField.objects.filter(source_key=key, position__isnull=False).update(position=position)


def _reordering(before: Mapping[str, SyncField], order: Sequence[str]) -> Event:
    was = [row.label for key, row in before.items() if key in order]
    return Event(
        Component.SYNC_FIELD,
        "order",
        "Fields that sync",
        "reordered",
        changes={"Order": (was, [before[key].label for key in order])},
    )


def taken_labels(keys: Iterable[str], fields: Catalogue) -> list[TakenLabel]:
    """Those of the new keys whose label a field in Constant Contact has: 1 request, none without new keys.

    When Constant Contact cannot be asked nothing is taken: the worker then makes a numbered field.
    """
    known = set(SyncField.objects.values_list("source_key", flat=True))
    new = [field for key in keys if key not in known and (field := fields.get(key))]
    if not new:
        return []
    try:
        existing = remote_fields.read_all(client(Purpose.PERSON))
    except (NotUsable, ConstantContactError):
        return []
    by_label = {one.label.casefold(): one for one in existing}
    found = ((field, by_label.get(field.label[: LIMITS.field_label_characters].casefold())) for field in new)
    return [TakenLabel(field.key, field.label, remote.type in USABLE) for field, remote in found if remote]


def preview(member: Member, keys: Sequence[str], fields: Catalogue) -> list[PreviewLine]:
    """What the member's contact would carry: email, the core values, then the chosen fields."""
    core = zip(CORE_LABELS, core_values(member), strict=True)
    chosen = [field for key in keys if (field := fields.get(key))]
    return [
        PreviewLine("Email", member.email.strip()),
        *(_line(label, value, LIMITS.text_characters) for label, value in core),
        *(_line(field.label, field.wire_of(member).strip(), LIMITS.value_characters) for field in chosen),
    ]


def _line(label: str, value: str, most: int) -> PreviewLine:
    return PreviewLine(label, clip(value, most), most if len(value) > most else None)


def deletable(rows: Collection[SyncField]) -> frozenset[str]:
    """Keys of the fields that we made in Constant Contact, which are the only ones we ever delete there."""
    return frozenset(row.source_key for row in rows if row.we_created and row.remote_id)
