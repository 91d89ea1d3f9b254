"""When an opt-out is known, and when somebody who is off a list counts as one who left it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import time_machine

from integrations.models import Contact, ContactState, ListMembership, MembershipState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.syncing import check_now
from integrations.tests.sync.cast import TESTER, cycle, edit, group, person, put_in, sync

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_opt_out_is_known_at_the_next_look_however_short_ago_the_list_was_written(
    sandbox: SandboxServer,
) -> None:
    sync(group("Board", person("ada@example.org"), person("ben@example.org", "Ben")))
    cycle()
    sandbox.people.unsubscribe("ada@example.org")
    sandbox.clear_requests()
    cycle(check=True)
    assert Contact.objects.get(email="ada@example.org").state == ContactState.UNSUBSCRIBED
    assert len(sandbox.requests()) == 2


def test_who_is_off_a_list_left_it_when_ten_minutes_have_passed_since_our_last_write_and_no_sooner(
    sandbox: SandboxServer,
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        ada = person("ada@example.org")
        sync(group("Board", ada, person("ben@example.org", "Ben")))
        cycle()
        sandbox.people.leave_list("ada@example.org", "Board")
        clock.shift(9 * 60)
        cycle(check=True)
        assert state_of("ada@example.org") == MembershipState.OPEN
        edit(ada, first_name="Augusta")
        cycle()
        clock.shift(9 * 60)
        cycle(check=True)
        assert state_of("ada@example.org") == MembershipState.OPEN
        clock.shift(2 * 60)
        cycle(check=True)
        assert state_of("ada@example.org") == MembershipState.LEFT
        assert sandbox.members("Board") == ["ben@example.org"]


def test_a_leaver_is_noticed_though_the_list_is_as_long_as_when_it_was_last_paged(
    sandbox: SandboxServer,
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        sync(group("Board", person("ada@example.org"), person("ben@example.org", "Ben")))
        cycle()
        _join(sandbox, "Board", first_name="Known by SMS only", sms_channel={"sms_address": "7815551212"})
        clock.shift(11 * 60)
        cycle(check=True)
        _join(sandbox, "Board", first_name="Carla", email_address={"address": "carla@example.net"})
        clock.shift(24 * 3600)
        cycle(check=True)
        assert not ListMembership.objects.filter(state=MembershipState.LEFT).exists()
        for leaver in ("ada@example.org", "ben@example.org"):
            sandbox.people.leave_list(leaver, "Board")
            clock.shift(11 * 60)
            cycle(check=True)
            assert state_of(leaver) == MembershipState.LEFT


def test_who_left_while_a_stranger_came_is_not_put_back_by_an_import(sandbox: SandboxServer) -> None:
    """The list is as long as before: only with the stranger known does its count say that somebody is missing."""
    members = [person(f"p{number}@example.org") for number in range(12)]
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        sync(group("Board", *members))
        cycle()
        clock.shift(11 * 60)
        for member in members[1:]:
            edit(member, first_name="Augusta")
        cycle()
        clock.shift(11 * 60)
        sandbox.people.leave_list("p0@example.org", "Board")
        sandbox.people.add_contact("stranger@example.net", lists=["Board"])
        for member in members:
            edit(member, last_name="Byron")
        cycle()
        assert "p0@example.org" not in sandbox.members("Board")
        assert state_of("p0@example.org") == MembershipState.LEFT


def test_who_left_while_a_stranger_came_is_known_to_whoever_asks_and_within_the_hour_to_all(
    sandbox: SandboxServer,
) -> None:
    ada, ben = person("ada@example.org"), person("ben@example.org", "Ben")
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        synced = sync(group("Board", ada, ben))
        cycle()
        clock.shift(11 * 60)
        sandbox.people.leave_list("ada@example.org", "Board")
        sandbox.people.add_contact("stranger@example.net", lists=["Board"])
        synced.refresh_from_db()
        check_now(synced, actor=TESTER)
        cycle()
        assert state_of("ada@example.org") == MembershipState.LEFT
        sandbox.people.leave_list("ben@example.org", "Board")
        sandbox.people.add_contact("another@example.net", lists=["Board"])
        clock.shift(61 * 60)
        cycle()
        assert state_of("ben@example.org") == MembershipState.LEFT


def test_who_is_known_by_sms_only_costs_one_page_and_not_one_at_every_look(sandbox: SandboxServer) -> None:
    ada, ben = person("ada@example.org"), person("ben@example.org", "Ben")
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        board = group("Board", ada)
        sync(board)
        cycle()
        _join(sandbox, "Board", first_name="Known by SMS only", sms_channel={"sms_address": "7815551212"})
        for joining in (None, ben):
            if joining:
                put_in(board, joining)
            cycle()
            clock.shift(11 * 60)
            sandbox.clear_requests()
            cycle(check=True)
            paged = [one for one in sandbox.requests() if "lists=" in one.query]
            assert len(paged) == (joining is None)


def _join(sandbox: SandboxServer, list_name: str, **body: Any) -> None:
    """As the form on the association's site does."""
    made = requests.post(
        f"{sandbox.api_url}/contacts",
        json={
            "create_source": "Contact",
            "list_memberships": [SyncedList.objects.get(name=list_name).list_id],
            **body,
        },
        headers={"Authorization": f"Bearer {sandbox.issue_token()['access_token']}"},
        timeout=10,
    )
    assert made.status_code == 201, made.text


def state_of(email: str) -> str:
    return ListMembership.objects.get(contact__email=email).state
