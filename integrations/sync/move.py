"""A changed email address: the contact moves to it and keeps its history."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.errors import Conflict
from integrations.models import Contact, ContactState, ListMembership
from integrations.sync.observe import note_contacts
from integrations.sync.session import SyncSession
from integrations.sync.whole_contact import put_whole
from members.addresses import email_key
from members.models import Member


def move_from_former(session: SyncSession, row: Contact) -> None:
    """Move the contact of the former address here, or give that up where it cannot be: 3 requests.

    Not moved: an address that somebody holds again, a contact that is gone, one that opted out (the opt-out holds
    for the new address too, unless that is itself a contact that may be mailed), an address known there already.
    """
    former = row.former
    if former is None or not former.contact_id or _is_held_again(former) or row.winner is None:
        _stay(row)
        return
    remote = contacts.read(session.client, former.contact_id)
    if remote is not None and email_key(remote.email) == row.email_key:
        _take_over(session, row, former, remote)
        return
    known = contacts.find_now(session.client, row.email)
    if known and not (known.deleted_at and remote and not remote.deleted_at):
        _adopt_known(session, row, known, opted_out=bool(remote and remote.unsubscribed))
    elif remote and remote.unsubscribed:
        _keep_opted_out(row, former, remote)
    elif remote is None or remote.deleted_at or known:
        _stay(row)
    else:
        _put(session, row, former, remote)


def _is_held_again(former: Contact) -> bool:
    """Whether somebody holds the old address who does not come to it from an address of their own (a chain)."""
    if former.former_id is not None:
        return False
    return former.winner_id is not None or Member.objects.filter(email_key=former.email_key).exists()


def _put(session: SyncSession, row: Contact, former: Contact, remote: RemoteContact) -> None:
    if row.winner is None:
        return
    changes = session.mapping.changes(row.email, session.mapping.values_of(row.winner))
    row.written_at = timezone.now()
    row.save(update_fields=["written_at"])
    try:
        answer = put_whole(session, remote.contact_id, contacts.put_body(remote, changes))
    except Conflict:
        _stay(row)
        return
    _take_over(session, row, former, answer)
    session.say("A contact moved to its new address.")


def _take_over(session: SyncSession, row: Contact, former: Contact, remote: RemoteContact) -> None:
    """Everything known of the contact goes from the old address's row to the new one's."""
    with transaction.atomic():
        mine = {one.synced_list_id: one for one in ListMembership.objects.filter(contact=row)}
        for theirs in ListMembership.objects.filter(contact=former):
            own = mine.get(theirs.synced_list_id) or ListMembership(
                contact=row, synced_list_id=theirs.synced_list_id
            )
            own.seen, own.added_by_us, own.state = theirs.seen, theirs.added_by_us, theirs.state
            own.since = theirs.since
            own.save()
        # The old address keeps what somebody who comes to it wants; what was seen went along with the contact.
        ListMembership.objects.filter(contact=former, wanted=False).delete()
        ListMembership.objects.filter(contact=former).update(seen=False, added_by_us=False)
        row.contact_id, row.we_created, row.former = remote.contact_id, former.we_created, None
        row.observed_hash, row.written_at = "", timezone.now()
        row.save(update_fields=["contact_id", "we_created", "former", "observed_hash", "written_at"])
        former.contact_id, former.observed_hash, former.we_created = "", "", False
        former.save(update_fields=["contact_id", "observed_hash", "we_created"])
        if former.winner_id is None:
            former.delete()
    note_contacts(session, [remote])
    row.refresh_from_db()


def _adopt_known(session: SyncSession, row: Contact, known: RemoteContact, *, opted_out: bool) -> None:
    """The new address is a contact already: it becomes ours, and the old one only leaves our lists."""
    if known.deleted_at and opted_out:
        _stay(row)
        return
    row.contact_id, row.former = known.contact_id, None
    row.save(update_fields=["contact_id", "former"])
    note_contacts(session, [known])
    row.refresh_from_db()


def _keep_opted_out(row: Contact, former: Contact, remote: RemoteContact) -> None:
    row.state, row.since = ContactState.UNSUBSCRIBED, remote.opt_out_at or timezone.now()
    row.reason = f"Unsubscribed under the former address {former.email}."
    row.opted_out_at, row.permission = remote.opt_out_at, remote.permission
    row.save(update_fields=["state", "since", "reason", "opted_out_at", "permission"])


def _stay(row: Contact) -> None:
    row.former = None
    row.save(update_fields=["former"])
