"""How often a cycle asks the database: as often for many lists as for few."""

from __future__ import annotations

from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.tests.sync.cast import cycle, edit, group, person, sync
from members.models import Member

pytestmark = pytest.mark.django_db(transaction=True)

numbers = count(1)


def test_an_edit_takes_as_many_queries_for_twelve_lists_as_for_two(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    put_on_lists(ada, 2)
    few = queries_of_an_edit(ada)
    put_on_lists(ada, 10)
    assert queries_of_an_edit(ada) == few


def test_a_look_takes_as_many_queries_for_twelve_lists_as_for_two(sandbox: SandboxServer) -> None:
    ada = person("ada@example.org")
    put_on_lists(ada, 2)
    few = queries_of_a_look()
    put_on_lists(ada, 10)
    assert queries_of_a_look() == few


def put_on_lists(member: Member, many: int) -> None:
    """Groups of this one member, synced and settled."""
    for _ in range(many):
        sync(group(f"Group {next(numbers)}", member))
    cycle(check=True)
    assert all(one.remote_count == 1 for one in SyncedList.objects.all())


def queries_of_an_edit(member: Member) -> int:
    edit(member, first_name=f"Ada {next(numbers)}")
    with CaptureQueriesContext(connection) as asked:
        assert cycle().updated == 1
    return len(asked)


def queries_of_a_look() -> int:
    with CaptureQueriesContext(connection) as asked:
        cycle(check=True)
    return len(asked)
