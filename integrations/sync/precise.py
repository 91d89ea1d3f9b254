"""Writing one contact with the calls that touch it alone: read, then PUT or POST, then believe only the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import EVERYTHING
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.errors import Conflict, Invalid, NotFound, OutcomeUnknown
from integrations.constant_contact.limits import LIMITS
from integrations.models import Contact, ContactState, ListMembership, ListState, MembershipState, SyncedList
from integrations.sync.counts import counts_changed_for
from integrations.sync.mapping import Values
from integrations.sync.move import move_from_former
from integrations.sync.observe import note_contacts, note_gone
from integrations.sync.session import SyncSession
from integrations.sync.watch import names_are_outdated
from integrations.sync.whole_contact import put_whole

CLOCK_SKEW = timedelta(minutes=2)
WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
UNKNOWN_WAIT = timedelta(seconds=30)
STUCK_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 3
"""Whatever Constant Contact does with a contact, one cycle never asks about it for ever."""


def write_contact(session: SyncSession, contact_id: int) -> None:
    """Bring one contact's values to what is desired: 1 request for a new one, else 2, 3 where an answer is thin.

    The read is the consent read: nothing is written to somebody who opted out. A refusal is stored with Constant
    Contact's words and never raised; what stops everything (quota, outage, dead grant) is raised.
    """
    row = Contact.objects.select_related("former", "winner__parent", "winner__member_type").get(pk=contact_id)
    _write_successors_first(session, row)
    row.refresh_from_db()
    row.tried_at = timezone.now()
    row.save(update_fields=["tried_at"])
    session.attempts[row.pk, row.desired_hash] += 1
    if session.attempts[row.pk, row.desired_hash] > MOST_ATTEMPTS:
        _wait(row, STUCK_WAIT)
        return
    with _kept_to_itself(session, row):
        if row.former and not row.contact_id:
            move_from_former(session, row)
        if row.state == ContactState.UNSUBSCRIBED:
            return
        if row.contact_id:
            _write_existing(session, row)
        elif row.desired_hash:
            _create(session, row)


@contextmanager
def _kept_to_itself(session: SyncSession, row: Contact) -> Iterator[None]:
    """What Constant Contact says against one contact is stored with it, and the others go on."""
    try:
        yield
    except Invalid as error:
        if not names_are_outdated(session):
            refuse(row, error.sentence)
    except Conflict:
        _wait(row, timedelta(minutes=1))
    except OutcomeUnknown:
        # The next attempt reads first, or meets a conflict and adopts, so asking again can do no harm.
        _wait(row, UNKNOWN_WAIT)


def _write_successors_first(session: SyncSession, row: Contact) -> None:
    """In a chain of changed addresses the far end moves first, else its address would be taken."""
    for successor in row.successors.filter(contact_id="", precise=True, winner__isnull=False):
        write_contact(session, successor.pk)


def _write_existing(session: SyncSession, row: Contact) -> None:
    remote = contacts.read(session.client, row.contact_id)
    if remote is None:
        note_gone(session, row)
        return
    _note_and_repair(session, row, remote)


def _note_and_repair(session: SyncSession, row: Contact, remote: RemoteContact) -> None:
    note_contacts(session, [remote])
    row.refresh_from_db()
    if row.desired_hash and row.state in (ContactState.PENDING, ContactState.SYNCED, ContactState.REFUSED):
        _repair(session, row, remote)


def repair(session: SyncSession, row: Contact, remote: RemoteContact) -> None:
    """PUT what differs in a contact that a page showed just now. A refusal is stored, as in `write_contact`."""
    with _kept_to_itself(session, row):
        _repair(session, row, remote)


def _repair(session: SyncSession, row: Contact, remote: RemoteContact) -> None:
    """PUT what differs in a contact that was read just now; revives a deleted one. One repair a desired hash."""
    if row.winner is None or remote.unsubscribed:
        return
    wanted, seen = session.mapping.values_of(row.winner), session.mapping.values_seen(remote)
    misplaced = remote.email.strip().casefold() != row.email_key
    if wanted_equal(wanted, seen) and not misplaced and not remote.deleted_at:
        _settle(row)
        return
    after = _put(
        session, row, contacts.put_body(remote, session.mapping.changes(row.email, wanted, seen=seen))
    )
    if after is None:
        return
    shown = session.mapping.values_seen(after)
    if _kept_what_was_cleared(wanted, shown):
        # Leaving a field out of the array is how it is cleared; where that merges instead, a blank says it.
        body = contacts.put_body(after, session.mapping.changes(row.email, wanted))
        after = _put(session, row, _with_blanks(session, body, wanted)) or after
        shown = session.mapping.values_seen(after)
    row.repaired_hash = "" if wanted_equal(wanted, shown) else session.mapping.fingerprint(wanted)
    row.shown_value = _as_shown(session, wanted, shown)
    row.save(update_fields=["repaired_hash", "shown_value"])
    if after.deleted_at is None:
        _settle(row)


def wanted_equal(wanted: Values, seen: Values) -> bool:
    return wanted.core == seen.core and wanted.custom == seen.custom


def _kept_what_was_cleared(wanted: Values, shown: Values) -> bool:
    return any(not a and b for a, b in zip(wanted.custom, shown.custom, strict=True))


def _with_blanks(session: SyncSession, body: dict[str, Any], wanted: Values) -> dict[str, Any]:
    blanks = [
        {"custom_field_id": field.remote_id, "value": ""}
        for field, value in zip(session.mapping.fields, wanted.custom, strict=True)
        if not value
    ]
    return {**body, "custom_fields": [*body.get("custom_fields", []), *blanks]}


def _as_shown(session: SyncSession, wanted: Values, shown: Values) -> str:
    """What Constant Contact made of a value, in words; blank when nothing differs."""
    differences = session.mapping.differences(wanted, shown)
    return "; ".join(f"{label}: Constant Contact shows “{there}”" for label, _here, there in differences)[
        :600
    ]


def _put(session: SyncSession, row: Contact, body: dict[str, Any]) -> RemoteContact | None:
    """PUT and store what the answer shows; reads again where the answer leaves parts out."""
    row.written_at = timezone.now()
    row.save(update_fields=["written_at"])
    try:
        answer = put_whole(session, row.contact_id, body)
    except NotFound:
        note_gone(session, row)
        return None
    return _note_answer(session, row, answer)


def _note_answer(session: SyncSession, row: Contact, answer: RemoteContact) -> RemoteContact | None:
    remote: RemoteContact | None = answer
    if answer.included < EVERYTHING:
        remote = contacts.read(session.client, answer.contact_id)
    if remote is None:
        note_gone(session, row)
        return None
    note_contacts(session, [remote])
    row.refresh_from_db()
    return remote


def _create(session: SyncSession, row: Contact) -> None:
    """POST a new contact onto its lists; one whose address was ever used is adopted instead."""
    if row.winner is None:
        return
    wanted = session.mapping.values_of(row.winner)
    lists = _lists_for(session, row)
    if not lists:
        return
    row.creating_since = timezone.now().replace(microsecond=0) - CLOCK_SKEW
    row.written_at = timezone.now()
    row.save(update_fields=["creating_since", "written_at"])
    changes = session.mapping.changes(row.email, wanted)
    try:
        answer = contacts.create(session.client, changes, list_ids=[one.synced_list.list_id for one in lists])
    except Conflict as error:
        # What an earlier request was to do stays ours: its answer may have been lost, or not show yet.
        first_tries = [one.pk for one in lists if not one.added_by_us]
        ListMembership.objects.filter(pk__in=first_tries, seen=False).update(added_by_us=False)
        _adopt(session, row, error)
        return
    remote = _note_answer(session, row, answer)
    if remote is not None:
        _settle(row)


def _lists_for(session: SyncSession, row: Contact) -> list[ListMembership]:
    """The memberships a new contact is made with, as they were; they are ours from before the call, should we die
    in it.
    """
    memberships = ListMembership.objects.filter(
        contact=row,
        wanted=True,
        state=MembershipState.OPEN,
        synced_list__state=ListState.READY,
        synced_list__paused=False,
        synced_list__account_id=session.account_id,
    )
    found = list(memberships.select_related("synced_list"))
    now = timezone.now()
    memberships.update(added_by_us=True, tried_at=now)
    SyncedList.objects.filter(memberships__in=memberships).update(written_at=now)
    return found


def _adopt(session: SyncSession, row: Contact, error: Conflict) -> None:
    """The address is taken: by the contact the answer names, or one found by its address.

    The search shows deleted ones too, also where reading one by its id answers that it is not there.
    """
    remote = contacts.read(session.client, error.contact_id) if error.contact_id else None
    remote = remote or contacts.find_now(session.client, row.email)
    if remote is None:
        refuse(row, "Constant Contact says that this address exists, and does not find it.")
        return
    row.contact_id = remote.contact_id
    row.save(update_fields=["contact_id"])
    _note_and_repair(session, row, remote)


def _settle(row: Contact) -> None:
    """The contact carries what it should: the ordinary way serves it again."""
    too_long_for_imports = row.precise and len(row.email) > LIMITS.import_email_characters
    row.precise, row.creating_since, row.former = too_long_for_imports, None, None
    row.save(update_fields=["precise", "creating_since", "former"])


def refuse(row: Contact, reason: str) -> None:
    """Constant Contact will not have it: keep its reason, try again later and later, and let the rest go on."""
    if row.state != ContactState.REFUSED:
        row.state, row.since = ContactState.REFUSED, timezone.now()
    row.reason = reason[:500]
    row.not_before = timezone.now() + WAITS[min(row.attempts, len(WAITS) - 1)]
    row.attempts += 1
    row.save(update_fields=["state", "since", "reason", "not_before", "attempts"])
    counts_changed_for(row.pk)


def _wait(row: Contact, how_long: timedelta) -> None:
    row.not_before = timezone.now() + how_long
    row.save(update_fields=["not_before"])
