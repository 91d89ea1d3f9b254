"""From records to one desired contact per address: its winner, its values, and the lists it belongs on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from groups.models import GroupMember
from integrations.constant_contact.limits import LIMITS
from integrations.models import (
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    StaleContact,
    SyncedList,
)
from integrations.sync.counts import counts_changed
from integrations.sync.mapping import FieldMapping
from integrations.sync.memberships import Membership, memberships_of
from integrations.sync.records import DECIDING, read_mapped
from integrations.sync.rows import (
    among,
    as_rows,
    insert_contacts,
    insert_rows,
    new_contact,
    read_rows,
    streamed,
    update_rows,
)
from integrations.sync.winner import Candidate, choose_winner, stand_ins
from members.addresses import Invalid, address_problem
from members.models import CompanyRole, Member, RoleKind, Status

STANDING = {status: place for place, status in enumerate(Status.values)}
CONTACT_FIELDS = [
    "email", "winner", "former", "blocked_by", "desired_hash", "state", "reason", "since", "precise",
    "attempts", "not_before",
]  # fmt: skip
DECIDED = (MembershipState.HELD, MembershipState.KEPT)
MEMBERSHIP_FIELDS = ["stand_in", "wanted", "consent", "background", "state", "reason"]


@dataclass(frozen=True)
class Records:
    """Everything in the database that bears on some addresses, read with a constant number of queries.

    `fingerprints` are of each holder's values.
    """

    holders: dict[str, list[Member]]
    fingerprints: dict[int, str]
    groups_of: dict[int, frozenset[int]]
    roles_of: dict[int, set[str]]
    list_of: dict[int, SyncedList]
    contacts: dict[str, Contact]
    last_winner: dict[str, int | None]
    memberships: dict[int, dict[int, Membership]]


@dataclass
class Changes:
    """Rows to be written; keyed so that no row is written twice."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    memberships: dict[tuple[str, int], Membership] = field(default_factory=dict)
    obsolete: list[int] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    now: datetime = field(default_factory=timezone.now)


def refresh_desired(mapping: FieldMapping, *, account_id: str, limit: int = 2000) -> int:
    """Work out what up to `limit` stale marks ask for, and delete exactly those marks.

    Returns the number of marks dealt with, 0 when there were none. What is desired stays in the rows, so nothing
    is lost when the process dies after this: a difference to what was seen is work by itself.
    """
    with transaction.atomic():
        keys = {
            key for (key,) in streamed(StaleContact.objects.order_by("id").values_list("email_key")[:limit])
        }
        if not keys:
            return 0
        marks = _take_marks(keys)
        background = {key for key, is_background in marks if is_background}
        refresh_addresses(keys, mapping, account_id=account_id, background=background)
    return len(marks)


def _take_marks(email_keys: Collection[str]) -> list[tuple[str, bool]]:
    """Delete every mark of these addresses, and say which those were.

    All at once: an address in twenty groups is worked out one time. Deleted before the values are read, so that
    whatever is marked from now on stays; should anything go wrong the transaction brings them back.
    """
    table, those = StaleContact._meta.db_table, as_rows(list(email_keys))
    sql = f"DELETE FROM {table} WHERE email_key IN ({those.sql}) RETURNING email_key, background"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, those.params)
        return list(cursor.fetchall())


def refresh_addresses(
    email_keys: Collection[str], mapping: FieldMapping, *, account_id: str, background: Collection[str] = ()
) -> None:
    """Write what these addresses should hold. Call inside a transaction."""
    records = read_records(email_keys, mapping, account_id=account_id)
    _write(work_out(email_keys, records, account_id=account_id, background=background))


def work_out(
    email_keys: Collection[str],
    records: Records,
    *,
    account_id: str,
    background: Collection[str] = (),
) -> Changes:
    """What these addresses should hold, as changes to the rows in `records`, which it alters; writes nothing."""
    changes = Changes()
    for key in sorted(email_keys):
        _desire(key, records, changes, account_id=account_id, background=key in background)
    _hand_over(records, changes, account_id=account_id)
    return changes


