"""The benchmark measures what it says, and leaves everything as it was."""

from __future__ import annotations

import pytest

from groups.bench.association import everybody, make_association
from groups.bench.pages import NAMES, PageTime, lines, measure_pages
from groups.bench.recalculating import measure_group, measure_members
from groups.models import GroupMember
from members.models import Member, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def _association() -> None:
    make_association(members=120, groups=9)


@pytest.mark.usefixtures("_association")
def test_recalculations_are_measured_and_undone() -> None:
    before = set(GroupMember.objects.values_list("group", "member"))
    whole, some = measure_group(), measure_members()
    assert whole.changed == everybody().member_count > 100
    assert some.changed > 0
    assert min(whole.floor_seconds, some.floor_seconds) > 0
    assert set(GroupMember.objects.values_list("group", "member")) == before
    assert Member.objects.filter(status=Status.CURRENT).exists()


@pytest.mark.usefixtures("_association")
def test_every_page_is_measured() -> None:
    measured = dict(measure_pages())
    assert tuple(measured) == NAMES
    assert all(one.slowest_query_seconds > 0 and one.queries > 5 for one in measured.values())
    assert len(list(lines({name: one.as_dict() for name, one in measured.items()}))) == 2 + len(NAMES)


def test_a_page_is_held_to_its_slowest_query_or_where_that_is_nothing_to_a_time() -> None:
    def told(cpu: float, query: float) -> str:
        page = PageTime(
            seconds=1, slowest_query_seconds=1, cpu_seconds=cpu, slowest_query_cpu_seconds=query, queries=9
        )
        return list(lines({"page_groups": page.as_dict()}))[-1]

    assert told(0.04, 0.01).endswith("| 4.0 of 3 |")
    assert told(0.02, 0.0002).endswith("| no query of a millisecond; within 30 ms |")
    assert told(0.04, 0.0002).endswith("| no query of a millisecond; over 30 ms |")
