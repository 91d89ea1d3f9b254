"""The floor: what any sync has to do here at least, so that the product's own time can be judged by it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import QuerySet

from groups.models import GroupMember
from integrations.constant_contact.imports import Row, import_chunks
from integrations.sync.mapping import FieldMapping, current_mapping
from members.models import Member

CHUNK = 2_000


def floor_seconds(members: QuerySet[Member], *, joining: bool) -> float:
    """Seconds to read these members and encode what writing them sends.

    In it, once for each member: the row with its parent and member types, read by the ORM in chunks; the groups it is
    in, as pairs of ids; its values in Constant Contact's form; and the JSON bytes of its import row. When they are
    `joining` their lists, also the bytes of one row with the address for each further list. Not in it: comparing,
    choosing a winner, storing anything, HTTP, parsing answers. Fixed: a faster product must not come from a slower
    floor.
    """
    began = time.perf_counter()
    mapping = current_mapping()
    further: list[Row] = []
    for chunk in import_chunks(_rows(members, mapping, further), list_ids=["floor"]):
        if joining:
            _encode(further)
        further.clear()
        len(chunk.body)
    return time.perf_counter() - began


def _encode(rows: list[Row]) -> None:
    for chunk in import_chunks(rows, list_ids=["floor"]):
        len(chunk.body)


def _rows(members: QuerySet[Member], mapping: FieldMapping, further: list[Row]) -> Iterator[Row]:
    """Full rows; notes in `further` a row with the address for each list but the first."""
    ids = list(members.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        groups: dict[int, set[int]] = defaultdict(set)
        pairs = GroupMember.objects.filter(member_id__in=some).values_list("member_id", "group_id")
        for member_id, group_id in pairs.iterator():
            groups[member_id].add(group_id)
        read = Member.objects.filter(pk__in=some).select_related(
            "parent", "member_type", "parent__member_type"
        )
        for member in read.order_by("pk"):
            further.extend({"email": member.email} for _ in range(len(groups[member.pk]) - 1))
            yield mapping.import_row(member.email, mapping.values_of(member))
