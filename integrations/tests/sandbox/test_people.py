"""What people do inside Constant Contact, and the other handles of a sandbox, near and far."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from integrations.sandbox.controls import Controls
from integrations.sandbox.remote import RemoteSandbox
from integrations.sandbox.server import SandboxServer
from integrations.tests.sandbox.api import Api
from integrations.tests.sandbox.conftest import HandClock

ADA = "ada@example.org"


@pytest.fixture(params=["here", "elsewhere"])
def handles(request: pytest.FixtureRequest, sandbox: SandboxServer) -> Controls:
    """The same handles in this process and over HTTP."""
    return sandbox if request.param == "here" else RemoteSandbox(sandbox.url)


def test_unsubscribing_clears_the_lists_and_is_dated(handles: Controls, clock: HandClock) -> None:
    handles.people.add_contact(ADA, lists=["My Contacts"])
    clock.move(minutes=3)
    handles.people.unsubscribe(ADA, reason="too many")
    found = handles.contact(ADA) or {}
    assert (found["permission"], found["lists"]) == ("unsubscribed", [])
    assert (found["opt_out_source"], found["opt_out_date"]) == ("Contact", "2026-03-02T09:03:00Z")
    assert found["updated_at"] == "2026-03-02T09:00:00Z"


def test_resubscribing_makes_explicit_and_joins_nothing(handles: Controls) -> None:
    handles.people.add_contact(ADA, lists=["My Contacts"])
    handles.people.unsubscribe(ADA)
    handles.people.resubscribe(ADA)
    found = handles.contact(ADA) or {}
    assert (found["permission"], found["opt_out_date"], found["lists"]) == ("explicit", None, [])


@pytest.mark.parametrize("moves", [False, True])
def test_leaving_one_list(handles: Controls, clock: HandClock, moves: bool) -> None:
    handles.set(leaving_moves_updated_at=moves)
    handles.people.create_list("Members")
    handles.people.add_contact(ADA, lists=["My Contacts", "Members"])
    clock.move(minutes=1)
    handles.people.leave_list(ADA, "Members")
    found = handles.contact(ADA) or {}
    assert (found["lists"], found["permission"]) == (["My Contacts"], "explicit")
    assert (found["updated_at"] == "2026-03-02T09:01:00Z") is moves


def test_holding_keeps_the_lists(handles: Controls) -> None:
    handles.people.add_contact(ADA, lists=["My Contacts"])
    handles.people.hold(ADA)
    found = handles.contact(ADA) or {}
    assert (found["permission"], found["lists"]) == ("temp_hold", ["My Contacts"])
    handles.people.confirm(ADA)
    assert (handles.contact(ADA) or {})["permission"] == "explicit"


def test_staff_edit_contacts_and_fields(handles: Controls) -> None:
    handles.people.create_field("Member Type")
    handles.people.add_contact(ADA, first_name="Ada", **{"Member Type": "Regular"})
    handles.people.edit_contact(ADA, first_name="Augusta", new_email="countess@example.org")
    found = handles.contact("countess@example.org") or {}
    assert (found["first_name"], found["custom"]) == ("Augusta", {"Member Type": "Regular"})
    handles.people.edit_contact("countess@example.org", **{"Member Type": None})
    assert (handles.contact("countess@example.org") or {})["custom"] == {}
    handles.people.delete_field("Member Type")
    assert handles.fields() == []


def test_staff_change_lists(handles: Controls) -> None:
    list_id = handles.people.create_list("Members")
    handles.people.rename_list("Members", "People")
    assert [(each["list_id"], each["name"]) for each in handles.lists()][1] == (list_id, "People")
    handles.people.add_contact(ADA)
    handles.people.join_list(ADA, list_id)
    assert handles.members(list_id) == handles.members("People") == [ADA]
    handles.people.delete_list("People")
    assert [each["name"] for each in handles.lists()] == ["My Contacts"]


def test_people_of_another_account(handles: Controls) -> None:
    handles.people_of("Beacon Trade Council").add_contact(ADA)
    assert handles.contact(ADA) is None
    assert handles.contact(ADA, account="Beacon Trade Council") is not None


def test_what_does_not_exist_is_a_lookup_error(handles: Controls) -> None:
    with pytest.raises(LookupError, match="There is no contact"):
        handles.people.unsubscribe(ADA)
    with pytest.raises(LookupError, match="There is no list"):
        handles.members("Members")
    with pytest.raises(LookupError, match="no custom field"):
        handles.people.add_contact(ADA, shoe_size=39)
    assert handles.contact(ADA) is None


def test_what_is_taken_is_a_value_error(handles: Controls) -> None:
    handles.people.add_contact(ADA)
    with pytest.raises(ValueError, match="already"):
        handles.people.add_contact(ADA)
    with pytest.raises(ValueError, match="taken"):
        handles.people.create_list("my contacts")


def test_switches_are_checked(handles: Controls) -> None:
    with pytest.raises(TypeError, match="no switch named speed"):
        handles.set(speed=3)
    with pytest.raises(ValueError, match="refresh_tokens cannot be"):
        handles.set(refresh_tokens="eternal")
    with pytest.raises(ValueError, match="on or off"):
        handles.set(down="perhaps")
    with pytest.raises(ValueError, match="must be a number"):
        handles.set(activity_seconds=None)
    handles.set(down="on", activity_seconds="2.5", privileges="read_only")
    found = handles.switches()
    assert (found["down"], found["activity_seconds"], found["privileges"]) == (True, 2.5, "read_only")


def test_someone_joins_and_someone_opts_out(handles: Controls) -> None:
    assert "joined My Contacts" in handles.people.someone_joins()
    assert len(handles.members("My Contacts")) == 4
    assert "unsubscribed" in handles.people.someone_opts_out()
    assert len(handles.members("My Contacts")) == 3


def test_starting_over_forgets_everything(handles: Controls) -> None:
    handles.people.add_contact(ADA)
    handles.people.create_list("Members")
    handles.faults.fail_next(3)
    handles.set(down=True)
    handles.start_over()
    state = handles.state()
    assert (state["contacts"], state["memberships"], state["pending_faults"]) == (6, 6, 0)
    assert [each["name"] for each in state["lists"]] == ["My Contacts"]
    assert state["switches"]["down"] is False


def test_the_clock_can_be_moved(handles: Controls) -> None:
    handles.shift_clock(3600)
    handles.people.add_contact(ADA)
    assert (handles.contact(ADA) or {})["created_at"] == "2026-03-02T10:00:00Z"


def test_state_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    with SandboxServer(path) as first:
        first.set(requests_per_second=0, leaving_moves_updated_at=True)
        first.people.add_contact(ADA)
        token = first.issue_token()["access_token"]
    with SandboxServer(path) as second:
        api = Api(second)
        api.use(token)
        assert api.get("contacts", email=ADA).json()["contacts"]
        assert second.switches()["leaving_moves_updated_at"] is True


def test_the_account_can_be_named() -> None:
    with SandboxServer(account_name="Ohio Pavers") as sandbox:
        assert Api(sandbox).get("account/summary").json()["organization_name"] == "Ohio Pavers"


def test_the_far_handles_answer_only_to_programs(sandbox: SandboxServer) -> None:
    start_over = f"{sandbox.url}/_sandbox/start_over"
    sandbox.people.add_contact(ADA)
    assert requests.get(start_over).status_code == 403
    assert requests.post(start_over, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert sandbox.contact(ADA) is not None
    state = requests.get(f"{sandbox.url}/_sandbox/state").json()["answer"]
    assert state["contacts"] == 7
