"""Making, following and deleting the lists themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.constant_contact import activities, lists
from integrations.constant_contact.errors import (
    Conflict,
    ConstantContactError,
    Invalid,
    NotFound,
    OutcomeUnknown,
    QueueFull,
)
from integrations.constant_contact.limits import LIMITS
from integrations.constant_contact.lists import ContactList
from integrations.models import (
    ListEvent,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    OperationKind,
    OperationState,
    SyncedList,
)
from integrations.sync.counts import seen_on
from integrations.sync.operations import (
    finished,
    intend,
    lost,
    may_still_arrive,
    open_operations,
    refused_lately,
    submitted,
)
from integrations.sync.session import SyncSession, settled
from novi_ams.audit.actor import CONSTANT_CONTACT
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

MOST_NAMES = 50


@dataclass(frozen=True)
class DeletedElsewhere:
    """The list is gone from Constant Contact without our doing."""

    synced_list: SyncedList


def read_lists(session: SyncSession) -> list[ContactList]:
    """Read every list of the account once and store names, counts and disappearances of ours."""
    found = lists.read_all(session.observing)
    by_id = {one.list_id: one for one in found}
    now = timezone.now()
    ours = session.lists()
    seen = seen_on(ours)
    for synced in ours:
        remote = by_id.get(synced.list_id) or lists.read(session.observing, synced.list_id)
        if remote is None:
            _note_deleted(session, synced)
        else:
            _note_list(session, synced, remote, seen=seen[synced.pk])
    SyncedList.objects.filter(pk__in=[one.pk for one in ours]).update(read_at=now)
    session.observation.lists_read_at = now
    session.observation.save(update_fields=["lists_read_at"])
    return found


def _note_list(session: SyncSession, synced: SyncedList, remote: ContactList, *, seen: int) -> None:
    before = (synced.name, synced.remote_count, synced.needs_paging)
    if remote.name != synced.name and remote.name == synced.rename_to:
        note_our_name(session, synced, remote)
    elif remote.name != synced.name:
        record(
            Component.LIST,
            item_id=synced.list_id,
            item_name=remote.name,
            action="renamed in Constant Contact",
            changes={"Name": (synced.name, remote.name)},
            actor=CONSTANT_CONTACT,
        )
        session.say(f"The list “{synced.name}” is called “{remote.name}” now.")
    synced.name, synced.remote_count = remote.name, remote.membership_count
    # Contacts known by SMS only, whom no page shows with an address, are counted, and always as many.
    is_news = synced.remote_count is not None and synced.remote_count - seen != synced.unseen_count
    synced.needs_paging = is_news and settled(synced.written_at, now=timezone.now())
    if (synced.name, synced.remote_count, synced.needs_paging) != before:
        synced.save(update_fields=["name", "remote_count", "needs_paging"])


def note_our_name(session: SyncSession, synced: SyncedList, remote: ContactList) -> None:
    """The list has the name that a person ordered for it."""
    before, synced.name, synced.rename_to, synced.rename_error = synced.name, remote.name, "", ""
    with transaction.atomic():
        synced.save(update_fields=["name", "rename_to", "rename_error"])
        ListEvent.objects.create(
            synced_list=synced, icon="pencil", text=f"The list was renamed to “{remote.name}”"[:255]
        )
        record(
            Component.LIST,
            item_id=synced.list_id,
            item_name=remote.name,
            action="renamed",
            changes={"Name": (before, remote.name)},
            actor=synced.ordered_by_actor,
        )


def _note_deleted(session: SyncSession, synced: SyncedList) -> None:
    """Somebody deleted our list there: say so, forget who was on it, and wait for a person to decide."""
    count = seen_on([synced])[synced.pk]
    with transaction.atomic():
        ListMembership.objects.filter(synced_list=synced).update(
            seen=False, added_by_us=False, state=MembershipState.OPEN, since=timezone.now()
        )
        synced.state, synced.gone_at = ListState.GONE, timezone.now()
        synced.error = (
            f"Somebody deleted the list “{synced.name}” in Constant Contact. "
            f"Its {count:,} people get no email from it."
        )
        synced.save(update_fields=["state", "gone_at", "error"])
        ListEvent.objects.create(
            synced_list=synced, icon="alert", text="The list was deleted in Constant Contact"
        )
        record(
            Component.LIST,
            item_id=synced.list_id,
            item_name=synced.name,
            action="deleted in Constant Contact",
            after=f"{count} addresses",
            actor=CONSTANT_CONTACT,
        )
    session.say(f"The list “{synced.name}” was deleted in Constant Contact.")


def settle_unknown_lists(session: SyncSession) -> None:
    """Look up list operations whose answer was lost. A list is recognised by the key in its description alone."""
    lost_ones = [
        one
        for one in open_operations(session).filter(
            kind=OperationKind.CREATE_LIST, state=OperationState.UNKNOWN
        )
        if not may_still_arrive(one)
    ]
    if not lost_ones:
        return
    by_key = {key: one for one in lists.read_all(session.client) for key in _keys_in(one.description)}
    for operation in lost_ones:
        remote = by_key.get(str(operation.key))
        if remote and operation.synced_list:
            _adopt(session, operation, operation.synced_list, remote)
        finished(operation, outcome="made" if remote else "was never made", failed=remote is None)


def _keys_in(description: str) -> list[str]:
    return [word.strip("[].") for word in description.split() if len(word.strip("[].")) == 36]


def create_lists(session: SyncSession) -> None:
    """Make each list that is wanted and not under way; one that cannot be made leaves its group red with the reason."""
    wanted = _without_pending_creates(
        session, SyncedList.objects.filter(state=ListState.WANTED, paused=False, group__isnull=False)
    )
    if not wanted:
        return
    found = read_lists(session)
    taken = {one.name.strip().casefold() for one in found}
    leaving = _names_being_deleted(session)
    for synced in wanted:
        if made := _made_unnoticed(session, synced, found):
            _adopt(session, *made)
        elif synced.group_name.strip().casefold() not in leaving:
            _create(session, synced, taken)


def _made_unnoticed(
    session: SyncSession, synced: SyncedList, found: Collection[ContactList]
) -> tuple[Operation, SyncedList, ContactList] | None:
    """A list that an earlier request made though it was answered with an error, or that showed only later."""
    by_key = {key: one for one in found for key in _keys_in(one.description)}
    tried = synced.operations.filter(kind=OperationKind.CREATE_LIST, account_id=session.account_id)
    for operation in tried.order_by("-id"):
        if remote := by_key.get(str(operation.key)):
            return operation, synced, remote
    return None


def _without_pending_creates(session: SyncSession, lists: QuerySet[SyncedList]) -> list[SyncedList]:
    """Those of which no request to make them is under way."""
    found = list(lists.order_by("id"))
    pending = open_operations(session).filter(kind=OperationKind.CREATE_LIST, synced_list__in=found)
    under_way = set(pending.values_list("synced_list_id", flat=True)) if found else set()
    return [one for one in found if one.pk not in under_way]


def _names_being_deleted(session: SyncSession) -> set[str]:
    """Names whose list is going: deleting takes a while, and the name is free only afterwards."""
    going = SyncedList.objects.filter(account_id=session.account_id, state=ListState.DELETING)
    return {name.strip().casefold() for name in going.values_list("name", flat=True)}


def numbered(name: str) -> Iterator[str]:
    """The name as it is, then with ` 1`, ` 2`… at its end, each cut to Constant Contact's length."""
    yield name[: LIMITS.list_name_characters]
    for number in range(1, MOST_NAMES):
        suffix = f" {number}"
        yield name[: LIMITS.list_name_characters - len(suffix)] + suffix


