"""Looking at what people do in Constant Contact: opt-outs, changed contacts, lists whose counts moved."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import EVERYTHING, ContactPage, Status
from integrations.models import Contact, ContactState, ListState, Observation, SyncedList
from integrations.sync.counts import seen_on
from integrations.sync.marks import mark_group
from integrations.sync.need import contacts_to_write, joins
from integrations.sync.observe import note_contacts, note_gone
from integrations.sync.remote_fields import check_fields
from integrations.sync.remote_lists import read_lists
from integrations.sync.session import SyncSession, settled
from novi_ams.association.models import Association

EVERY = timedelta(minutes=5)
HOURLY = timedelta(hours=1)
DAILY = timedelta(hours=24)
OVERLAP = timedelta(minutes=5)
FIRST_LOOK = timedelta(days=2)
ONE_BY_ONE = 50
"""So many people missing from a list are read one by one."""


def watch(session: SyncSession, *, now: bool = False) -> None:
    """Read lists and opt-outs when five minutes have passed since the last time, or `now`: 2 requests.

    Where somebody left a list and somebody else came, it is as long as before: who came is found among the changed
    contacts, a third request, sent when a person asked for a look and otherwise once an hour.
    """
    last = session.observation.lists_read_at
    if not now and last and timezone.now() - last < EVERY:
        return
    if not session.lists():
        return
    changes = session.observation.updated_after
    if last is None or (not now and changes and timezone.now() - changes > HOURLY):
        read_updates(session)
    _look(session)


def _look(session: SyncSession) -> None:
    read_lists(session)
    read_opt_outs(session)
    for synced in SyncedList.objects.filter(needs_paging=True, account_id=session.account_id, state="ready"):
        if settled(synced.written_at, now=timezone.now()):
            read_list(session, synced)
    read_due(session)


def is_look_asked_for(account_id: str) -> bool:
    """Whether somebody asked for a look at the account's lists that no cycle has taken yet."""
    asked = Observation.objects.filter(account_id=account_id, lists_read_at=None)
    lists = SyncedList.objects.filter(account_id=account_id, state=ListState.READY)
    return asked.exists() and lists.exists()


def before_bulk(session: SyncSession) -> None:
    """Consent before push: everything that could have changed since we last looked is read before a bulk write.

    Changed contacts first: who came to a list without our doing is in its count. Where people only leave lists,
    nobody is pushed and no value is sent: then lists and opt-outs are enough.
    """
    if contacts_to_write(session).exists() or joins(session).exists():
        check_fields(session)
        read_updates(session)
    _look(session)
    for synced in SyncedList.objects.filter(needs_paging=True, account_id=session.account_id, state="ready"):
        read_list(session, synced)


def names_are_outdated(session: SyncSession) -> bool:
    """Whether a list or field was deleted or renamed under us: then what names it is refused, though in order else.

    Looked up once a cycle, for 2 requests; a contact refused for that reason later in it is tried again in an hour.
    """
    if session.names_were_checked:
        return False
    session.names_were_checked = True
    lists, mapping = len(session.lists()), session.mapping
    read_lists(session)
    check_fields(session)
    return len(session.lists()) < lists or session.mapping != mapping


def read_opt_outs(session: SyncSession) -> None:
    """Who opted out since the last look. `optout_after` finds them where `updated_after` does not."""
    after = session.observation.opt_outs_after or timezone.now() - FIRST_LOOK
    pages = contacts.pages(
        session.observing, status=[Status.ALL], optout_after=after - OVERLAP, include=EVERYTHING
    )
    at: datetime | None = None
    for page in pages:
        at = at or page.at
        note_contacts(session, page.contacts)
    session.observation.opt_outs_after = at or timezone.now()
    session.observation.opt_outs_read_at = timezone.now()
    session.observation.save(update_fields=["opt_outs_after", "opt_outs_read_at"])


