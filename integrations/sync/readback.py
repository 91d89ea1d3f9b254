"""After a wave: who is really there, with which values; repair what differs, and give the rest a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import TypeVar

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.constant_contact import contacts
from integrations.constant_contact.contacts import EVERYTHING, ContactPage, Status
from integrations.constant_contact.contacts import Contact as RemoteContact
from integrations.constant_contact.limits import LIMITS
from integrations.models import (
    MEMBERSHIP_DIFFERS,
    Contact,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    OperationState,
)
from integrations.sync.observe import note_contacts, note_gone
from integrations.sync.plan import Need
from integrations.sync.precise import repair, write_contact
from integrations.sync.rows import among
from integrations.sync.session import SyncSession
from integrations.sync.waves import refuse_memberships

T = TypeVar("T")

OVERLAP = timedelta(seconds=5)
ONE_SECOND = timedelta(seconds=1)
"""Constant Contact's clock shows whole seconds."""
LOOK_BEFORE = timedelta(minutes=30)
"""A look longer before the wave than this was none for it: then only the wave is read."""
SEARCH_LAG = timedelta(seconds=90)
FEW_HIDDEN = 10
"""So many are read one by one at once; for more the search is given SEARCH_LAG to show them."""
UNKNOWN_MARGIN = timedelta(minutes=10)
PAGES_AT_ONCE = 4
"""Read and then stored together, which is 2,000 contacts; what a killed worker had not stored is read again."""
FAILED_WAIT = timedelta(minutes=5)
NOT_PLACED = "Constant Contact did not put this address on the list."
FIFTY_LISTS = "This contact is on 50 lists already, the most there can be."


def read_back(session: SyncSession, wave: int) -> bool:
    """Read what the wave touched, repair it, and close the wave; False asks for another look a little later.

    The pages of contacts changed since its first job show nearly everybody; whom they do not show is read by the
    list, where that is cheaper, and then one by one. Where very many do not show, the search is behind the jobs
    (how long it may be is undocumented), and one by one would cost thousands of requests.
    """
    if _ended_just_now(session, wave):
        return False
    began = _began(session, wave)
    after, whole = _where_to_begin(session, began)
    started = timezone.now()
    pages = contacts.pages(session.observing, status=[Status.ALL], updated_after=after, include=EVERYTHING)
    first = next(pages)
    shown_until = first.at and first.at - (timezone.now() - started) - ONE_SECOND
    _note_pages(session, wave, chain([first], pages), began=began)
    certain = _is_certain(wave)
    if whole and shown_until and certain:
        # What was there when the first page was asked for was just read, so that no look has to show it again.
        session.observation.updated_after = shown_until
        session.observation.save(update_fields=["updated_after"])
    if certain:
        _read_by_list(session, wave, began=began, since=started)
        if _may_show_later(session, wave, since=started):
            return False
        _read_singly(session, wave, since=started)
        _give_reasons(session, wave)
    else:
        _plan_again(session, wave)
    _close(session, wave)
    return True


def _ended_just_now(session: SyncSession, wave: int) -> bool:
    """Whether a wave of more than a page has to settle, so that the next look need not show all of it once more.

    That look begins where this one surely saw everything, and Constant Contact's clock shows whole seconds.
    """
    jobs = Operation.objects.filter(wave=wave, finished_at__gt=timezone.now() - 2 * ONE_SECOND)
    mine = Contact.objects.filter(account_id=session.account_id, wave=wave)
    return jobs.exists() and mine[: LIMITS.contact_page + 1].count() > LIMITS.contact_page


def _note_pages(session: SyncSession, wave: int, pages: Iterable[ContactPage], *, began: datetime) -> None:
    """Several pages in one transaction: each would write much of what the one before it wrote once more."""
    for some in _batches(pages, PAGES_AT_ONCE):
        # Who changes meanwhile may stand on two of them: as on the later one.
        remotes = {one.contact_id: one for page in some for one in page.contacts}
        _note_and_repair(session, wave, _as_the_wave_left_them(wave, [*remotes.values()], began=began))


