"""What is foreseen is what happens: previews against what the same changes really do."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import Group, GroupMember
from integrations.accounting import account_for
from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    StaleContact,
    SyncedList,
)
from integrations.statuses import Bucket
from integrations.sync.desired import refresh_desired
from integrations.sync.first_sync import FirstSync, first_sync
from integrations.sync.mapping import current_mapping
from integrations.sync.marks import mark_group
from integrations.sync.preview import Preview, preview
from integrations.sync.save_effect import SaveEffect, save_effect
from integrations.tests.ledgers import connected
from integrations.tests.sync.cast import company, edit, group, person, put_in, sync, take_out
from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connection_to_acme() -> ConstantContactConnection:
    return connected()


def work_out() -> None:
    while refresh_desired(current_mapping(), account_id="acme"):
        pass


def turned_on(board: Group) -> SyncedList:
    """The sync turned on, and worked out, with nothing sent."""
    synced = sync(board)
    SyncedList.objects.filter(pk=synced.pk).update(account_id="acme")
    mark_group(board.pk)
    work_out()
    synced.refresh_from_db()
    return synced


def known_contact(email: str, state: str = ContactState.SYNCED) -> Contact:
    return Contact.objects.create(
        account_id="acme", email_key=email, email=email, contact_id=f"id-{email}", state=state
    )


def sent(synced: SyncedList) -> None:
    """As if everything that is due had been sent, and seen."""
    for one in ListMembership.objects.filter(synced_list=synced).select_related("contact"):
        seen = one.wanted and one.contact.state in (ContactState.PENDING, ContactState.SYNCED)
        ListMembership.objects.filter(pk=one.pk).update(seen=seen, added_by_us=seen)
    for contact in Contact.objects.exclude(desired_hash=""):
        Contact.objects.filter(pk=contact.pk).update(
            observed_hash=contact.desired_hash, contact_id=contact.contact_id or f"id-{contact.pk}"
        )


def counted(found: FirstSync) -> dict[Bucket, int]:
    return {bucket: people.count for bucket, people in found.people.items() if people.count}


def accounts(synced: SyncedList) -> dict[Bucket, int]:
    return {bucket: count for bucket, count in account_for(synced).people.items() if count}


# The first sync of a group


def everybody() -> Group:
    """One of each kind of person that a group may have."""
    acme = company("Acme Steel", "shared@example.org")
    for known, state in (
        ("out@example.org", ContactState.UNSUBSCRIBED),
        ("gone@example.org", ContactState.DELETED_THERE),
        ("refused@example.org", ContactState.REFUSED),
        ("known@example.org", ContactState.SYNCED),
    ):
        known_contact(known, state)
    silent = company("Silent Inc.", "silent@example.org", do_not_send=True)
    return group(
        "Board",
        acme,
        silent,
        person("shared@example.org", "Sam", parent=acme),
        person("new@example.org", "Nell"),
        person("known@example.org", "Ken"),
        person("", "Nora"),
        person("", "Dora", do_not_send=True),
        person("no address", "Ivan"),
        person("x" * 70 + "@example.org", "Long"),
        person("asked@example.org", "Dan", do_not_send=True),
        person("asked@example.org", "Shy"),
        person("out@example.org", "Olga"),
        person("gone@example.org", "Gus"),
        person("refused@example.org", "Ray"),
    )


def test_the_first_sync_counts_everybody_once_by_why() -> None:
    found = first_sync(everybody())
    assert counted(found) == {
        Bucket.PENDING: 4,
        Bucket.DO_NOT_SEND: 4,
        Bucket.NO_EMAIL: 1,
        Bucket.INVALID: 1,
        Bucket.TOO_LONG: 1,
        Bucket.SAME_ADDRESS: 1,
        Bucket.UNSUBSCRIBED: 1,
        Bucket.DELETED_THERE: 1,
    }
    assert found.total == 14


def test_the_first_sync_says_how_many_are_new_to_the_account() -> None:
    found = first_sync(everybody()).preview
    assert (found.adds, found.new_contacts, found.updates, found.removes) == (4, 2, 2, 0)


def test_the_first_sync_names_who_stands_for_a_shared_address() -> None:
    (named,) = first_sync(everybody()).people[Bucket.SAME_ADDRESS].named
    assert (str(named.member), str(named.instead)) == ("Acme Steel", "Sam Lovelace")


def test_the_first_sync_is_what_turning_it_on_then_does() -> None:
    board = everybody()
    foreseen = first_sync(board)
    synced = turned_on(board)
    assert counted(foreseen) == accounts(synced)
    happens = preview(account_id="acme", fields=0, synced_list=synced)
    assert foreseen.preview == but_for_the_list(happens)


def but_for_the_list(found: Preview) -> Preview:
    """Making the list takes a request, which the planner of contacts does not count."""
    return Preview(**found.as_dict() | {"requests": found.requests + 1})


@pytest.mark.parametrize("seed", range(6))
def test_any_first_sync_is_what_turning_it_on_then_does(seed: int) -> None:
    chance = Random(seed)
    people = crowd(chance, size=40)
    other, board = group("Other", *chance.sample(people, 15)), group("Board", *chance.sample(people, 25))
    sent(turned_on(other))
    shake(chance, people)
    foreseen = first_sync(board)
    synced = turned_on(board)
    assert counted(foreseen) == accounts(synced)
    assert foreseen.preview == but_for_the_list(preview(account_id="acme", fields=0, synced_list=synced))


def crowd(chance: Random, *, size: int) -> list[Member]:
    """People and companies who share few addresses, some of which cannot be mailed."""
    addresses = [f"a{number}@example.org" for number in range(size // 2)] + [
        "",
        "nonsense",
        "y" * 90 + "@x.org",
    ]
    made: list[Member] = []
    for number in range(size):
        email, silent = chance.choice(addresses), chance.random() < 0.1
        if chance.random() < 0.3:
            made.append(company(f"C{number}", email, do_not_send=silent))
        else:
            made.append(person(email, f"P{number}", do_not_send=silent))
    return made


def shake(chance: Random, people: list[Member]) -> None:
    """Opt-outs, leavers and refusals there; other names here, worked out."""
    for contact in Contact.objects.order_by("pk"):
        state = chance.choice([contact.state] * 6 + [ContactState.UNSUBSCRIBED, ContactState.REFUSED])
        Contact.objects.filter(pk=contact.pk).update(state=state)
    for member in chance.sample(people, 6):
        edit(member, **{"name" if member.is_company else "last_name": "Changed"})
    work_out()


def test_looking_ahead_writes_nothing() -> None:
    board = everybody()
    models = (Contact, ListMembership, SyncedList, StaleContact, Operation)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    first_sync(board)
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def queries(look: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        look()
    return len(found)


def test_looking_ahead_takes_the_same_queries_for_any_number() -> None:
    few = group("Few", *(person(f"f{number}@example.org") for number in range(3)))
    many = group("Many", *(person(f"m{number}@example.org") for number in range(60)))
    assert queries(lambda: first_sync(few)) == queries(lambda: first_sync(many))


def test_a_list_that_is_being_deleted_is_looked_at_as_a_new_one() -> None:
    board = group("Board", person("ada@example.org"))
    synced = turned_on(board)
    sent(synced)
    SyncedList.objects.update(state=ListState.DELETING)
    assert first_sync(board).preview.adds == 1


# What saving a group does to its list


def effect(synced: SyncedList, board: Group, joining: list[Member], leaving: list[Member]) -> SaveEffect:
    return save_effect(
        synced, board, joining=[one.pk for one in joining], leaving=[one.pk for one in leaving]
    )


def saving(synced: SyncedList, board: Group, joining: list[Member], leaving: list[Member]) -> tuple[int, int]:
    """What really comes of it: addresses that get onto and off the list."""
    put_in(board, *joining)
    take_out(board, *leaving)
    mark_group(board.pk)
    work_out()
    found = preview(account_id="acme", fields=0, synced_list=synced)
    return found.adds, found.removes


def test_saving_counts_addresses_and_not_records() -> None:
    stays, shares = person("shared@example.org", "Ada"), person("shared@example.org", "Bob")
    goes, comes = person("goes@example.org"), person("comes@example.org")
    board = group("Board", stays, shares, goes)
    synced = turned_on(board)
    sent(synced)
    found = effect(synced, board, [comes, person("", "Nora"), person("no address", "Ivan")], [shares, goes])
    assert (found.now, found.gains, found.loses, found.then, found.new) == (2, 1, 1, 2, 1)


def test_who_opted_out_or_left_is_not_gained() -> None:
    known_contact("out@example.org", ContactState.UNSUBSCRIBED)
    left = person("left@example.org")
    board = group("Board", left, person("ada@example.org"))
    synced = turned_on(board)
    sent(synced)
    take_out(board, left)
    rows = ListMembership.objects.filter(contact__email_key="left@example.org")
    rows.update(state=MembershipState.LEFT, seen=False, wanted=False)
    found = effect(synced, board, [left, person("out@example.org")], [])
    assert (found.gains, found.loses) == (0, 0)


def test_nobody_is_lost_whom_we_did_not_put_there() -> None:
    ada = person("ada@example.org")
    board = group("Board", ada)
    synced = turned_on(board)
    sent(synced)
    ListMembership.objects.update(added_by_us=False)
    assert effect(synced, board, [], [ada]).loses == 0


@pytest.mark.parametrize("seed", range(6))
def test_what_saving_does_is_what_was_foreseen(seed: int) -> None:
    chance = Random(seed)
    people = crowd(chance, size=40)
    board = group("Board", *chance.sample(people, 20))
    synced = turned_on(board)
    sent(synced)
    shake(chance, people)
    inside = set(GroupMember.objects.filter(group=board).values_list("member_id", flat=True))
    joining = [one for one in people if one.pk not in inside and chance.random() < 0.5]
    leaving = [one for one in people if one.pk in inside and chance.random() < 0.5]
    waited = preview(account_id="acme", fields=0, synced_list=synced)
    assert (waited.adds, waited.removes) == (0, 0)
    found = effect(synced, board, joining, leaving)
    assert (found.gains, found.loses) == saving(synced, board, joining, leaving)


@pytest.mark.parametrize(("leaving", "large", "empties"), [(3, False, False), (12, True, True)])
def test_a_save_that_takes_all_off_a_list_is_large(leaving: int, large: bool, empties: bool) -> None:
    people = [person(f"p{number}@example.org") for number in range(12)]
    board = group("Board", *people)
    synced = turned_on(board)
    sent(synced)
    found = effect(synced, board, [], people[:leaving])
    assert (found.is_large, found.empties) == (large, empties)


def test_foreseeing_a_save_takes_the_same_queries_for_any_number() -> None:
    people = [person(f"p{number}@example.org") for number in range(60)]
    board = group("Board", *people[:30])
    synced = turned_on(board)
    sent(synced)
    few = queries(lambda: effect(synced, board, people[30:31], people[:1]))
    assert few == queries(lambda: effect(synced, board, people[30:], people[:30])) <= 20