def read_updates(session: SyncSession) -> None:
    """Contacts changed since the last look.

    The mark is where the next look begins: some minutes back, for what shows late, but never before this one began:
    a read-back that left no gap set it past a wave that need not be shown again.
    """
    after = session.observation.updated_after or timezone.now() - OVERLAP
    pages = contacts.pages(session.observing, status=[Status.ALL], updated_after=after, include=EVERYTHING)
    at: datetime | None = None
    for page in pages:
        at = at or page.at
        note_contacts(session, page.contacts)
    session.observation.updated_after = max(after, (at or timezone.now()) - OVERLAP)
    session.observation.save(update_fields=["updated_after"])


def read_list(session: SyncSession, synced: SyncedList) -> None:
    """Page through a list; who was seen on it and is not shown is read by themselves, for they may have left."""
    began = timezone.now()
    pages = contacts.pages(
        session.observing, status=[Status.ALL], list_ids=[synced.list_id], include=EVERYTHING
    )
    for page in pages:
        note_contacts(session, page.contacts)
    missing = Contact.objects.filter(
        memberships__synced_list=synced, memberships__seen=True, wave__isnull=True
    ).exclude(read_at__gte=began)
    if missing.count() > ONE_BY_ONE:
        read_everybody(session)
    for row in missing.all():
        read_contact(session, row)
    seen = seen_on([synced])[synced.pk]
    synced.needs_paging, synced.unseen_count = False, (synced.remote_count or 0) - seen
    synced.save(update_fields=["needs_paging", "unseen_count"])


def read_everybody(session: SyncSession) -> None:
    """Page through all contacts of the account: cheaper than one request for each of many."""
    for page in contacts.pages(session.observing, status=[Status.ALL], include=EVERYTHING):
        note_contacts(session, page.contacts)


def read_due(session: SyncSession) -> None:
    """Read again those whose absence from a list proved nothing yet when it was seen."""
    due = Contact.objects.filter(
        account_id=session.account_id, recheck_at__lte=timezone.now(), wave__isnull=True
    ).exclude(contact_id="")
    for row in due.order_by("recheck_at")[:200]:
        read_contact(session, row)


def read_contact(session: SyncSession, row: Contact) -> None:
    """Read one contact and store what it holds: 1 request."""
    remote = contacts.read(session.observing, row.contact_id)
    if remote is None:
        note_gone(session, row)
    else:
        note_contacts(session, [remote])


def read_opted_in_again(session: SyncSession) -> None:
    """Once a day: who is unsubscribed there; whoever was and is not any more is read, and so becomes eligible."""
    last = session.observation.unsubscribed_read_at
    if last and timezone.now() - last < DAILY:
        return
    began = timezone.now()
    for page in _unsubscribed(session):
        note_contacts(session, page.contacts)
    for row in _unsubscribed_rows(session).exclude(read_at__gte=began):
        read_contact(session, row)
    session.observation.unsubscribed_read_at = timezone.now()
    session.observation.save(update_fields=["unsubscribed_read_at"])


def _unsubscribed(session: SyncSession) -> list[ContactPage]:
    return list(contacts.pages(session.observing, status=[Status.UNSUBSCRIBED], include=EVERYTHING))


def _unsubscribed_rows(session: SyncSession) -> QuerySet[Contact]:
    return Contact.objects.filter(account_id=session.account_id, state=ContactState.UNSUBSCRIBED).exclude(
        contact_id=""
    )


def compare_when_due(session: SyncSession) -> None:
    """Once a night, in the association's zone: look whether our fields are there, page every list whose count is not
    what we saw, and work out anew, from the records and not from marks, what everybody should hold.
    """
    zone = Association.current().zone
    last, now = session.observation.compared_at, timezone.now()
    if last and last.astimezone(zone).date() >= now.astimezone(zone).date():
        return
    session.observation.compared_at = now
    session.observation.save(update_fields=["compared_at"])
    if last is None:
        return
    check_fields(session)
    # Somebody who left and somebody who came leave the count as it was: who came shows among the changed.
    read_updates(session)
    for synced in session.lists():
        if synced.group_id:
            mark_group(synced.group_id)
        # Counted now: reading the list before this one may have shown people on this one, too.
        if synced.remote_count != seen_on([synced])[synced.pk]:
            read_list(session, synced)