def _as_the_wave_left_them(
    wave: int, remotes: Sequence[RemoteContact], *, began: datetime
) -> list[RemoteContact]:
    """Without those whose values the wave wrote and who are shown as they were before it.

    What is shown is behind what is there, a new opt-out perhaps included: nobody is written on the strength of it.
    """
    since = began - ONE_SECOND
    before = [one.contact_id for one in remotes if one.updated_at and one.updated_at < since]
    if not before:
        return list(remotes)
    behind = Contact.objects.filter(_differs(), wave=wave, contact_id__in=among(before))
    passed_over = set(behind.values_list("contact_id", flat=True))
    return [one for one in remotes if one.contact_id not in passed_over]


def _may_show_later(session: SyncSession, wave: int, *, since: datetime) -> bool:
    """Whether many of those whom jobs took have not been shown, so soon after the jobs that the search may lag."""
    jobs = Operation.objects.filter(wave=wave, finished_at__gt=timezone.now() - SEARCH_LAG)
    if not jobs.exists():
        return False
    refused = sum(one.payload.get("refused", 0) for one in jobs)
    wanted = ListMembership.objects.filter(
        contact=OuterRef("pk"), wanted=True, synced_list__in=_lists_of_imports(wave)
    )
    hidden = _unread(session, wave, since=since).filter(Exists(wanted))[: refused + FEW_HIDDEN + 1]
    return bool(hidden.count() > refused + FEW_HIDDEN)


def _where_to_begin(session: SyncSession, began: datetime) -> tuple[datetime, bool]:
    """From when to read, and whether that leaves no gap after the look before the wave.

    Without a gap this is a look at all changes itself, and the next one need not show the wave again, which after a
    first sync would be every contact.
    """
    looked = session.observation.updated_after
    if looked is None or began - looked > LOOK_BEFORE:
        return began - OVERLAP, False
    return min(began - OVERLAP, looked), True


def _began(session: SyncSession, wave: int) -> datetime:
    """When the wave's first job began, by Constant Contact's clock where it told."""
    operations = list(Operation.objects.filter(wave=wave))
    told = [parse_datetime(one.payload["at"]) for one in operations if "at" in one.payload]
    known = [at for at in told if at is not None]
    if known and len(known) == len([one for one in operations if one.submitted_at]):
        return min(known)
    return (
        min(one.created_at for one in operations) - UNKNOWN_MARGIN
        if operations
        else timezone.now() - UNKNOWN_MARGIN
    )


def _note_and_repair(session: SyncSession, wave: int, remotes: Sequence[RemoteContact]) -> None:
    """Store a page, and write at once, with the values just read, to those whose values still differ."""
    read = note_contacts(session, remotes)
    differing = Contact.objects.filter(_differs(), pk__in=among(list(read)), wave=wave).select_related(
        "winner__parent__member_type", "winner__member_type"
    )
    if _is_certain(wave):
        for row in differing:
            repair(session, row, read[row.pk])


def _is_certain(wave: int) -> bool:
    """Whether the wave's jobs did their work and said so: only then a difference is a refusal."""
    return not (_failed(wave).exists() or Operation.objects.filter(wave=wave, payload__lost=True).exists())


def _failed(wave: int) -> QuerySet[Operation]:
    jobs = Operation.objects.filter(wave=wave).exclude(state=OperationState.DONE)
    return jobs.exclude(outcome__startswith="Constant Contact refused the values")


def _differs() -> Q:
    return (
        ~Q(desired_hash=F("observed_hash"))
        & ~Q(desired_hash="")
        & ~Q(repaired_hash=F("desired_hash"))
        & Q(state__in=["pending", "synced", "refused"], blocked_by__isnull=True)
    )


def _unread(session: SyncSession, wave: int, *, since: datetime) -> QuerySet[Contact]:
    mine = Contact.objects.filter(account_id=session.account_id, wave=wave)
    return mine.filter(Q(read_at__isnull=True) | Q(read_at__lt=since))