def read_records(email_keys: Collection[str], mapping: FieldMapping, *, account_id: str) -> Records:
    """Read records, roles, groups, lists, contacts and memberships for the addresses: 6 queries."""
    holders: dict[str, list[Member]] = defaultdict(list)
    sharing = Member.objects.filter(email_key__in=among(email_keys))
    members = read_mapped(sharing, mapping, also=DECIDING)
    for member in members:
        holders[member.email_key].append(member)
    ids = [member.id for member in members]
    fingerprints = dict(zip(ids, map(mapping.fingerprint, mapping.values_of_all(members)), strict=True))
    lists = SyncedList.objects.filter(group__isnull=False).exclude(state=ListState.DELETING)
    list_of = {one.group_id: one for one in lists if one.group_id}
    groups_of: dict[int, set[int]] = defaultdict(set)
    in_groups = GroupMember.objects.filter(member_id__in=among(ids), group_id__in=list(list_of))
    for member_id, group_id in streamed(in_groups.order_by().values_list("member_id", "group_id")):
        groups_of[member_id].add(group_id)
    roles_of: dict[int, set[str]] = defaultdict(set)
    for person_id, role in CompanyRole.objects.filter(person_id__in=among(ids)).values_list(
        "person_id", "role"
    ):
        roles_of[person_id].add(role)
    found = Contact.objects.filter(account_id=account_id, email_key__in=among(email_keys))
    contacts = {contact.email_key: contact for contact in read_rows(found)}
    memberships = memberships_of([one.id for one in contacts.values()])
    frozen = {member_id: frozenset(ids) for member_id, ids in groups_of.items()}
    last_winner = {key: contact.winner_id for key, contact in contacts.items()}
    return Records(holders, fingerprints, frozen, roles_of, list_of, contacts, last_winner, memberships)


def _desire(key: str, records: Records, changes: Changes, *, account_id: str, background: bool) -> None:
    """Decide one address and note the rows that change."""
    holders = records.holders.get(key, [])
    candidates = [one for member in holders if (one := _candidate(member, records))]
    contact = records.contacts.get(key)
    if contact is None and not candidates:
        return
    contact = contact or new_contact(account_id, key, since=changes.now)
    winner = choose_winner(candidates, incumbent=contact.winner_id)
    member = next((one for one in holders if winner and one.id == winner.member_id), None)
    blocker = next((one for one in sorted(holders, key=lambda one: one.id) if _blocks(one)), None)
    mailable = _set_values(contact, member, records, blocked_by=blocker)
    changes.contacts[key] = contact
    standing = stand_ins(candidates, incumbent=contact.winner_id)
    wanted = {records.list_of[group_id].id: member_id for group_id, member_id in standing.items()}
    _set_memberships(
        contact,
        wanted,
        records,
        changes,
        mailable=mailable,
        consent=blocker is not None,
        background=background,
    )


def _candidate(member: Member, records: Records) -> Candidate | None:
    """The member as a candidate; a company that asked not to be mailed is none, nor is a record in no group."""
    groups = records.groups_of.get(member.id)
    if not groups or (member.is_company and member.do_not_send):
        return None
    roles = records.roles_of.get(member.id, set())
    return Candidate(
        member_id=member.id,
        is_person=not member.is_company,
        standing=STANDING[member.status],
        is_primary_contact=RoleKind.PRIMARY_CONTACT in roles,
        has_other_role=bool(roles - {RoleKind.PRIMARY_CONTACT}),
        created_at=member.created_at,
        group_ids=groups,
    )


def _blocks(member: Member) -> bool:
    """Do Not Send on a person keeps the address off every list, whoever shares it: the mailbox is theirs."""
    return member.do_not_send and not member.is_company


def _set_values(
    contact: Contact, member: Member | None, records: Records, *, blocked_by: Member | None
) -> bool:
    """Set winner, address, values and what stands in their way; answers whether the address may be mailed."""
    contact.winner, contact.blocked_by = member, blocked_by
    if member is None:
        contact.desired_hash = ""
        return False
    contact.email = member.email.strip()
    problem = address_problem(contact.email)
    too_long = len(contact.email) > LIMITS.email_characters
    before = contact.desired_hash
    if too_long or isinstance(problem, Invalid):
        state = ContactState.TOO_LONG if too_long else ContactState.INVALID
        _set_state(contact, state, "" if problem is None else problem.sentence)
        contact.desired_hash = ""
        return False
    if contact.state in (ContactState.INVALID, ContactState.TOO_LONG):
        _set_state(contact, ContactState.PENDING, "")
    contact.desired_hash = "" if blocked_by else records.fingerprints[member.id]
    # No import takes an address of over 50 characters; a contact of its own may have up to 80.
    contact.precise = contact.precise or len(contact.email) > LIMITS.import_email_characters
    if before != contact.desired_hash and contact.state == ContactState.REFUSED:
        _set_state(contact, ContactState.PENDING, "")
    return blocked_by is None


def _set_state(contact: Contact, state: ContactState, reason: str) -> None:
    if contact.state != state:
        contact.state, contact.since = state, timezone.now()
    contact.reason, contact.attempts, contact.not_before = reason, 0, None


