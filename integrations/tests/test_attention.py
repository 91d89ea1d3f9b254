"""What waits for a person: the same on Home and in the Daily Digest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups.models import CalculationState, Group
from integrations.api_usage import ApiUsage
from integrations.attention import digest_items, waiting
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    ContactState,
    ListState,
    MembershipState,
    RemoteFieldState,
    SyncField,
)
from integrations.tests.ledgers import connected, contact, group, on_list, person, synced
from novi_ams.association import digest
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)


def titles() -> list[str]:
    return [item.title for item in digest.digest_items()]


def used(count: int, *, at: datetime) -> None:
    ApiUsage.objects.create(client_id="novi", hour=at, purpose="sync", count=count)


def lost_list() -> None:
    synced(group("Board"), state=ListState.GONE, error="It was deleted there.")


def unmakeable_list() -> None:
    synced(group("Board"), state=ListState.FAILED, error="There are 1,000 lists already.")


def unmakeable_field() -> None:
    SyncField.objects.create(
        source_key="phone",
        label="Phone",
        position=0,
        state=RemoteFieldState.FAILED,
        error="There are 100 already.",
    )


def held_changes() -> None:
    synced(group("Board"), held_count=61)


def refused_address() -> None:
    contact(person("ada@example.org"), ContactState.REFUSED, reason="Not a valid address.")


def refused_on_one_list() -> None:
    ada = person("ada@example.org")
    on_list(synced(group("Board", ada)), contact(ada), ada, seen=False, state=MembershipState.REFUSED)


def dead_grant() -> None:
    ConstantContactConnection.objects.update(state=ConnectionState.RECONNECT_NEEDED)


def moved_site() -> None:
    ConstantContactConnection.objects.update(site_url="https://elsewhere.example.org")


def failed_group() -> None:
    Group.objects.create(name="Board", state=CalculationState.FAILED, error="A field was deleted.")


@pytest.mark.parametrize(
    ("trouble", "title"),
    [
        (dead_grant, "Constant Contact needs you to reconnect"),
        (moved_site, "This is not the site that was connected"),
        (lost_list, "The list of “Board” is gone"),
        (unmakeable_list, "The list of “Board” could not be made"),
        (unmakeable_field, "The field “Phone” does not sync"),
        (held_changes, "61 changes are held for “Board”"),
        (refused_address, "1 address was refused by Constant Contact"),
        (refused_on_one_list, "1 address was refused by Constant Contact"),
        (failed_group, "“Board” cannot be calculated"),
    ],
)
def test_each_trouble_is_in_the_digest_and_on_home(trouble: Callable[[], None], title: str) -> None:
    connected()
    trouble()
    assert titles() == [title]
    assert title in client_of(association_admin()).get("/").content.decode()


def test_when_all_is_well_there_is_nothing() -> None:
    connected(client_id="novi")
    synced(group("Board", person("ada@example.org")))
    assert titles() == []


def test_nothing_is_said_of_an_account_that_was_left() -> None:
    refused_address()
    connected(account_id="another")
    assert titles() == []


def test_a_list_that_is_paused_by_nobody_but_off_is_no_trouble() -> None:
    connected()
    synced(group("Board"), state=ListState.DELETING, held_count=3)
    assert titles() == []


@pytest.mark.parametrize(("count", "told"), [(9_499, False), (9_500, True)])
def test_requests_that_run_out_today_are_reported(count: int, told: bool, settings: Any) -> None:
    settings.CONSTANT_CONTACT_REQUESTS_PER_DAY = 10_000
    connected(client_id="novi")
    with time_machine.travel(NOON, tick=False):
        used(count, at=NOON)
        assert [item.title for item in digest_items()] == (
            ["The requests to Constant Contact are used up"] if told else []
        )


def test_requests_that_ran_out_yesterday_are_in_the_digest_and_no_longer_on_home() -> None:
    connected(client_id="novi")
    with time_machine.travel(NOON, tick=False):
        used(9_800, at=NOON - timedelta(days=1))
        (item,) = digest_items()
        assert item.title == "The requests to Constant Contact were used up yesterday"
        assert "9,800 of 10,000" in item.detail
        assert "used up" not in client_of(association_admin()).get("/").content.decode()


def test_requests_that_constant_contact_says_are_used_up_are_reported_whatever_we_counted() -> None:
    with time_machine.travel(NOON, tick=False):
        connected(client_id="novi", parked_until=datetime(2026, 11, 20, tzinfo=UTC))
        assert titles() == ["The requests to Constant Contact are used up"]
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert titles() == []


def test_every_item_leads_to_a_page_that_is_there() -> None:
    connected(client_id="novi", parked_until=datetime(2026, 11, 20, tzinfo=UTC))
    lost_list()
    unmakeable_field()
    refused_address()
    failed_group()
    client = client_of(association_admin())
    with time_machine.travel(NOON, tick=False):
        items = digest.digest_items()
        assert len(items) == 5
        assert [client.get(item.url).status_code for item in items] == [200] * 5


def test_it_costs_the_same_for_many_lists() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            waiting(ConstantContactConnection.current())
        return len(captured)

    connected()
    lost_list()
    refused_address()
    held_changes()
    few = queries()
    for number in range(30):
        synced(group(f"Group {number}"), held_count=1)
    assert queries() == few <= 6
