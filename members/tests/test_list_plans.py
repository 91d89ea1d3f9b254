"""Which index the members list is read by, as the database itself says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member, MemberQuerySet
from members.records import create_members
from members.search_indexes import NAME, make_search_index
from members.tests.builders import STAFF, person
from members.views.listing import active_by_kind

pytestmark = pytest.mark.django_db


def plan(members: MemberQuerySet) -> str:
    """The plan for one page of ids. A small table is quicker read without index, so PostgreSQL is told not to."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    return members.values("pk")[:25].explain()


def indexes(*columns: str) -> list[str]:
    found = [index for index in Member._meta.indexes if list(index.fields) == list(columns)]
    return [index.name for index in found]


@pytest.fixture(autouse=True)
def _some_records() -> None:
    person("Ada"), person("Ben")


def test_the_list_by_name_is_read_in_the_order_of_an_index() -> None:
    by_name = plan(Member.objects.filter(active=True).order_by("sort_name", "id"))
    allowed = [*indexes("sort_name", "id"), *indexes("active", "sort_name", "id"), NAME]
    assert any(name in by_name for name in allowed)
    assert "TEMP B-TREE" not in by_name


def test_one_status_is_read_by_its_own_index() -> None:
    of_status = plan(Member.objects.filter(status="current").order_by("sort_name", "id"))
    assert indexes("status", "sort_name", "id")[0] in of_status


def test_a_search_reads_its_own_index() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off")  # a bitmap of the trigrams is another matter
    found = plan(Member.objects.search("lovelace").order_by())
    assert f"COVERING INDEX {NAME}" in found or f"Bitmap Index Scan on {NAME}" in found


def test_a_search_on_sqlite_stops_after_a_page_in_the_order_of_the_list() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by how many records it expects to find.")
    found = plan(Member.objects.search("ada").filter(active=True).order_by("sort_name", "id"))
    assert "TEMP B-TREE" not in found


def test_a_lost_index_is_made_again_when_migrations_end() -> None:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {NAME}")
    make_search_index("default")
    with connection.cursor() as cursor:
        assert NAME in connection.introspection.get_constraints(cursor, Member._meta.db_table)


def test_the_counts_above_the_list_are_read_from_an_index_alone() -> None:
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        active_by_kind()
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{how} {asked.captured_queries[0]['sql']}")
        kinds = " ".join(str(row) for row in cursor.fetchall())
    assert indexes("active", "kind", "status")[0] in kinds
    assert "COVERING INDEX" in kinds or "Index Only Scan" in kinds
    assert "TEMP B-TREE" not in kinds


def test_who_waits_for_approval_is_read_from_an_index_of_those_alone() -> None:
    waiting = Member.objects.filter(active=True, approved=False).order_by()
    assert "member_waits_for_approval" in plan(waiting)


def test_an_email_is_found_by_its_index() -> None:
    assert "email_key" in plan(Member.objects.filter(email_key="ada@example.org").order_by())


def test_the_planner_is_shown_the_first_many_records_at_once() -> None:
    """Until somebody looks, PostgreSQL takes so wide a table for empty, and joins it row by row."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's planner does not count.")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE members_member CASCADE")
    assert expected() == 1
    create_members(({"kind": "person", "last_name": f"Nr {number}"} for number in range(150)), actor=STAFF)
    assert expected() == 150


def expected() -> int:
    """How many records the planner reckons with; never with none."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT * FROM members_member")
        found: int = cursor.fetchone()[0][0]["Plan"]["Plan Rows"]
    return found
