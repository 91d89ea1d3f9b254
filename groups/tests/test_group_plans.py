"""Which indexes groups are read by, as the database itself says."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Count, QuerySet

from groups.models import BeneficiaryKind, Group, GroupMember
from groups.tests.cast import calculated, row
from groups.wanted import recipe_of
from groups.whole_groups import standings
from members.fields import catalogue
from members.models import Member
from members.records import create_members
from members.tests.builders import STAFF, person

pytestmark = pytest.mark.django_db
COUNTS, OF_RECORD = (index.name for index in reversed(GroupMember._meta.indexes))
ONCE = "group_member_once" if connection.vendor == "postgresql" else "sqlite_autoindex_groups_groupmember_1"


@pytest.fixture
def some() -> GroupMember:
    """One of 8,000 rows, for PostgreSQL chooses by what it expects to find; SQLite goes by the rules alone."""
    create_members(({"kind": "person", "last_name": f"Lovelace {n}"} for n in range(400)), actor=STAFF)
    groups = Group.objects.bulk_create(Group(name=f"Chapter {n}") for n in range(20))
    GroupMember.objects.bulk_create(
        GroupMember(group=one, member=member, is_beneficiary=member.pk % 4 == 0)
        for one in groups
        for member in Member.objects.all()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {GroupMember._meta.db_table}")
    return GroupMember.objects.filter(is_beneficiary=True)[0]


def plan(rows: QuerySet) -> str:  # type: ignore[type-arg] # rows of any model, read as anything
    """A small table is quicker read without index, so PostgreSQL is told not to."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    return rows.explain()


def test_the_counts_of_a_group_are_read_from_one_index_alone(some: GroupMember) -> None:
    counted = GroupMember.objects.filter(group=some.group_id, is_beneficiary=True).order_by().values("group")
    assert COUNTS in plan(counted.annotate(n=Count("*")))


def test_the_groups_of_a_record_are_found_by_its_index(some: GroupMember) -> None:
    assert OF_RECORD in plan(GroupMember.objects.filter(member=some.member_id).order_by().values("group"))


def test_a_record_is_found_in_a_group_by_the_constraint(some: GroupMember) -> None:
    found = plan(GroupMember.objects.filter(group=some.group_id, member=some.member_id))
    # PostgreSQL may as well take the index that begins with the record.
    assert ONCE in found or (OF_RECORD in found and f"group_id = {some.group_id}" in found)


def test_beneficiaries_are_looked_up_by_their_roles_and_not_by_everybodys_status() -> None:
    """SQLite took the companies by status first, for each of 100,000 people: minutes instead of a second."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by how many records it expects to find.")
    person("Ada")
    made = calculated(row("status", "is", "expired"), beneficiaries=[BeneficiaryKind.PRIMARY])
    recipe = recipe_of(made, fields=catalogue(), today=date(2026, 11, 23))
    found = plan(standings(made.pk, recipe))
    assert "members_companyrole_person_id" in found
    assert "(status=?)" not in found