def _create(session: SyncSession, synced: SyncedList, taken: Collection[str]) -> None:
    known = set(taken)
    tried_before = synced.operations.filter(kind=OperationKind.CREATE_LIST).exists()
    for name in numbered(synced.group_name.strip()):
        if name.casefold() in known:
            continue
        operation = intend(session, OperationKind.CREATE_LIST, synced_list=synced, payload={"name": name})
        try:
            remote = lists.create(session.client, name=name, description=_description(operation))
        except Conflict:
            finished(operation, outcome="the name is taken", failed=True)
            # Perhaps by that earlier request, which arrived only now.
            if tried_before and (made := _made_unnoticed(session, synced, read_lists(session))):
                _adopt(session, *made)
                return
            continue
        except OutcomeUnknown:
            lost(operation)
            return
        except Invalid as error:
            finished(operation, outcome=error.sentence, failed=True)
            _fail(synced, error)
            return
        except ConstantContactError as error:
            finished(operation, outcome=error.sentence, failed=True)
            raise
        _adopt(session, operation, synced, remote)
        finished(operation)
        return
    _fail(synced, Conflict("all numbered names are taken"))


def _description(operation: Operation) -> str:
    return f"Kept equal to a group by Novi AMS. [{operation.key}]"


def _adopt(session: SyncSession, operation: Operation, synced: SyncedList, remote: ContactList) -> None:
    """The list exists: link it. Who belongs on it is known since the sync was turned on."""
    with transaction.atomic():
        synced.account_id, synced.list_id, synced.name = session.account_id, remote.list_id, remote.name
        synced.state, synced.error, synced.gone_at = ListState.READY, "", None
        synced.remote_count, synced.unseen_count = remote.membership_count or 0, 0
        synced.read_at = timezone.now()
        if synced.group_id is None:
            synced.state = ListState.DELETING
        synced.save()
        ListEvent.objects.create(synced_list=synced, icon="plus", text=f"The list “{remote.name}” was made")
        record(
            Component.LIST,
            item_id=remote.list_id,
            item_name=remote.name,
            action="created",
            after=f"for the group “{synced.group_name}”",
            actor=synced.ordered_by_actor,
        )
    session.say(f"Made the list “{remote.name}”.")


