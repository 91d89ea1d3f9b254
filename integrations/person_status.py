"""Why a person is on a list or not, in a sentence: for a page of rows, with a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from groups.models import GroupMember
from integrations.accounting import HELD
from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    SyncedList,
)
from integrations.statuses import Bucket
from members.addresses import address_problem
from members.models import Member
from novi_ams.association.looks import StatusLook
from novi_ams.association.wording import short_date

NOTES = {
    "pending_confirmation": "Awaiting confirmation in Constant Contact, which counts as on the list.",
    "temp_hold": "Held in Constant Contact after a bounce, which counts as on the list.",
}
EXPRESS_PERMISSION = "needs express permission"


@dataclass(frozen=True)
class PersonStatus:
    """`before`, a link to `other` where there is one, and `after` make the sentence; blank where none is needed."""

    member_id: int
    list_id: int
    bucket: Bucket
    before: str = ""
    other: Member | None = None
    after: str = ""
    since: datetime | None = None
    tried_at: datetime | None = None
    awaits_values: bool = False
    contact_id: int | None = None

    @property
    def look(self) -> StatusLook:
        return self.bucket.look

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.other or ''}{self.after}"

    @property
    def may_be_added_back(self) -> bool:
        return self.bucket in (Bucket.LEFT, Bucket.DELETED_THERE)

    @property
    def may_be_tried_again(self) -> bool:
        return self.bucket is Bucket.REFUSED


def statuses_on(synced_list: SyncedList, members: Collection[Member]) -> dict[int, PersonStatus]:
    """`{member id: status}` of some of the group's members on its list: 2 queries."""
    found = statuses_of([(member, synced_list) for member in members])
    return {member_id: status for (member_id, _list_id), status in found.items()}


def statuses_of(pairs: Iterable[tuple[Member, SyncedList]]) -> dict[tuple[int, int], PersonStatus]:
    """`{(member id, list id): status}`: 2 queries, 3 where a list was not made yet."""
    wanted = list(pairs)
    account_id = next((one.account_id for _member, one in wanted if one.account_id), "")
    account_id = account_id or ConstantContactConnection.current().account_id
    contacts = _contacts(account_id, {member.email_key for member, _ in wanted} - {""})
    memberships = _memberships(contacts.values(), {one.pk for _, one in wanted})
    return {
        (member.pk, one.pk): _status(member, one, contacts.get(member.email_key), memberships)
        for member, one in wanted
    }


def statuses_of_member(member: Member) -> list[tuple[SyncedList, PersonStatus]]:
    """The member's status in each synced group that holds it, by group name: 4 queries."""
    groups = GroupMember.objects.filter(member=member).values("group_id")
    lists = list(
        SyncedList.objects.filter(group_id__in=groups)
        .exclude(state=ListState.DELETING)
        .select_related("group")
        .order_by("group__name", "group_id")
    )
    statuses = statuses_of((member, one) for one in lists)
    return [(one, statuses[member.pk, one.pk]) for one in lists]


def _contacts(account_id: str, email_keys: Collection[str]) -> dict[str, Contact]:
    found = Contact.objects.filter(account_id=account_id, email_key__in=email_keys)
    return {contact.email_key: contact for contact in found.select_related("winner", "blocked_by")}


def _memberships(
    contacts: Iterable[Contact], list_ids: Collection[int]
) -> dict[tuple[int, int], ListMembership]:
    rows: QuerySet[ListMembership] = ListMembership.objects.filter(
        contact_id__in=[one.pk for one in contacts], synced_list_id__in=list_ids
    )
    return {(row.contact_id, row.synced_list_id): row for row in rows.select_related("stand_in")}


def bucket_of(member: Member, contact: Contact | None, membership: ListMembership | None) -> Bucket:
    """The bucket that `accounting.bucket_code` computes in SQL, for one person."""
    if member.do_not_send:
        return Bucket.DO_NOT_SEND
    if not member.email_key:
        return Bucket.NO_EMAIL
    if contact is None:
        return Bucket.PENDING
    if contact.blocked_by_id is not None:
        return Bucket.DO_NOT_SEND
    if contact.state in (ContactState.INVALID, ContactState.TOO_LONG):
        return Bucket.INVALID if contact.state == ContactState.INVALID else Bucket.TOO_LONG
    if membership and membership.stand_in_id not in (None, member.pk):
        return Bucket.SAME_ADDRESS
    return _bucket_of_contact(contact, membership)


def _bucket_of_contact(contact: Contact, membership: ListMembership | None) -> Bucket:
    if contact.state in (ContactState.UNSUBSCRIBED, ContactState.DELETED_THERE):
        unsubscribed = contact.state == ContactState.UNSUBSCRIBED
        return Bucket.UNSUBSCRIBED if unsubscribed else Bucket.DELETED_THERE
    if membership and membership.seen and membership.stand_in_id:
        return Bucket.SYNCED
    if membership and membership.state == MembershipState.LEFT:
        return Bucket.LEFT
    if contact.state == ContactState.REFUSED or (membership and membership.state == MembershipState.REFUSED):
        return Bucket.REFUSED
    return Bucket.HELD if membership and membership.state in HELD else Bucket.PENDING


def awaits_values(contact: Contact) -> bool:
    """Whether the contact's values are still to be written."""
    return contact.desired_hash not in ("", contact.observed_hash, contact.repaired_hash)


@dataclass(frozen=True)
class _Case:
    member: Member
    synced_list: SyncedList
    contact: Contact | None
    membership: ListMembership | None


