"""`manage.py sync`: what it says where nothing can be sent, and that saying it loses nothing."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.connection_errors import NotConnected, ReconnectNeeded
from integrations.models import ConnectionState, ConstantContactConnection, StaleContact
from integrations.sandbox.server import SandboxServer
from integrations.tests.sync.cast import connect, cycle, group, person, sync

pytestmark = pytest.mark.django_db(transaction=True)

EACH_WAY = pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["sync", "dry run"])


def disconnected() -> None:
    """As before anybody ever connected."""
    ConstantContactConnection.objects.update(state=ConnectionState.NOT_CONNECTED, account_id="")


def ask(*options: str) -> tuple[str, str]:
    """What the command writes, and the words it fails with."""
    out, failed_with = StringIO(), ""
    try:
        call_command("sync", *options, stdout=out, stderr=StringIO())
    except CommandError as error:
        failed_with = str(error)
    return out.getvalue(), failed_with


@EACH_WAY
def test_without_a_connection_it_fails_and_says_what_to_do(
    sandbox: SandboxServer, options: tuple[str, ...]
) -> None:
    disconnected()
    assert ask(*options) == ("", NotConnected.sentence)


@EACH_WAY
def test_without_a_connection_json_has_the_error_beside_the_numbers(
    sandbox: SandboxServer, options: tuple[str, ...]
) -> None:
    disconnected()
    said, failed_with = ask(*options, "--json")
    error = json.loads(said).pop("error")
    assert error == failed_with == NotConnected.sentence
    assert set(json.loads(said).values()) == {0, error}


@EACH_WAY
def test_a_dead_grant_is_told_as_that(sandbox: SandboxServer, options: tuple[str, ...]) -> None:
    ConstantContactConnection.objects.update(state=ConnectionState.RECONNECT_NEEDED)
    assert ask(*options) == ("", ReconnectNeeded.sentence)


@EACH_WAY
def test_what_was_due_before_the_first_connection_is_still_due(
    sandbox: SandboxServer, options: tuple[str, ...]
) -> None:
    disconnected()
    sync(group("Board", person("ada@example.org")))
    ask(*options)
    assert StaleContact.objects.exists()
    connect(sandbox)
    cycle()
    assert sandbox.members("Board") == ["ada@example.org"]


def test_a_stopped_sync_keeps_its_numbers(sandbox: SandboxServer) -> None:
    ConstantContactConnection.objects.update(paused=True)
    said, failed_with = ask("--json")
    assert failed_with == "Stopped: every sync is paused"
    assert json.loads(said) == {
        "error": failed_with, "requests": 0, "pushed": 0, "removed": 0, "refused": 0, "pending": 0,
    }  # fmt: skip


def test_connected_it_says_what_would_be_done_and_does_it(sandbox: SandboxServer) -> None:
    sync(group("Board", person("ada@example.org")))
    said, failed_with = ask("--dry-run", "--json")
    assert failed_with == ""
    assert json.loads(said)["adds"] == 1
    said, failed_with = ask("--json")
    assert failed_with == ""
    assert json.loads(said)["pushed"] == 1
    assert sandbox.members("Board") == ["ada@example.org"]
