"""From what Constant Contact answered to the observed columns; the only place that writes them.

Observed moves only on proof: a contact that was read, a list that was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.contacts import Include
from integrations.models import (
    Contact,
    ContactState,
    ListEvent,
    ListMembership,
    MembershipState,
    SyncedList,
)
from integrations.sync.counts import counts_changed
from integrations.sync.memberships import Membership, memberships_of
from integrations.sync.rows import among, insert_contacts, insert_rows, read_rows, update_rows
from integrations.sync.session import SETTLING, SyncSession, settled
from members.addresses import email_key

CONTACT_FIELDS = [
    "email", "contact_id", "observed_hash", "repaired_hash", "shown_value", "state", "permission", "opted_out_at",
    "reason", "since", "attempts", "not_before", "read_at", "recheck_at", "precise", "we_created",
]  # fmt: skip
MEMBERSHIP_FIELDS = ["seen", "state", "reason", "since"]


@dataclass
class Noted:
    """Rows that reading some contacts changed."""

    at: datetime
    contacts: dict[int, Contact] = field(default_factory=dict)
    new: dict[str, Contact] = field(default_factory=dict)
    memberships: list[Membership] = field(default_factory=list)
    joined: list[Membership] = field(default_factory=list)
    left: list[Membership] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    background_joins: Counter[int] = field(default_factory=Counter)
    background_leaves: Counter[int] = field(default_factory=Counter)


def note_contacts(session: SyncSession, remotes: Sequence[RemoteContact]) -> dict[int, RemoteContact]:
    """Store what these contacts were seen to hold; a constant number of queries for any number of them.

    Returns what was read by our row's id. Contacts that are neither ours nor on a list of ours are passed over.
    """
    now = timezone.now()
    list_pks = {one.list_id: one.id for one in session.lists()}
    rows = _rows_for(session, remotes)
    known = memberships_of({row.id for row in rows.values() if row.id})
    noted = Noted(now)
    read: list[tuple[Contact, RemoteContact]] = []
    for remote in remotes:
        row = _row_of(session, remote, rows, list_pks)
        if row is None:
            continue
        before = row.state
        _note_contact(session, row, remote, now=now)
        if row.state != before:
            noted.touched |= known.get(row.id or 0, {}).keys()
        if Include.LIST_MEMBERSHIPS in remote.included:
            on = {list_pks[one] for one in remote.list_ids if one in list_pks}
            _note_memberships(session, row, on, known.get(row.id or 0, {}), noted, now=now)
        if row.id:
            noted.contacts[row.id] = row
        else:
            noted.new[row.email_key] = row
        read.append((row, remote))
    _write(noted)
    return {row.id: remote for row, remote in read}


def note_gone(session: SyncSession, row: Contact) -> None:
    """The contact was looked for by id and is not there."""
    now = timezone.now()
    noted = Noted(now, contacts={row.pk: row})
    if _was_live(row):
        _set_state(row, ContactState.DELETED_THERE, now=now)
    else:
        row.contact_id = ""
    row.observed_hash, row.read_at, row.recheck_at = "", now, None
    _note_memberships(session, row, set(), memberships_of([row.pk]).get(row.pk, {}), noted, now=now)
    _write(noted)


def _rows_for(session: SyncSession, remotes: Sequence[RemoteContact]) -> dict[str, Contact]:
    """Our rows by contact id and by address (an address and an id cannot be mistaken for each other)."""
    ids = [remote.contact_id for remote in remotes]
    keys = [email_key(remote.email) for remote in remotes if remote.email]
    rows: dict[str, Contact] = {}
    # One after the other, the first without the account: asked at once, SQLite looks at every contact of the account.
    for row in read_rows(Contact.objects.filter(contact_id__in=among(ids))):
        if row.account_id == session.account_id:
            rows[row.email_key] = rows[row.contact_id] = row
    others = [key for key in keys if key not in rows]
    for row in read_rows(Contact.objects.filter(account_id=session.account_id, email_key__in=among(others))):
        rows[row.email_key] = row
        if row.contact_id:
            rows[row.contact_id] = row
    return rows


def _row_of(
    session: SyncSession, remote: RemoteContact, rows: dict[str, Contact], list_pks: dict[str, int]
) -> Contact | None:
    key = email_key(remote.email)
    row = rows.get(remote.contact_id) or rows.get(key)
    if row is None:
        if not key or remote.deleted_at or not list_pks.keys() & remote.list_ids:
            return None
        row = Contact(account_id=session.account_id, email_key=key, email=remote.email, since=timezone.now())
        rows[key] = rows[remote.contact_id] = row
    elif row.contact_id and row.contact_id != remote.contact_id and remote.deleted_at:
        return None
    return row


def _note_contact(session: SyncSession, row: Contact, remote: RemoteContact, *, now: datetime) -> None:
    was_live = _was_live(row)
    row.contact_id, row.permission = remote.contact_id, remote.permission
    row.opted_out_at, row.read_at, row.recheck_at = remote.opt_out_at, now, None
    if row.creating_since and remote.created_at and remote.created_at >= row.creating_since:
        row.we_created = True
    if remote.deleted_at:
        row.observed_hash, row.precise = "", True
        _set_state(row, ContactState.DELETED_THERE if was_live else row.state, now=now)
    elif remote.unsubscribed:
        _set_state(row, ContactState.UNSUBSCRIBED, now=remote.opt_out_at or now)
    else:
        _note_values(session, row, remote, now=now)


def _was_live(row: Contact) -> bool:
    """Whether the contact was seen alive before, or is held already because it was deleted."""
    return bool(row.observed_hash) or row.state == ContactState.DELETED_THERE


def _note_values(session: SyncSession, row: Contact, remote: RemoteContact, *, now: datetime) -> None:
    if row.state in (ContactState.UNSUBSCRIBED, ContactState.DELETED_THERE):
        _set_state(row, ContactState.PENDING, now=now)
    if Include.CUSTOM_FIELDS not in remote.included:
        return
    if email_key(remote.email) != row.email_key:
        row.observed_hash, row.precise = "", True
        return
    before = row.observed_hash
    row.observed_hash = session.mapping.fingerprint(session.mapping.values_seen(remote))
    session.updated += bool(before) and before != row.observed_hash == row.desired_hash
    if row.observed_hash == row.desired_hash:
        # It holds: whatever differs from now on is somebody's doing there, and is repaired again.
        row.shown_value = row.repaired_hash = ""
        _set_state(row, ContactState.SYNCED, now=now)


def _set_state(row: Contact, state: str, *, now: datetime) -> None:
    if row.state != state:
        row.state, row.since = state, now
        row.reason, row.attempts, row.not_before = "", 0, None


def _note_memberships(
    session: SyncSession,
    row: Contact,
    on: set[int],
    known: dict[int, Membership],
    noted: Noted,
    *,
    now: datetime,
) -> None:
    for list_pk in on | known.keys():
        membership = known.get(list_pk)
        if membership is None:
            noted.memberships.append(Membership(list_pk, contact=row, seen=True, since=now))
        elif list_pk in on and not membership.seen:
            noted.joined.append(membership)
            session.joined[list_pk] += membership.added_by_us
            noted.background_joins[list_pk] += membership.background
        elif list_pk not in on and membership.seen:
            session.gone[list_pk] += membership.added_by_us and not membership.wanted
            noted.background_leaves[list_pk] += membership.background and not (
                membership.wanted or membership.consent
            )
            _note_absence(row, membership, noted, now=now)


def _note_absence(row: Contact, membership: Membership, noted: Noted, *, now: datetime) -> None:
    """Somebody seen on the list before is off it: taken off by us, gone for good, or left.

    Shortly after a write an absence proves nothing; the contact is read again when it does.
    """
    gone = row.state in (ContactState.UNSUBSCRIBED, ContactState.DELETED_THERE)
    if membership.wanted and not gone:
        if not settled(row.written_at, now=now):
            row.recheck_at = (row.written_at or now) + SETTLING
            return
        membership.state = MembershipState.LEFT
        noted.left.append(membership)
    membership.seen, membership.since = False, now
    noted.memberships.append(membership)


def _write(noted: Noted) -> None:
    with transaction.atomic():
        insert_contacts(list(noted.new.values()))
        update_rows(Contact, list(noted.contacts.values()), CONTACT_FIELDS)
        added = [one for one in noted.memberships if one.id is None]
        for one in added:
            one.contact_id = one.contact.pk if one.contact else None
        insert_rows(ListMembership, added)
        seen_again = [one for one in noted.memberships if one.id is not None]
        update_rows(ListMembership, seen_again, MEMBERSHIP_FIELDS)
        # Nearly all of a first sync, and all with the same values: one statement.
        ListMembership.objects.filter(pk__in=among([one.id for one in noted.joined if one.id])).update(
            seen=True, state=MembershipState.OPEN, reason="", since=noted.at
        )
        _forget_those_off(noted)
        _count_background(noted)
        moved = chain(noted.memberships, noted.joined)
        counts_changed(noted.touched.union(one.synced_list_id for one in moved))
        ListEvent.objects.bulk_create(
            ListEvent(
                synced_list_id=one.synced_list_id,
                icon="user",
                text="left the list; not put back",
                member_id=one.stand_in_id,
            )
            for one in noted.left
        )


def _count_background(noted: Noted) -> None:
    """What the guard counts, in the transaction that stores it."""
    # Of two counters only what is not zero is left in their sum.
    for list_pk in noted.background_joins + noted.background_leaves:
        SyncedList.objects.filter(pk=list_pk).update(
            added_total=F("added_total") + noted.background_joins[list_pk],
            removed_total=F("removed_total") + noted.background_leaves[list_pk],
        )


def _forget_those_off(noted: Noted) -> None:
    """Drop memberships that nobody wants and that are not there: nothing is left to say about them."""
    ids = [one.id for one in noted.memberships if one.id and not (one.seen or one.wanted or one.stand_in_id)]
    over = ListMembership.objects.filter(id__in=ids, wanted=False, seen=False, stand_in__isnull=True)
    over.exclude(state=MembershipState.LEFT).delete()