def _status(
    member: Member,
    synced_list: SyncedList,
    contact: Contact | None,
    memberships: dict[tuple[int, int], ListMembership],
) -> PersonStatus:
    membership = memberships.get((contact.pk, synced_list.pk)) if contact else None
    bucket = bucket_of(member, contact, membership)
    before, other, after = _sentence(bucket, _Case(member, synced_list, contact, membership))
    return PersonStatus(
        member_id=member.pk,
        list_id=synced_list.pk,
        bucket=bucket,
        before=before,
        other=other,
        after=after,
        since=_since(bucket, contact, membership),
        tried_at=_tried_at(bucket, contact, membership),
        awaits_values=bucket is Bucket.SYNCED and contact is not None and awaits_values(contact),
        contact_id=contact.pk if contact else None,
    )


OF_THE_CONTACT = (Bucket.INVALID, Bucket.TOO_LONG, Bucket.UNSUBSCRIBED, Bucket.DELETED_THERE)
"""What holds of an address as such, on whatever list."""


def _since(bucket: Bucket, contact: Contact | None, membership: ListMembership | None) -> datetime | None:
    if contact and (bucket in OF_THE_CONTACT or membership is None or contact.state == ContactState.REFUSED):
        return contact.since
    return membership.since if membership else None


def _tried_at(bucket: Bucket, contact: Contact | None, membership: ListMembership | None) -> datetime | None:
    if bucket not in (Bucket.PENDING, Bucket.REFUSED) or contact is None:
        return None
    tried = [at for at in (contact.tried_at, membership.tried_at if membership else None) if at]
    return max(tried, default=None)


Sentence = tuple[str, Member | None, str]
"""(before, the other record, after)."""


def _sentence(bucket: Bucket, case: _Case) -> Sentence:
    if bucket in ABOUT_ANOTHER:
        return ABOUT_ANOTHER[bucket](case)
    return REASONS[bucket](case), None, ""


def _synced(case: _Case) -> Sentence:
    contact = case.contact
    if contact is None:
        return "", None, ""
    note = contact.shown_value or NOTES.get(contact.permission, "")
    if awaits_values(contact):
        refused = contact.reason if contact.state == ContactState.REFUSED else ""
        note = refused or "On the list; new values are on their way."
    if contact.winner and contact.winner_id != case.member.pk:
        return "With ", contact.winner, f"’s values, who has the same address. {note}".rstrip()
    return note, None, ""


def _same_address(case: _Case) -> Sentence:
    standing = case.membership.stand_in if case.membership else None
    winner = case.contact.winner if case.contact else None
    if standing and winner and winner.pk == standing.pk:
        return "Same address as ", standing, ", whose values are sent."
    return "Same address as ", standing, "."


def _do_not_send(case: _Case) -> Sentence:
    if case.member.do_not_send or case.contact is None or case.contact.blocked_by is None:
        return "Set on this record.", None, ""
    if case.contact.blocked_by_id == case.member.pk:
        return "Cleared just now; the address is looked at again.", None, ""
    return "Set on ", case.contact.blocked_by, ", who shares this address."


def _bad_address(case: _Case) -> str:
    if case.contact and case.contact.reason:
        return case.contact.reason
    problem = address_problem(case.member.email)
    return problem.sentence if problem else "The address cannot be mailed."


def _unsubscribed(case: _Case) -> str:
    contact = case.contact
    if contact and contact.reason:
        return contact.reason
    at = contact.opted_out_at or contact.since if contact else None
    return f"Opted out in Constant Contact{_on(at)}. Never put back."


def _refused(case: _Case) -> str:
    reasons = [
        case.contact.reason if case.contact and case.contact.state == ContactState.REFUSED else "",
        case.membership.reason if case.membership else "",
    ]
    reason = next((one for one in reasons if one), "Constant Contact did not say why.")
    if EXPRESS_PERMISSION in reason.casefold():
        return "Needs express permission: the account confirms opt-in, and this person has not confirmed."
    return reason


WAITING_FOR_LIST = {
    ListState.GONE: "The list was deleted in Constant Contact.",
    ListState.FAILED: "The list could not be made.",
    ListState.WANTED: "The list is being made.",
}


def _pending(case: _Case) -> str:
    if reason := WAITING_FOR_LIST.get(ListState(case.synced_list.state)):
        return reason
    if case.synced_list.paused:
        return "The sync of this group is paused."
    if case.membership and case.membership.added_by_us:
        return "Sent, not seen there yet."
    return "Waits to be sent."


def _no_email(case: _Case) -> str:
    return "No email in Professional Contact."


def _deleted_there(case: _Case) -> str:
    return f"The contact was deleted in Constant Contact{_on(case.contact.since if case.contact else None)}."


def _left(case: _Case) -> str:
    return f"Taken off in Constant Contact{_on(case.membership.since if case.membership else None)}."


def _held(case: _Case) -> str:
    reason = case.membership.reason if case.membership else ""
    return reason or "Waits for approval with other changes of the list."


def _on(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f" on {short_date(timezone.localtime(moment).date(), today=timezone.localdate())}"


ABOUT_ANOTHER: dict[Bucket, Callable[[_Case], Sentence]] = {
    Bucket.SYNCED: _synced,
    Bucket.SAME_ADDRESS: _same_address,
    Bucket.DO_NOT_SEND: _do_not_send,
}
REASONS: dict[Bucket, Callable[[_Case], str]] = {
    Bucket.NO_EMAIL: _no_email,
    Bucket.INVALID: _bad_address,
    Bucket.TOO_LONG: _bad_address,
    Bucket.UNSUBSCRIBED: _unsubscribed,
    Bucket.DELETED_THERE: _deleted_there,
    Bucket.LEFT: _left,
    Bucket.REFUSED: _refused,
    Bucket.HELD: _held,
    Bucket.PENDING: _pending,
}