def _fail(synced: SyncedList, error: ConstantContactError) -> None:
    synced.state = ListState.FAILED
    synced.error = f"The list could not be made. {error.sentence}"[:500]
    synced.save(update_fields=["state", "error"])


def delete_lists(session: SyncSession) -> None:
    """Begin to delete lists whose sync was turned off or whose group is gone; one that was refused has to wait."""
    refused = refused_lately(OperationKind.DELETE_LIST).exclude(synced_list=None)
    doomed = (
        SyncedList.objects.filter(state=ListState.DELETING)
        .exclude(operations__state__in=[OperationState.INTENDED, OperationState.SUBMITTED])
        .exclude(pk__in=refused.values("synced_list"))
    )
    for synced in _without_pending_creates(session, doomed):
        if synced.list_id and synced.account_id == session.account_id:
            _delete(session, synced)
        else:
            synced.delete()


def _delete(session: SyncSession, synced: SyncedList) -> None:
    # From here on the list is let go: a sync that is turned on again gets a list of its own.
    if not SyncedList.objects.filter(pk=synced.pk, state=ListState.DELETING).update(group=None):
        return
    operation = intend(session, OperationKind.DELETE_LIST, synced_list=synced, payload={"name": synced.name})
    try:
        activity = lists.delete(session.client, synced.list_id)
    except NotFound:
        finished(operation, outcome="was gone already")
        _forget(synced)
    except OutcomeUnknown:
        # Deleting twice does no harm: the second time the list is not found.
        finished(operation, outcome="answer lost; asked again")
    except (Conflict, Invalid, QueueFull) as error:
        finished(operation, outcome=error.sentence, failed=True)
        session.say(f"The list “{synced.name}” could not be deleted yet. {error.sentence}")
    except ConstantContactError as error:
        finished(operation, outcome=error.sentence, failed=True)
        raise
    else:
        submitted(operation, activity)


def running_deletes(session: SyncSession) -> list[Operation]:
    operations = open_operations(session).filter(
        kind=OperationKind.DELETE_LIST, state=OperationState.SUBMITTED
    )
    return list(operations.select_related("synced_list"))


def note_deleted(session: SyncSession, operation: Operation, activity: activities.Activity | None) -> None:
    """A list deletion ended; whether the list is gone only looking tells."""
    synced = operation.synced_list
    if synced and lists.read(session.client, synced.list_id) is not None:
        ended = f"the job ended as {activity.state}" if activity else "the job is not listed"
        finished(operation, outcome=ended, failed=True)
        return
    finished(operation)
    if synced:
        session.say(f"The list “{synced.name}” is deleted.")
        _forget(synced)


@transaction.atomic
def _forget(synced: SyncedList) -> None:
    """The list is gone there: say who wanted it, and forget it here."""
    record(
        Component.LIST,
        item_id=synced.list_id,
        item_name=synced.name,
        action="deleted",
        after="it is gone from Constant Contact",
        actor=synced.ordered_by_actor,
    )
    # A worker that was killed, or a grant that died, leaves a deletion whose outcome nobody knew until now.
    doubted = synced.operations.filter(kind=OperationKind.DELETE_LIST, state=OperationState.UNKNOWN)
    doubted.update(state=OperationState.DONE, outcome="the list is gone", finished_at=timezone.now())
    synced.delete()
