"""Giving a list the name that a person ordered for it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from integrations.constant_contact import lists
from integrations.constant_contact.errors import (
    Conflict,
    ConstantContactError,
    Invalid,
    NotFound,
    OutcomeUnknown,
)
from integrations.constant_contact.lists import ContactList
from integrations.models import ListEvent, ListState, OperationKind, OperationState, SyncedList
from integrations.sync.operations import finished, intend, lost, may_still_arrive, open_operations
from integrations.sync.remote_lists import note_our_name, read_lists
from integrations.sync.session import SyncSession


def settle_unknown_renames(session: SyncSession) -> None:
    """A rename whose answer was lost is looked up by the next attempt, which reads the list first."""
    unknown = open_operations(session).filter(kind=OperationKind.RENAME_LIST, state=OperationState.UNKNOWN)
    for operation in unknown:
        if not may_still_arrive(operation):
            finished(operation, outcome="the answer was lost; looked at again", failed=True)


def rename_lists(session: SyncSession) -> None:
    """Rename each list for which that was ordered: 2 requests a list, 1 where it has the name already."""
    ordered = SyncedList.objects.filter(
        account_id=session.account_id, state=ListState.READY, paused=False
    ).exclude(rename_to="")
    under_way = open_operations(session).filter(kind=OperationKind.RENAME_LIST)
    for synced in ordered.exclude(pk__in=under_way.values("synced_list_id")):
        _rename(session, synced)


def _rename(session: SyncSession, synced: SyncedList) -> None:
    current, name = lists.read(session.client, synced.list_id), synced.rename_to
    if current is None:
        read_lists(session)
        return
    if current.name == name:
        note_our_name(session, synced, current)
        return
    payload = {"name": name, "before": current.name}
    operation = intend(session, OperationKind.RENAME_LIST, synced_list=synced, payload=payload)
    try:
        answer = lists.update(session.client, current, name=name)
    except OutcomeUnknown:
        lost(operation)
    except (Conflict, Invalid) as error:
        finished(operation, outcome=error.sentence, failed=True)
        _refuse(synced, name, error)
    except NotFound as error:
        finished(operation, outcome=error.sentence, failed=True)
        read_lists(session)
    except ConstantContactError as error:
        finished(operation, outcome=error.sentence, failed=True)
        raise
    else:
        _done(session, synced, answer)
        finished(operation)


def _done(session: SyncSession, synced: SyncedList, answer: ContactList) -> None:
    note_our_name(session, synced, answer)
    session.say(f"Renamed the list to “{answer.name}”.")


def _refuse(synced: SyncedList, name: str, error: ConstantContactError) -> None:
    """The name is not to be had: the list keeps the one it has, and the group's page says why."""
    taken = isinstance(error, Conflict) or "exist" in error.sentence
    why = (
        f"A list called “{name}” exists in Constant Contact already, or was deleted there just now. "
        "Rename that one, or leave this list's name as it is."
        if taken
        else f"The list could not be renamed. {error.sentence}"
    )
    with transaction.atomic():
        SyncedList.objects.filter(pk=synced.pk, rename_to=name).update(rename_to="", rename_error=why[:500])
        ListEvent.objects.create(
            synced_list=synced, at=timezone.now(), icon="alert", text="The list could not be renamed"
        )
