import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from members.models import Member
from members.records import InvalidRecordError, move, save_members
from members.tests.builders import STAFF, company, person
from members.tree import in_a_cycle, roots

pytestmark = pytest.mark.django_db


def line_of(length: int) -> list[Member]:
    """Companies, each under the one before."""
    line = [company("Head")]
    for number in range(1, length):
        line.append(company(f"Sub {number}", parent=line[-1]))
    return line


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_a_record_cannot_stand_under_its_own_descendant(depth: int) -> None:
    line = line_of(depth + 1)
    with pytest.raises(InvalidRecordError, match="stands below this record"):
        move(line[0], line[-1], actor=STAFF)
    assert Member.objects.get(pk=line[0].pk).parent_id is None


def test_a_record_cannot_be_its_own_parent() -> None:
    acme = company()
    with pytest.raises(InvalidRecordError, match="stands below this record"):
        move(acme, acme, actor=STAFF)


def test_two_records_of_one_import_cannot_become_each_others_parent() -> None:
    acme, other = company("Acme"), company("Other")
    outcome = save_members([(acme.pk, {"parent": other.pk}), (other.pk, {"parent": acme.pk})], actor=STAFF)
    assert [refusal.row for refusal in outcome.refused] == [0, 1]
    assert not Member.objects.filter(parent__isnull=False).exists()


def test_parent_and_child_can_change_places_in_one_import() -> None:
    head, sub = line_of(2)
    outcome = save_members([(head.pk, {"parent": sub.pk}), (sub.pk, {"parent": None})], actor=STAFF)
    assert not outcome.refused
    assert Member.objects.get(pk=head.pk).parent_id == sub.pk


def test_a_person_may_stand_under_a_person_but_a_company_may_not() -> None:
    ada = person("Ada")
    assert person("Byron", parent=ada).parent == ada
    with pytest.raises(InvalidRecordError, match="A company can only stand under a company"):
        company(parent=ada)


def test_the_root_is_the_head_of_the_whole_tree() -> None:
    line = line_of(3)
    ada = person(parent=line[-1])
    alone = person("Bob")
    assert roots([ada.pk, alone.pk]) == {ada.pk: line[0].pk, alone.pk: alone.pk}


def test_walking_up_takes_a_query_a_level_not_a_record(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    line = line_of(3)
    people = [person(f"P{number}", parent=line[-1]) for number in range(10)]
    with django_assert_num_queries(4):
        roots([one.pk for one in people])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parents=st.dictionaries(st.integers(-9, -1), st.one_of(st.none(), st.integers(-9, -1)), min_size=1))
def test_cycles_are_found_exactly(parents: dict[int, int | None]) -> None:
    def comes_back(start: int) -> bool:
        at = parents[start]
        for _ in parents:
            if at == start:
                return True
            at = parents.get(at) if at is not None else None
        return False

    assert in_a_cycle(parents) == {one for one in parents if comes_back(one)}
