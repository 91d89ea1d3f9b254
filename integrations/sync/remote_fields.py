"""Making, following and deleting the custom fields that carry the chosen fields."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.constant_contact import fields
from integrations.constant_contact.errors import (
    Conflict,
    ConstantContactError,
    Invalid,
    NotFound,
    OutcomeUnknown,
)
from integrations.constant_contact.fields import CustomField, FieldType
from integrations.constant_contact.limits import LIMITS
from integrations.models import Operation, OperationKind, OperationState, RemoteFieldState, SyncField
from integrations.sync.marks import mark_every_contact
from integrations.sync.operations import (
    finished,
    intend,
    lost,
    may_still_arrive,
    open_operations,
    refused_lately,
)
from integrations.sync.session import SyncSession
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

USABLE = ("string", "text_area", "date")
NEVER_MADE = "was never made"
LATEST = timedelta(hours=1)
"""A request that was not carried out after so long never will be."""


def follow_fields(session: SyncSession) -> None:
    """Bring the custom fields there to what was chosen here; costs nothing when all stand or have to wait."""
    lost_ones = [one for one in _unknown(session) if not may_still_arrive(one)]
    wanted, deleting = _wanted(session, lost_ones), _deleting(session)
    if not (lost_ones or wanted or deleting):
        return
    if lost_ones or wanted:
        existing = fields.read_all(session.client)
        _settle(lost_ones, existing)
        for row in wanted:
            _create(session, row, existing)
    for row in deleting:
        _delete(session, row)
    session.reload_mapping()


def _unknown(session: SyncSession) -> QuerySet[Operation]:
    unknown = open_operations(session).filter(kind=OperationKind.CREATE_FIELD, state=OperationState.UNKNOWN)
    return unknown.select_related("sync_field")


def _wanted(session: SyncSession, lost_ones: Collection[Operation]) -> list[SyncField]:
    """Fields to be made, but for those whose last request may still arrive there."""
    under_way = open_operations(session).filter(kind=OperationKind.CREATE_FIELD)
    under_way = under_way.exclude(pk__in=[one.pk for one in lost_ones]).exclude(sync_field=None)
    wanted = SyncField.objects.filter(state=RemoteFieldState.WANTED, position__isnull=False)
    return list(wanted.exclude(pk__in=under_way.values("sync_field")).order_by("position"))


def _deleting(session: SyncSession) -> list[SyncField]:
    """Fields that staff asked to delete, once no import that may name them is under way; refused ones have to wait."""
    refused = refused_lately(OperationKind.DELETE_FIELD).exclude(sync_field=None)
    doomed = SyncField.objects.filter(state=RemoteFieldState.DELETING)
    due = list(doomed.exclude(pk__in=refused.values("sync_field")))
    return [] if due and open_operations(session).filter(kind=OperationKind.IMPORT).exists() else due


def check_fields(session: SyncSession) -> None:
    """Follow renames there, and make anew a field that somebody deleted. One request; before bulk writes."""
    existing = {one.field_id: one for one in fields.read_all(session.observing)}
    changed = False
    for row in SyncField.objects.filter(state=RemoteFieldState.READY, position__isnull=False):
        remote = existing.get(row.remote_id)
        if remote is None:
            row.state, row.remote_id, row.remote_name, row.adopt = RemoteFieldState.WANTED, "", "", True
            session.say(f"The field “{row.label}” was deleted in Constant Contact; it is made again.")
        elif remote.name != row.remote_name or remote.label != row.remote_label:
            row.remote_name, row.remote_label = remote.name, remote.label
        else:
            continue
        row.save()
        changed = True
    if changed:
        follow_fields(session)
        session.reload_mapping()


def _settle(lost_ones: Collection[Operation], existing: list[CustomField]) -> None:
    """Adopt a field only if the read recorded before the call lacked it, so that it was made since.

    When it says it was made is not asked: that is told by another clock than ours.
    """
    for operation in lost_ones:
        found = next((one for one in existing if _is_outcome(one, operation)), None)
        if found and operation.sync_field:
            _link(operation.sync_field, found, we_created=True)
        finished(operation, outcome="made" if found else NEVER_MADE, failed=found is None)


def _is_outcome(remote: CustomField, operation: Operation) -> bool:
    asked_for = remote.label.strip().casefold() == operation.payload["label"].strip().casefold()
    return asked_for and remote.field_id not in operation.payload["before"]


def _create(session: SyncSession, row: SyncField, existing: list[CustomField]) -> None:
    row.refresh_from_db()
    if row.state != RemoteFieldState.WANTED:
        return
    if row.adopt and (same := _labelled(row.label, existing)) and same.type in USABLE:
        _link(row, same, we_created=row.we_created)
        return
    if late := _made_late(_given_up(row), existing):
        _link(row, late, we_created=True)
        return
    for label in _free_labels(row.label, existing):
        if _try(session, row, label, existing):
            return
    _fail(row, Conflict("all numbered names are taken"))


def _given_up(row: SyncField) -> list[Operation]:
    """Requests of late whose answer was lost, and whose field was looked for and not found."""
    return list(
        Operation.objects.filter(
            kind=OperationKind.CREATE_FIELD,
            sync_field=row,
            outcome=NEVER_MADE,
            finished_at__gt=timezone.now() - LATEST,
        )
    )


def _made_late(given_up: Collection[Operation], existing: Collection[CustomField]) -> CustomField | None:
    """What a lost request made after it had been looked for."""
    return next((one for operation in given_up for one in existing if _is_outcome(one, operation)), None)


def _fail(row: SyncField, error: ConstantContactError) -> None:
    row.state, row.error = RemoteFieldState.FAILED, f"The field could not be made. {error.sentence}"[:500]
    row.save(update_fields=["state", "error"])


def _try(session: SyncSession, row: SyncField, label: str, existing: list[CustomField]) -> bool:
    """Make the field under this label; False asks for the next label."""
    payload = {"label": label, "before": [one.field_id for one in existing]}
    operation = intend(session, OperationKind.CREATE_FIELD, sync_field=row, payload=payload)
    kind = FieldType.DATE if row.is_date else FieldType.STRING
    try:
        remote = fields.create(session.client, label=label, type=kind)
    except Conflict:
        finished(operation, outcome="the label is taken", failed=True)
        given_up = _given_up(row)
        late = _made_late(given_up, fields.read_all(session.client)) if given_up else None
        if late:
            _link(row, late, we_created=True)
        return late is not None
    except OutcomeUnknown:
        lost(operation)
        return True
    except Invalid as error:
        finished(operation, outcome=error.sentence, failed=True)
        _fail(row, error)
        return True
    except ConstantContactError as error:
        finished(operation, outcome=error.sentence, failed=True)
        raise
    existing.append(remote)
    _link(row, remote, we_created=True)
    finished(operation)
    session.say(f"Made the field “{label}”.")
    return True


def _labelled(label: str, existing: list[CustomField]) -> CustomField | None:
    return next((one for one in existing if one.label.casefold() == label.casefold()), None)


def _free_labels(label: str, existing: list[CustomField]) -> list[str]:
    taken = {one.label.casefold() for one in existing}
    most = LIMITS.field_label_characters
    numbered = [label[:most], *(f"{label[: most - 3]} {number}" for number in range(1, 50))]
    return [one for one in numbered if one.casefold() not in taken]


def _link(row: SyncField, remote: CustomField, *, we_created: bool) -> None:
    """The field exists: from now on it is part of the mapping, so every contact is to be looked at again."""
    with transaction.atomic():
        row.remote_id, row.remote_name, row.remote_label = remote.field_id, remote.name, remote.label
        row.we_created, row.state, row.error = we_created, RemoteFieldState.READY, ""
        row.is_date = remote.type == FieldType.DATE
        row.save()
        record(
            Component.SYNC_FIELD,
            item_id=remote.field_id,
            item_name=row.label,
            action="created in Constant Contact" if we_created else "linked to a field there",
        )
        mark_every_contact()


def _delete(session: SyncSession, row: SyncField) -> None:
    """Delete a field that we made and staff asked to delete."""
    chosen_for_deletion = SyncField.objects.filter(pk=row.pk, state=RemoteFieldState.DELETING)
    if not chosen_for_deletion.exists():
        return
    try:
        if row.remote_id and row.we_created:
            fields.delete(session.client, row.remote_id)
    except NotFound:
        pass  # Perhaps by an earlier request of ours, whose answer was lost.
    except OutcomeUnknown:
        return
    except (Conflict, Invalid) as error:
        _note_refusal(session, row, error)
        session.say(f"The field “{row.label}” could not be deleted yet. {error.sentence}")
        return
    if chosen_for_deletion.delete()[0]:
        session.say(f"Deleted the field “{row.label}”.")
        return
    # Chosen again while it was being deleted: it is made anew.
    SyncField.objects.filter(pk=row.pk).update(state=RemoteFieldState.WANTED, remote_id="", remote_name="")


@transaction.atomic
def _note_refusal(session: SyncSession, row: SyncField, error: ConstantContactError) -> None:
    """All at once: an intent without its end would be looked up for ever."""
    operation = intend(session, OperationKind.DELETE_FIELD, sync_field=row)
    finished(operation, outcome=error.sentence, failed=True)
