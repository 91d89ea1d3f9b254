"""Two people at once, each in a connection of their own."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from members.models import Member
from members.records import InvalidRecordError, create_member, move
from members.tests.builders import STAFF, company

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*doings: Callable[[], object]) -> list[BaseException | None]:
    """Start all at the same moment, each in its own thread; how each one ended."""
    start, ends = Barrier(len(doings)), dict[int, BaseException | None]()

    def run(number: int, doing: Callable[[], object]) -> None:
        start.wait()
        try:
            doing()
            ends[number] = None
        except InvalidRecordError as error:
            ends[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number, doing)) for number, doing in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [ends[number] for number in range(len(doings))]


@pytest.fixture
def firms() -> tuple[Member, Member]:
    return company("Acme"), company("Other")


def test_two_moves_at_once_cannot_close_a_circle(firms: tuple[Member, Member]) -> None:
    acme, other = firms
    ends = at_once(
        lambda: move(acme, other, actor=STAFF),
        lambda: move(other, acme, actor=STAFF),
    )
    assert sorted(end is None for end in ends) == [False, True]
    assert Member.objects.filter(parent__isnull=False).count() == 1


def test_an_import_id_given_twice_at_once_is_refused_in_words() -> None:
    ends = at_once(
        *(
            lambda: create_member({"kind": "company", "name": "Acme", "import_id": "7"}, actor=STAFF)
            for _ in range(4)
        )
    )
    assert sum(end is None for end in ends) == 1
    assert Member.objects.count() == 1