def _set_memberships(
    contact: Contact,
    wanted: dict[int, int],
    records: Records,
    changes: Changes,
    *,
    mailable: bool,
    consent: bool,
    background: bool,
) -> None:
    """Note the memberships that change: `wanted` is `{synced_list_id: stand-in member_id}`."""
    known = records.memberships.get(contact.id, {}) if contact.id else {}
    for list_id, row in known.items():
        before = (row.wanted, row.stand_in_id, row.consent)
        row.wanted, row.stand_in_id = mailable and list_id in wanted, wanted.get(list_id)
        row.consent = consent and not row.wanted
        if row.id and _is_over(row):
            changes.obsolete.append(row.id)
            changes.touched.add(list_id)
        elif (row.wanted, row.stand_in_id, row.consent) != before:
            if before[0] != row.wanted and row.state in DECIDED:
                # What was held or kept was about the opposite.
                row.state, row.reason = MembershipState.OPEN, ""
            row.background, row.contact, row.since = background, contact, changes.now
            changes.memberships[contact.email_key, list_id] = row
    for list_id in wanted.keys() - known.keys():
        changes.memberships[contact.email_key, list_id] = Membership(
            list_id,
            contact=contact,
            stand_in_id=wanted[list_id],
            wanted=mailable,
            consent=consent and not mailable,
            background=background,
            since=changes.now,
        )


def _is_over(row: Membership) -> bool:
    """Nobody's, not there, and no memory of somebody who left."""
    return not (row.wanted or row.seen or row.stand_in_id or row.state == MembershipState.LEFT)


def _hand_over(records: Records, changes: Changes, *, account_id: str) -> None:
    """Let the contact at a winner's new address follow the one at the old, so that its history goes along.

    Only where nobody else still holds the old address; somebody who comes to it from an address of their own does
    not count, for that is a chain. In a ring (two who swap) nobody can go first: there the contacts stay.
    The contact itself moves when it is written, if Constant Contact does not know the new address by then.
    """
    moves = _moves(records)
    for old, new in moves.items():
        if not _is_ring(old, moves):
            _follow(records.contacts[old], new, moves, changes, account_id=account_id)


def _moves(records: Records) -> dict[str, str]:
    """`{old address: new address}` of winners who left an address that has a contact."""
    owners = {winner: key for key, winner in records.last_winner.items() if winner}
    current = {member.id: key for key, members in records.holders.items() for member in members}
    away = [winner for winner, key in owners.items() if current.get(winner) is None]
    current |= {
        member_id: key
        for member_id, key in Member.objects.filter(id__in=away).values_list("id", "email_key")
        if key
    }
    return {
        old: current[winner]
        for winner, old in owners.items()
        if records.contacts[old].contact_id
        and current.get(winner, old) != old
        and all(owners.get(holder.id, old) != old for holder in records.holders.get(old, []))
    }


def _is_ring(start: str, moves: dict[str, str]) -> bool:
    key, seen = moves[start], {start}
    while key in moves and key not in seen:
        seen.add(key)
        key = moves[key]
    return key in seen


def _follow(contact: Contact, key: str, moves: dict[str, str], changes: Changes, *, account_id: str) -> None:
    successor = (
        changes.contacts.get(key)
        or Contact.objects.filter(account_id=account_id, email_key=key).first()
        or Contact(account_id=account_id, email_key=key, email=key, since=timezone.now())
    )
    if successor.contact_id and key not in moves:
        return
    successor.former, successor.precise, contact.precise = contact, True, True
    changes.contacts[key], changes.contacts[contact.email_key] = successor, contact


def _write(changes: Changes) -> None:
    """Insert or update everything with four statements, whatever the number of rows."""
    new = [contact for contact in changes.contacts.values() if contact._state.adding]
    old = [contact for contact in changes.contacts.values() if not contact._state.adding]
    insert_contacts(new)
    update_rows(Contact, old, CONTACT_FIELDS)
    added = [row for row in changes.memberships.values() if row.id is None]
    for row in added:
        row.contact_id = row.contact.id if row.contact else None
    # The rows of a list beside each other: jobs, which touch them list by list, then touch fewer pages.
    added.sort(key=lambda one: one.synced_list_id)
    insert_rows(ListMembership, added)
    changed = [row for row in changes.memberships.values() if row.id is not None]
    update_rows(ListMembership, changed, MEMBERSHIP_FIELDS)
    if changes.obsolete:
        ListMembership.objects.filter(id__in=changes.obsolete).delete()
    counts_changed(changes.touched.union(list_id for _, list_id in changes.memberships))
