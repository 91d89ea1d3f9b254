"""The records picked by hand for a group on the basis of specific records."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Value

from groups.models import Group, GroupRecord
from members.chunks import chunked
from members.field_types import listed
from members.insert_select import insert_select
from members.models import Member

CHUNK = 5_000
NAMED = 12
"""Names in one line of the audit log; the rest is a number."""


def picked_ids(group: Group) -> set[int]:
    """Ids of the members that are picked."""
    return set(GroupRecord.objects.filter(group=group.pk).values_list("member", flat=True))


def pick(group: Group, member_ids: Collection[int]) -> None:
    """Add records that are not picked yet; ids of records that are gone are passed over."""
    for ids in chunked(sorted(member_ids), CHUNK):
        rows = Member.objects.filter(pk__in=ids).order_by().values_list(Value(group.pk), "pk")
        insert_select(GroupRecord, ("group", "member"), rows)


def unpick(group: Group, member_ids: Collection[int]) -> None:
    for ids in chunked(sorted(member_ids), CHUNK):
        GroupRecord.objects.filter(group=group.pk, member__in=ids).delete()


def names_of(member_ids: Collection[int]) -> str:
    """“Ada Lovelace, Acme Steel and 5 more”."""
    first = sorted(member_ids)[:NAMED]
    names = list(Member.objects.filter(pk__in=first).values_list("display_name", flat=True))
    more = len(member_ids) - len(first)
    return listed(names) + (f" and {more:,} more" if more else "")
