"""An import of many records is one push to Constant Contact, however many chunks it was written in."""

from __future__ import annotations

import pytest

from integrations.models import StaleContact
from integrations.sandbox.server import SandboxServer
from integrations.tests.sync.cast import cycle, group, person, sync, there
from members.imports import running
from members.jobs import Import, Stage
from members.tests.importing import checked, csv_text

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, CHUNK = 60, 15


def import_of_new_names() -> Import:
    rows = [[f"p{number}@example.org", f"New {number}"] for number in range(PEOPLE)]
    job = checked(csv_text([["Email", "First Name"], *rows]))
    assert running.start(job)
    job.refresh_from_db()
    return job


def writes(sandbox: SandboxServer) -> list[str]:
    """The paths of the requests that change something there."""
    return [one.path for one in sandbox.requests() if one.method != "GET"]


def test_nothing_is_sent_while_it_runs_and_one_import_when_it_has_ended(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(group("Board", *(person(f"p{number}@example.org", f"Old {number}") for number in range(PEOPLE))))
    cycle()
    monkeypatch.setattr("members.imports.checking.CHUNK", CHUNK)
    job = import_of_new_names()
    sandbox.clear_requests()
    written = 0
    while running.step(job):
        written += CHUNK
        cycle()
        assert writes(sandbox) == []
    assert written == PEOPLE
    assert job.state == Stage.DONE
    cycle()
    assert [path for path in writes(sandbox) if "json_import" in path] == writes(sandbox)
    assert len(writes(sandbox)) == 1
    assert {there(sandbox, f"p{n}@example.org")["first_name"] for n in (0, 59)} == {"New 0", "New 59"}
    assert not StaleContact.objects.exists()