def _read_by_list(session: SyncSession, wave: int, *, began: datetime, since: datetime) -> None:
    """Page through the lists of those not shown yet, if that takes fewer requests than reading each."""
    unread = _unread(session, wave, since=since).count()
    if not unread:
        return
    lists = [one for one in session.lists() if _concerns(one.pk, session, wave, since)]
    for some in _batches(lists, LIMITS.contact_page_lists):
        members = ListMembership.objects.filter(synced_list__in=some, wanted=True).count()
        if unread <= members / LIMITS.contact_page + 1:
            return
        pages = contacts.pages(
            session.observing,
            status=[Status.ALL],
            list_ids=[one.list_id for one in some],
            include=EVERYTHING,
        )
        _note_pages(session, wave, pages, began=began)
        unread = _unread(session, wave, since=since).count()


def _concerns(list_pk: int, session: SyncSession, wave: int, since: datetime) -> bool:
    wanted = ListMembership.objects.filter(synced_list_id=list_pk, wanted=True)
    return wanted.filter(contact__in=_unread(session, wave, since=since)).exists()


def _read_singly(session: SyncSession, wave: int, *, since: datetime) -> None:
    """One request for each contact that no page showed; one that is not there at all is made by itself."""
    for row in _unread(session, wave, since=since).order_by("pk").iterator():
        remote = (
            contacts.read(session.client, row.contact_id)
            if row.contact_id
            else contacts.find_now(session.client, row.email)
        )
        if remote is not None:
            _note_and_repair(session, wave, [remote])
        elif row.contact_id:
            note_gone(session, row)
        else:
            _make_singly(session, row)


def _make_singly(session: SyncSession, row: Contact) -> None:
    """The import passed over this address: the call for one contact makes it, or says why not."""
    Contact.objects.filter(pk=row.pk).update(wave=None)
    write_contact(session, row.pk)


def _plan_again(session: SyncSession, wave: int) -> None:
    """Leave what differs to another wave: at once after a lost job, in a while after one that failed.

    A cycle makes up for lost jobs once. Where they are lost again, Constant Contact is in trouble, and that waits, too.
    """
    if not (session.jobs_were_lost or _failed(wave).exists()):
        session.jobs_were_lost, session.last_need = True, Need()
        return
    still_on = Q(memberships__wanted=False, memberships__seen=True, memberships__added_by_us=True)
    waiting = Contact.objects.filter(wave=wave).filter(
        _differs() | Q(memberships__in=_unplaced(wave)) | still_on
    )
    Contact.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(
        not_before=timezone.now() + FAILED_WAIT
    )


def _give_reasons(session: SyncSession, wave: int) -> None:
    """Who was to join a list and was read off it is refused, with the reason."""
    for membership in _unplaced(wave).select_related("contact"):
        remote = contacts.read(session.client, membership.contact.contact_id)
        if remote is None:
            continue
        note_contacts(session, [remote])
        if membership.synced_list.list_id not in remote.list_ids and not remote.unsubscribed:
            full = len(remote.list_ids) >= LIMITS.contact_lists
            refuse_memberships([membership], FIFTY_LISTS if full else NOT_PLACED)


def _unplaced(wave: int) -> QuerySet[ListMembership]:
    return ListMembership.objects.filter(
        MEMBERSHIP_DIFFERS,
        contact__wave=wave,
        contact__state__in=["pending", "synced"],
        wanted=True,
        seen=False,
        added_by_us=True,
        state=MembershipState.OPEN,
        synced_list__state=ListState.READY,
        synced_list_id__in=_lists_of_imports(wave),
    )


def _lists_of_imports(wave: int) -> set[int]:
    """Lists that an import of this wave named."""
    payloads = Operation.objects.filter(wave=wave, kind="import").values_list("payload", flat=True)
    return {list_pk for payload in payloads for list_pk in payload["lists"]}


def _close(session: SyncSession, wave: int) -> None:
    """Release the wave's contacts; until now they were noted as written with the first of its jobs, not the last."""
    last = Operation.objects.filter(wave=wave).aggregate(at=Max("created_at"))["at"] or timezone.now()
    mine = Contact.objects.filter(account_id=session.account_id, wave=wave)
    mine.update(wave=None, written_at=Greatest("written_at", Value(last)))


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk
