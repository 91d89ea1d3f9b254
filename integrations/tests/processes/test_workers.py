"""Real workers, real brokers: nothing that was committed is lost, whatever happens to messages and processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from integrations.sandbox.server import SandboxServer
from integrations.tests.processes.installation import PATIENCE, Installation, eventually, kill
from novi_ams.tests.services import throwaway_redis, unavailable

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

BOARD = """
people = [person(f"p{number}@example.org", f"P{number}") for number in range(%d)]
sync(group("Board", *people))
wake("test")
"""


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        server.set(requests_per_second=0, token_requests_per_second=0, activity_seconds=0.2)
        yield server


@pytest.fixture(params=["embedded broker", "redis"])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: SandboxServer
) -> Iterator[Installation]:
    with ExitStack() as stack:
        redis_url = ""
        if request.param == "redis":
            try:
                redis_url = stack.enter_context(throwaway_redis())
            except FileNotFoundError as error:
                unavailable(str(error))
        made = Installation(tmp_path, sandbox, redis_url)
        made.connect()
        yield made


def test_an_edit_arrives_through_a_real_worker(installation: Installation, sandbox: SandboxServer) -> None:
    with installation.worker():
        installation.do(BOARD % 3)
        eventually(lambda: on_the_board(sandbox) == 3, "the first sync")
        installation.do('edit(Member.objects.get(email="p1@example.org"), first_name="Augusta")')
        eventually(lambda: first_name(sandbox, "p1@example.org") == "Augusta", "the edit")


def test_edits_made_while_no_worker_runs_arrive_though_the_queue_was_lost(
    installation: Installation, sandbox: SandboxServer
) -> None:
    with installation.worker():
        installation.do(BOARD % 12)
        eventually(lambda: on_the_board(sandbox) == 12, "the first sync")
    installation.do(
        "for number in range(10):\n"
        '    edit(Member.objects.get(email=f"p{number}@example.org"), first_name="Augusta")'
    )
    installation.flush_queue()
    with installation.worker():
        eventually(lambda: renamed(sandbox) == 10, "the ten edits")


def test_a_worker_killed_in_the_middle_of_an_import_loses_nobody(
    installation: Installation, sandbox: SandboxServer
) -> None:
    sandbox.set(activity_seconds=2)
    with installation.worker() as process:
        installation.do(BOARD % 60)
        eventually(lambda: has_begun_importing(sandbox), "the import")
        kill(process)
    # The lease of the killed worker outlasts its longest call; nobody wants to wait for that here.
    installation.do("let_time_pass()")
    with installation.worker():
        eventually(lambda: on_the_board(sandbox) == 60, "everybody on the list")
    assert [one["name"] for one in sandbox.lists()].count("Board") == 1


MANY = 10_000
LONG = 5 * PATIENCE
MOMENTS = (1, 1, 2, 3, 4, 6, 8, 11, 14, 17)
"""After how many requests each worker is killed: while lists and fields are made, jobs run, and it reads back."""

ASSOCIATION = f"""
from members.records import create_members
choose(("phone", "Phone"), ("county", "County"))
rows = [dict(kind="person", first_name=f"P{{number}}", last_name="Lovelace", phone=f"614-{{number}}",
        email=f"p{{number}}@example.org") for number in range({MANY})]
people = list(Member.objects.in_bulk(create_members(rows, actor=TESTER).written.values()).values())
sync(group("Board", *people))
sync(group("Staff", *people[::3]))
sync(group("Chapter", *people[::7]))
wake("test")
"""


def test_ten_workers_killed_one_after_the_other_in_a_large_import_lose_nobody(
    tmp_path: Path, sandbox: SandboxServer
) -> None:
    sandbox.set(requests_per_day=0, activity_seconds=0.5)
    installation = Installation(tmp_path, sandbox)
    installation.connect()
    installation.do(ASSOCIATION)
    for requests in MOMENTS:
        sandbox.clear_requests()
        with installation.worker() as process:
            eventually(lambda: len(sandbox.requests()) >= requests, f"{requests} requests", seconds=LONG)  # noqa: B023 - called at once
            kill(process)
        assert waiting(installation) > 0, "there was nothing left to be killed in"
        installation.do("let_time_pass()")
    with installation.worker():
        eventually(lambda: waiting(installation) == 0, "everything", seconds=LONG)
    assert [len(sandbox.members(name)) for name in ("Board", "Staff", "Chapter")] == [MANY, 3_334, 1_429]
    assert sorted(one["name"] for one in sandbox.lists()) == ["Board", "Chapter", "My Contacts", "Staff"]
    assert sorted(one["label"] for one in sandbox.fields()) == ["County", "Phone"]
    assert first_name(sandbox, "p9999@example.org") == "P9999"


def waiting(installation: Installation) -> int:
    """Marks that were not dealt with, and contacts and memberships that were not seen as they should be."""
    return sum(
        installation.count(sql)
        for sql in (
            "SELECT COUNT(*) FROM integrations_stalecontact",
            "SELECT COUNT(*) FROM integrations_contact WHERE desired_hash <> observed_hash OR wave IS NOT NULL",
            "SELECT COUNT(*) FROM integrations_listmembership WHERE wanted <> seen",
            "SELECT COUNT(*) FROM integrations_syncedlist WHERE state <> 'ready'",
        )
    )


TOKEN = """
import pathlib, time
from integrations import connection
from integrations.constant_contact.budget import Purpose
go = pathlib.Path({go!r})
pathlib.Path({ready!r}).touch()
while not go.exists():
    time.sleep(0.01)
assert connection.client(Purpose.{purpose}).get("/contact_lists")
"""


def test_two_workers_and_a_page_that_need_a_token_at_once_refresh_it_once(
    tmp_path: Path, sandbox: SandboxServer
) -> None:
    installation = Installation(tmp_path, sandbox)
    installation.connect()
    installation.do("ConstantContactConnection.objects.update(expires_at=timezone.now() - timedelta(days=1))")
    sandbox.faults.slow(0.5, path="/token")
    sandbox.clear_requests()
    go = tmp_path / "go"
    ready = [tmp_path / f"ready{number}" for number in range(3)]
    running = [
        installation.start(TOKEN.format(go=str(go), ready=str(file), purpose=purpose))
        for file, purpose in zip(ready, ("SYNC", "SYNC", "PERSON"), strict=True)
    ]
    eventually(lambda: all(file.exists() for file in ready), "three processes that are ready", seconds=LONG)
    go.touch()
    assert [process.wait(LONG) for process in running] == [0, 0, 0]
    assert sum(one.path.endswith("/token") for one in sandbox.requests()) == 1
    assert (
        installation.count(
            "SELECT COUNT(*) FROM integrations_constantcontactconnection WHERE state = 'connected'"
        )
        == 1
    )


def on_the_board(sandbox: SandboxServer) -> int:
    if not any(one["name"] == "Board" for one in sandbox.lists()):
        return 0
    return len(sandbox.members("Board"))


def first_name(sandbox: SandboxServer, email: str) -> str:
    found = sandbox.contact(email)
    return str(found["first_name"]) if found else ""


def renamed(sandbox: SandboxServer) -> int:
    return sum(first_name(sandbox, f"p{number}@example.org") == "Augusta" for number in range(10))


def has_begun_importing(sandbox: SandboxServer) -> bool:
    return any(one.path.endswith("contacts_json_import") for one in sandbox.requests())
