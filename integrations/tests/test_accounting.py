"""Every person is accounted for: both ledgers close, whatever the rows hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import GroupMember
from integrations.accounting import (
    account_for,
    in_buckets,
    members_in,
    people_of,
    people_of_all,
    refresh_counts,
)
from integrations.models import Contact, ContactState, ListMembership, MembershipState, SyncedList
from integrations.person_status import bucket_of, statuses_of_member, statuses_on
from integrations.statuses import AddressBucket, Bucket
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, stranger, synced
from members.models import Member
from members.records import save_member
from novi_ams.audit.actor import Actor

pytestmark = pytest.mark.django_db

TESTER = Actor("Tess Tester")


def counted(where: SyncedList) -> dict[Bucket, int]:
    return {bucket: n for bucket, n in account_for(where).people.items() if n}


def test_who_is_seen_on_the_list_is_synced() -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    put_on(where, ada)
    assert counted(where) == {Bucket.SYNCED: 1}
    assert account_for(where).size == 1


def test_who_has_no_contact_yet_is_pending() -> None:
    where = synced(group("Board", person("ada@example.org")))
    assert counted(where) == {Bucket.PENDING: 1}


def test_do_not_send_comes_before_a_missing_address() -> None:
    where = synced(group("Board", person("", do_not_send=True), person("")))
    assert counted(where) == {Bucket.DO_NOT_SEND: 1, Bucket.NO_EMAIL: 1}


def test_do_not_send_of_somebody_who_shares_the_address_counts_for_everybody_with_it() -> None:
    ada, bob = person("office@example.org"), person("office@example.org", "Bob", "Builder")
    where = synced(group("Board", ada))
    on_list(where, contact(ada, blocked_by=bob), ada, wanted=False)
    assert counted(where) == {Bucket.DO_NOT_SEND: 1}
    assert account_for(where).addresses[AddressBucket.AWAITING_REMOVAL] == 1
    status = statuses_on(where, [ada])[ada.pk]
    assert status.sentence == "Set on Bob Builder, who shares this address."
    assert status.other == bob


def test_only_the_one_who_stands_for_an_address_is_synced() -> None:
    ada, bob = person("office@example.org"), person("office@example.org", "Bob", "Builder")
    where = synced(group("Board", ada, bob))
    on_list(where, contact(ada), ada)
    assert counted(where) == {Bucket.SYNCED: 1, Bucket.SAME_ADDRESS: 1}
    assert (
        statuses_on(where, [bob])[bob.pk].sentence == "Same address as Ada Lovelace, whose values are sent."
    )


def test_a_stand_in_says_whose_values_the_contact_carries() -> None:
    ada, bob = person("office@example.org"), person("office@example.org", "Bob", "Builder")
    where = synced(group("Board", bob))
    on_list(where, contact(ada), bob)
    status = statuses_on(where, [bob])[bob.pk]
    assert (status.bucket, status.other) == (Bucket.SYNCED, ada)


@pytest.mark.parametrize(
    ("state", "bucket"),
    [
        (ContactState.INVALID, Bucket.INVALID),
        (ContactState.TOO_LONG, Bucket.TOO_LONG),
        (ContactState.UNSUBSCRIBED, Bucket.UNSUBSCRIBED),
        (ContactState.DELETED_THERE, Bucket.DELETED_THERE),
        (ContactState.REFUSED, Bucket.REFUSED),
    ],
)
def test_a_state_of_the_contact_has_its_bucket(state: ContactState, bucket: Bucket) -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(where, contact(ada, state), ada, seen=False)
    assert counted(where) == {bucket: 1}


@pytest.mark.parametrize(
    ("state", "bucket"),
    [
        (MembershipState.LEFT, Bucket.LEFT),
        (MembershipState.REFUSED, Bucket.REFUSED),
        (MembershipState.HELD, Bucket.HELD),
        (MembershipState.KEPT, Bucket.HELD),
        (MembershipState.OPEN, Bucket.PENDING),
    ],
)
def test_a_state_of_the_membership_has_its_bucket(state: MembershipState, bucket: Bucket) -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(where, contact(ada), ada, seen=False, state=state)
    assert counted(where) == {bucket: 1}


@pytest.mark.parametrize(
    ("added_by_us", "sentence"), [(False, "Waits to be sent."), (True, "Sent, not seen there yet.")]
)
def test_who_is_pending_is_told_whether_anything_was_sent(added_by_us: bool, sentence: str) -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(where, contact(ada), ada, seen=False, added_by_us=added_by_us)
    assert statuses_on(where, [ada])[ada.pk].sentence == sentence


def test_who_was_refused_new_values_is_still_on_the_list() -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(where, contact(ada, ContactState.REFUSED, desired_hash="b", reason="Too odd."), ada)
    accounts = account_for(where)
    assert (accounts.synced, accounts.awaiting_values, accounts.size) == (1, 1, 1)
    assert statuses_on(where, [ada])[ada.pk].sentence == "Too odd."


def test_values_that_constant_contact_will_not_keep_are_waited_for_no_longer() -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(where, contact(ada, desired_hash="b", repaired_hash="b"), ada)
    assert account_for(where).awaiting_values == 0


def test_addresses_that_we_put_there_wait_for_their_removal_and_strangers_do_not() -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob")
    where = synced(group("Board"))
    on_list(where, contact(ada), wanted=False)
    on_list(where, contact(bob), wanted=False, state=MembershipState.HELD)
    stranger(where, "someone@example.org")
    addresses = account_for(where).addresses
    assert addresses == {
        AddressBucket.SYNCED: 0,
        AddressBucket.AWAITING_REMOVAL: 1,
        AddressBucket.REMOVAL_HELD: 1,
        AddressBucket.ONLY_THERE: 1,
    }


def test_a_changed_address_waits_to_be_removed_while_the_new_one_is_pending() -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    put_on(where, ada)
    save_member(ada, {"email": "augusta@example.org"}, actor=TESTER)
    accounts = account_for(where)
    assert accounts.people[Bucket.PENDING] == 1
    assert accounts.addresses[AddressBucket.AWAITING_REMOVAL] == 1


def test_counts_are_stored_for_the_lists_of_groups() -> None:
    ada, bob, eve = person("ada@example.org"), person("bob@example.org"), person("eve@example.org")
    where = synced(group("Board", ada, bob, eve))
    put_on(where, ada)
    on_list(where, contact(bob, ContactState.REFUSED), bob, seen=False)
    on_list(where, contact(eve), eve, seen=False, state=MembershipState.HELD)
    refresh_counts(where)
    where.refresh_from_db()
    assert (where.synced_count, where.refused_count, where.held_count, where.pending_count) == (1, 1, 1, 0)


def test_a_number_leads_to_exactly_its_people() -> None:
    ada, bob = person("ada@example.org"), person("")
    where = synced(group("Board", ada, bob))
    put_on(where, ada)
    assert list(members_in(where, [Bucket.NO_EMAIL.code])) == [bob]
    assert list(members_in(where, [Bucket.SYNCED.code])) == [ada]


def test_a_page_of_statuses_takes_two_queries_however_long() -> None:
    members = [person(f"p{n}@example.org") for n in range(20)]
    where = synced(group("Board", *members))
    put_on(where, *members)
    with CaptureQueriesContext(connection) as few:
        statuses_on(where, members[:2])
    with CaptureQueriesContext(connection) as many:
        found = statuses_on(where, members)
    assert len(few) == len(many) == 2
    assert {status.bucket for status in found.values()} == {Bucket.SYNCED}


def test_a_member_has_a_status_in_each_synced_group() -> None:
    ada = person("ada@example.org")
    one, two = synced(group("Alpha", ada)), synced(group("Beta", ada))
    group("Off", ada)
    row = contact(ada)
    on_list(one, row, ada)
    on_list(two, row, ada, seen=False, state=MembershipState.LEFT)
    found = statuses_of_member(ada)
    assert [(where.group_name, status.bucket) for where, status in found] == [
        ("Alpha", Bucket.SYNCED),
        ("Beta", Bucket.LEFT),
    ]


LADDER: list[tuple[str, Callable[[Member, Contact, ListMembership], bool]]] = [
    ("do_not_send", lambda m, c, lm: m.do_not_send),
    ("no_email", lambda m, c, lm: not m.email.strip()),
    ("do_not_send", lambda m, c, lm: c.blocked_by is not None),
    ("invalid_email", lambda m, c, lm: c.state == "invalid"),
    ("too_long", lambda m, c, lm: c.state == "too_long"),
    ("same_address", lambda m, c, lm: lm.stand_in is not None and lm.stand_in != m),
    ("unsubscribed", lambda m, c, lm: c.state == "unsubscribed"),
    ("deleted_there", lambda m, c, lm: c.state == "deleted_there"),
    ("synced", lambda m, c, lm: lm.seen and lm.stand_in is not None),
    ("left_the_list", lambda m, c, lm: lm.state == "left"),
    ("refused", lambda m, c, lm: "refused" in (c.state, lm.state)),
    ("held", lambda m, c, lm: lm.state in ("held", "kept")),
    ("pending", lambda m, c, lm: True),
]


def random_world(dice: random.Random) -> list[SyncedList]:
    """Two lists over the same people with every state at random, in combinations that no cycle would leave too."""
    members = [
        person(dice.choice(["", "a@example.org", "b@example.org", f"p{n}@example.org"]), f"P{n}")
        for n in range(14)
    ]
    for member in members:
        if dice.random() < 0.1:
            save_member(member, {"do_not_send": True}, actor=TESTER)
    lists = [synced(group(name, *dice.sample(members, 11))) for name in ("One", "Two")]
    holders: dict[str, list[Member]] = {}
    for member in Member.objects.exclude(email_key=""):
        holders.setdefault(member.email_key, []).append(member)
    for some in holders.values():
        if dice.random() < 0.15:
            continue
        row = contact(
            some[0],
            dice.choice([*ContactState.values, "synced", "synced", "synced"]),
            blocked_by=dice.choice(some) if dice.random() < 0.1 else None,
            desired_hash=dice.choice(["a", "b", ""]),
            repaired_hash=dice.choice(["", "b"]),
        )
        for where in lists:
            if dice.random() < 0.9:
                random_membership(dice, where, row, some)
    stranger(lists[0], "someone@example.org")
    return lists


def random_membership(dice: random.Random, where: SyncedList, row: Contact, holders: list[Member]) -> None:
    inside = [one for one in holders if GroupMember.objects.filter(group=where.group, member=one).exists()]
    on_list(
        where,
        row,
        dice.choice(inside) if inside and dice.random() < 0.9 else None,
        wanted=dice.random() < 0.7,
        seen=dice.random() < 0.7,
        added_by_us=dice.random() < 0.7,
        state=dice.choice([*MembershipState.values, "open", "open"]),
    )


def brute_force(where: SyncedList) -> Counter[str]:
    """The ledger of the group, one person at a time."""
    counts: Counter[str] = Counter()
    for member in Member.objects.filter(group_memberships__group=where.group):
        row = Contact.objects.filter(email_key=member.email_key).first() or Contact(state="pending")
        membership = (
            ListMembership.objects.filter(contact_id=row.pk, synced_list=where).first() or ListMembership()
        )
        counts[next(code for code, applies in LADDER if applies(member, row, membership))] += 1
    return counts


@pytest.mark.parametrize("seed", range(25))
def test_both_ledgers_close_and_agree_with_counting_one_by_one(seed: int) -> None:
    connected()
    lists = random_world(random.Random(seed))
    for where in lists:
        accounts = account_for(where)
        assert {one.code: n for one, n in accounts.people.items() if n} == brute_force(where)
        assert accounts.members == GroupMember.objects.filter(group=where.group).count()
        assert accounts.size == ListMembership.objects.filter(synced_list=where, seen=True).count()
        assert accounts.synced == accounts.addresses[AddressBucket.SYNCED]
    by_list = Counter((row.group_id, row.bucket) for row in people_of_all("acme", lists))
    assert by_list == Counter((row.group_id, row.bucket) for where in lists for row in people_of(where))


@pytest.mark.parametrize("seed", range(25, 40))
def test_a_persons_sentence_belongs_to_the_bucket_that_counts_them(seed: int) -> None:
    connected()
    for where in random_world(random.Random(seed)):
        members = list(Member.objects.filter(group_memberships__group=where.group))
        statuses = statuses_on(where, members)
        for bucket in Bucket:
            counted_there = set(
                in_buckets(people_of(where), [bucket.code]).values_list("member_id", flat=True)
            )
            assert counted_there == {pk for pk, status in statuses.items() if status.bucket is bucket}


def test_without_a_contact_a_person_is_judged_by_the_record_alone() -> None:
    assert bucket_of(person("ada@example.org"), None, None) is Bucket.PENDING
