"""Deleting the contact of a record that was deleted, where a person asked for that: the right to be forgotten.

Only a contact that we made, that is on no list but those we put it on, and that did not opt out: deleting it would
forget the opt-out.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.errors import (
    Conflict,
    ConstantContactError,
    Invalid,
    NotFound,
    OutcomeUnknown,
)
from integrations.models import (
    ContactDeletion,
    ListMembership,
    OperationKind,
    OperationState,
    StaleContact,
)
from integrations.sync.counts import counts_changed
from integrations.sync.operations import finished, intend, lost, may_still_arrive, open_operations
from integrations.sync.session import SyncSession
from novi_ams.audit.actor import SYSTEM
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

REFUSED_WAIT = timedelta(hours=1)


def settle_unknown_deletions(session: SyncSession) -> None:
    """A deletion whose answer was lost is looked up by the next attempt, which reads the contact first."""
    unknown = open_operations(session).filter(kind=OperationKind.DELETE_CONTACT, state=OperationState.UNKNOWN)
    for operation in unknown:
        if not may_still_arrive(operation):
            finished(operation, outcome="the answer was lost; looked at again", failed=True)


def delete_contacts(session: SyncSession) -> None:
    """Delete each contact for which that was ordered: 3 requests each, the last one the proof.

    Not before its address was worked out anew, nor while a job has it.
    """
    stale = StaleContact.objects.filter(email_key=OuterRef("contact__email_key"))
    ordered = ContactDeletion.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=timezone.now()),
        ~Exists(stale),
    )
    # Orders are few, and SQLite would begin with the account's contacts if it were asked for those.
    orders = list(ordered.select_related("contact"))
    if not orders:
        return
    under_way = open_operations(session).filter(kind=OperationKind.DELETE_CONTACT)
    busy = {one["contact"] for one in under_way.values_list("payload", flat=True)}
    for order in orders:
        row = order.contact
        if row.account_id == session.account_id and row.wave is None and row.contact_id not in busy:
            _delete(session, order)


def _delete(session: SyncSession, order: ContactDeletion) -> None:
    row = order.contact
    if row.winner_id is not None:
        _keep(order, "another record has its address by now")
        return
    remote = contacts.read(session.client, row.contact_id)
    if remote is None or remote.deleted_at:
        _forget(session, order)
    elif why := _why_not(order, remote):
        _keep(order, why)
    else:
        _send(session, order)


def _why_not(order: ContactDeletion, remote: RemoteContact) -> str:
    """What stands in the way, or blank."""
    if not order.contact.we_created:
        return "it was there before us"
    if remote.unsubscribed:
        return "the person opted out there, and that has to be remembered"
    ours = ListMembership.objects.filter(contact=order.contact, added_by_us=True, wanted=False)
    others = remote.list_ids - set(ours.values_list("synced_list__list_id", flat=True))
    if others:
        return f"it is on {len(others)} other list{'' if len(others) == 1 else 's'} there"
    return ""


def _send(session: SyncSession, order: ContactDeletion) -> None:
    contact_id = order.contact.contact_id
    operation = intend(session, OperationKind.DELETE_CONTACT, payload={"contact": contact_id})
    try:
        contacts.delete(session.client, contact_id)
    except NotFound:
        pass  # Somebody was quicker; the read below is the proof either way.
    except OutcomeUnknown:
        lost(operation)
        return
    except (Conflict, Invalid) as error:
        finished(operation, outcome=error.sentence, failed=True)
        _wait(order)
        return
    except ConstantContactError as error:
        finished(operation, outcome=error.sentence, failed=True)
        raise
    after = contacts.read(session.client, contact_id)
    is_gone = after is None or after.deleted_at is not None
    finished(operation, outcome="" if is_gone else "it was still there afterwards", failed=not is_gone)
    if is_gone:
        _forget(session, order)
    else:
        _wait(order)


def _wait(order: ContactDeletion) -> None:
    ContactDeletion.objects.filter(pk=order.pk).update(not_before=timezone.now() + REFUSED_WAIT)


@transaction.atomic
def _forget(session: SyncSession, order: ContactDeletion) -> None:
    """It is gone there: forget the address here, too, and say who wanted it."""
    counts_changed(list(order.contact.memberships.values_list("synced_list_id", flat=True)))
    record(
        Component.MEMBER,
        item_id=order.member_id,
        item_name=order.member_name,
        action="deleted in Constant Contact the contact of",
        actor=order.actor,
    )
    order.contact.delete()
    session.say("Deleted the contact of a record that was deleted.")


@transaction.atomic
def _keep(order: ContactDeletion, why: str) -> None:
    record(
        Component.MEMBER,
        item_id=order.member_id,
        item_name=order.member_name,
        action="did not delete in Constant Contact the contact of",
        after=why,
        actor=SYSTEM,
    )
    order.delete()
