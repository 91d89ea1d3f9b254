"""The Email Sync Report."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import Group, GroupMember
from integrations.accounting import refresh_counts
from integrations.models import Contact, ContactState, ListMembership, MembershipState, SyncedList
from integrations.report import Order, Report, all_rows
from integrations.report_moments import with_since
from integrations.statuses import Bucket
from integrations.tests.ledgers import connected, contact, group, on_list, person, put_on, synced
from integrations.tests.test_accounting import random_world
from novi_ams.association.models import Association
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    connected()
    return client_of(association_admin())


def shown(client: Client, **asked: str) -> Any:
    return client.get(reverse("integrations:report"), asked)


def rows(answer: Any) -> list[tuple[str, str, str]]:
    return [
        (str(row.member), row.synced_list.group_name, row.status.look.label)
        for row, _ in answer.context["rows"]
    ]


def test_everybody_of_every_synced_group_has_a_row(client: Client) -> None:
    ada, bob = person("ada@example.org"), person("", "Bob", "Builder")
    put_on(synced(group("Board", ada, bob)), ada)
    group("Off", ada)
    assert sorted(rows(shown(client))) == [
        ("Ada Lovelace", "Board", "Synced"),
        ("Bob Builder", "Board", "N/A"),
    ]


def test_it_narrows_by_words_group_and_status(client: Client) -> None:
    ada, bob = person("ada@example.org"), person("bob@example.org", "Bob", "Builder")
    board, golf = group("Board", ada, bob), group("Golf", bob)
    where = synced(board)
    put_on(where, ada)
    row = contact(bob)
    on_list(where, row, bob, seen=False, state=MembershipState.LEFT)
    on_list(synced(golf), row, bob)
    assert len(rows(shown(client, q="builder"))) == 2
    assert rows(shown(client, group=str(golf.pk))) == [("Bob Builder", "Golf", "Synced")]
    assert rows(shown(client, status="left_the_list")) == [("Bob Builder", "Board", "Left the list")]


def test_chips_count_whatever_is_chosen(client: Client) -> None:
    ada, bob = person("ada@example.org"), person("", "Bob")
    put_on(synced(group("Board", ada, bob)), ada)
    chips = shown(client, status="no_email").context["chips"]
    assert [(chip.label, chip.count, chip.chosen) for chip in chips] == [
        ("All", 2, False),
        ("Not mailed", 1, False),
        ("Synced", 1, False),
        ("No email", 1, True),
    ]


def test_a_refusal_stands_with_its_reason(client: Client) -> None:
    ada = person("ada@example.org")
    where = synced(group("Board", ada))
    on_list(
        where,
        contact(ada, ContactState.REFUSED, reason="This contact is on 50 lists already."),
        ada,
        seen=False,
    )
    assert "This contact is on 50 lists already." in shown(client).content.decode()


@pytest.mark.parametrize(
    "asked", [{"group": "none"}, {"status": "odd"}, {"page": "x"}, {"group": "99999999999"}]
)
def test_nonsense_in_the_address_shows_everybody(client: Client, asked: dict[str, str]) -> None:
    put_on(synced(group("Board", ada := person("ada@example.org"))), ada)
    assert len(rows(shown(client, **asked))) == 1


def test_without_a_synced_group_it_says_what_to_do(client: Client) -> None:
    assert "No group syncs yet" in shown(client).content.decode()


def test_it_costs_the_same_for_many_rows(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    ada = person("ada@example.org")
    put_on(synced(group("Board", ada)), ada)
    queries()
    few = queries()
    many = [person(f"p{n}@example.org") for n in range(30)]
    for name in ("One", "Two"):
        where = synced(group(name, *many))
        if name == "One":
            put_on(where, *many)
    assert queries() == few <= 20


def world() -> tuple[SyncedList, SyncedList]:
    """Two groups: Ada and Zoe on the first list, Bob off it; Ada on the second."""
    ada, bob, zoe = (person(f"{name.lower()}@example.org", name) for name in ("Ada", "Bob", "Zoe"))
    board, golf = synced(group("Board", ada, bob, zoe)), synced(group("A golf outing", ada), name="Golf list")
    put_on(board, ada, zoe)
    on_list(golf, Contact.objects.get(email_key="ada@example.org"), ada)
    on_list(board, contact(bob), bob, seen=False, state=MembershipState.LEFT)
    return board, golf


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("record", ["Ada", "Ada", "Bob", "Zoe"]),
        ("-record", ["Zoe", "Bob", "Ada", "Ada"]),
        ("group", ["A golf outing", "Board", "Board", "Board"]),
        ("-group", ["Board", "Board", "Board", "A golf outing"]),
        ("nonsense", ["Ada", "Ada", "Bob", "Zoe"]),
    ],
)
def test_it_is_sorted_as_the_address_says(client: Client, sort: str, expected: list[str]) -> None:
    world()
    column = 1 if "group" in sort else 0
    found = [row[column] for row in rows(shown(client, sort=sort))]
    assert [one.split()[0] if column == 0 else one for one in found] == expected


def test_it_is_sorted_and_narrowed_by_since(client: Client) -> None:
    world()
    old = timezone.now() - timedelta(days=9)
    ListMembership.objects.filter(stand_in__first_name="Zoe").update(since=old)
    Contact.objects.filter(email_key="zoe@example.org").update(since=old)
    assert next(iter(rows(shown(client, sort="since"))))[0].startswith("Zoe")
    assert rows(shown(client, sort="-since"))[-1][0].startswith("Zoe")
    recent = shown(client, since="7")
    assert len(rows(recent)) == 3
    assert sum(chip.count for chip in recent.context["chips"][2:]) == 3
    assert len(rows(shown(client, since="30"))) == 4


def test_not_mailed_is_everybody_with_a_reason_and_nobody_who_is_on_the_way(client: Client) -> None:
    ada, bob, cleo = (person(f"{name}@example.org", name.title()) for name in ("ada", "bob", "cleo"))
    dora = person("", "Dora")
    where = synced(group("Board", ada, bob, cleo, dora))
    put_on(where, ada)
    on_list(where, contact(bob, ContactState.UNSUBSCRIBED), bob, seen=False)
    answer = shown(client, status="not_mailed")
    assert [name for name, _, _ in rows(answer)] == ["Bob Lovelace", "Dora Lovelace"]
    assert [chip.count for chip in answer.context["chips"] if chip.chosen] == [2]
    refresh_counts(where)
    home = client.get(reverse("home")).content.decode()
    assert '<a class="linked" href="/reports/email-sync/?status=not_mailed">2</a>' in home


def test_everything_asked_stays_in_every_address(client: Client) -> None:
    board, _ = world()
    answer = shown(client, q="a", group=str(board.group_id), since="30", sort="-record")
    for chip in answer.context["chips"]:
        for part in ("q=a", f"group={board.group_id}", "since=30", "sort=-record"):
            assert part in chip.url


def test_each_bucket_shows_exactly_as_many_rows_as_it_counts() -> None:
    connected()
    random_world(random.Random(7))
    counts = Report().counts
    for bucket in Bucket:
        for order in Order:
            found = Report(bucket=bucket, order=order).rows
            assert len(found) == counts.get(bucket.code, 0), (bucket, order)


def large_world(dice: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes for a large report, with moments that many share and some lack."""
    connected()
    random_world(dice)
    moments = [None, *(timezone.now() - timedelta(days=n) for n in range(8))]
    for model in (Contact, ListMembership):
        for row in model.objects.all():
            row.since = dice.choice(moments)
            row.save(update_fields=["since"])
    monkeypatch.setattr("integrations.report.SORTED_WHOLE", 0)
    monkeypatch.setattr("integrations.report_moments.REACH", 1)
    monkeypatch.setattr("integrations.report_moments.FURTHER", 2)


@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
@pytest.mark.parametrize("seed", range(5))
def test_a_page_of_a_large_report_by_since_is_that_of_everybody_sorted(
    monkeypatch: pytest.MonkeyPatch, order: Order, seed: int
) -> None:
    large_world(random.Random(seed), monkeypatch)
    for bucket in (None, *Bucket):
        asked = Report(bucket=bucket, order=order)
        everybody = list(asked.rows)
        for start in range(0, len(everybody), 3):
            stop = min(start + 3, asked.total)
            assert asked.page(start, stop) == everybody[start:stop], (bucket, start)


def test_the_first_page_of_a_large_report_by_since_looks_at_few(monkeypatch: pytest.MonkeyPatch) -> None:
    large_world(random.Random(13), monkeypatch)
    asked = Report(order=Order.NEWEST)
    with CaptureQueriesContext(connection) as captured:
        assert len(asked.page(0, 2)) == 2
    assert '"member_id" IN (' in captured[-1]["sql"]


def test_since_is_told_alike_by_the_database_and_by_the_row() -> None:
    connected()
    random_world(random.Random(11))
    asked = Report()
    told = {
        (row.member_id, row.group_id): vars(row)["status_since"]
        for row in with_since(asked.people, asked.account_id).select_related("member")
    }
    for row in all_rows(asked):
        assert told[row.member.pk, row.synced_list.group_id or 0] == row.status.since


def exported(client: Client, **asked: str) -> list[list[str]]:
    answer = client.get(reverse("integrations:report_csv"), asked)
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))


def test_the_export_holds_what_the_page_shows(client: Client) -> None:
    world()
    header, *lines = exported(client, status="left_the_list")
    assert header == ["Record", "Email", "Group", "List", "Status", "Reason", "Since", "Last try"]
    assert [line[:5] for line in lines] == [
        ["Bob Lovelace", "bob@example.org", "Board", "Board", "Left the list"]
    ]
    assert lines[0][5].startswith("Taken off in Constant Contact on ")
    assert len(exported(client)) == 5


def test_the_export_tells_times_in_the_associations_zone(client: Client) -> None:
    world()
    Association.objects.update_or_create(pk=1, defaults={"time_zone": "Pacific/Honolulu"})
    ListMembership.objects.update(since=datetime(2026, 11, 20, 3, 30, tzinfo=UTC))
    (line,) = exported(client, status="left_the_list")[1:]
    assert line[5:7] == ["Taken off in Constant Contact on Nov 19.", "2026-11-19 17:30"]


def test_no_cell_of_the_export_is_a_formula(client: Client) -> None:
    evil = person("eve@example.org", "=1+1", "Eve")
    put_on(synced(group("Board", evil)), evil)
    assert exported(client)[1][0] == "'=1+1 Eve"


def test_the_export_costs_the_same_for_every_thousand(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            exported(client)
        return len(captured)

    world()
    queries()
    few = queries()
    many = [person(f"p{n}@example.org") for n in range(40)]
    put_on(synced(group("One", *many)), *many)
    assert queries() == few <= 14


def test_counts_of_a_large_report_are_kept_for_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.report.SLOW", -1.0)
    connected()
    board, _ = world()
    before = Report().counts
    GroupMember.objects.create(group=Group.objects.get(synced_list=board), member=person("late@example.org"))
    assert Report().counts == before
    assert sum(Report(words="late").counts.values()) == 1
    cache.clear()
    assert sum(Report().counts.values()) == sum(before.values()) + 1
