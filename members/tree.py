"""Family trees: who stands above whom, asked for many records at once, one query a level."""

from collections.abc import Collection, Iterable, Mapping

from members.models import Member

ParentOf = dict[int, int | None]


def ancestry(member_ids: Iterable[int], *, pending: Mapping[int, int | None] | None = None) -> ParentOf:
    """{record: parent} for these records and all above them; `pending` parents count before stored ones."""
    known: ParentOf = dict(pending or {})
    wanted = {*member_ids, *(parent for parent in known.values() if parent is not None)} - known.keys()
    while wanted:
        rows: ParentOf = dict(Member.objects.filter(id__in=wanted).values_list("id", "parent_id"))
        known |= rows
        wanted = {parent for parent in rows.values() if parent is not None} - known.keys()
    return known


def in_a_cycle(pending: Mapping[int, int | None]) -> set[int]:
    """The records among `pending` that would stand above themselves, at any depth."""
    parent_of = ancestry((), pending=pending)
    return {member for member in pending if member in _path_up(member, parent_of)[1:]}


def roots(member_ids: Collection[int]) -> dict[int, int]:
    """{record: the head of its family tree}."""
    parent_of = ancestry(member_ids)
    return {member: _path_up(member, parent_of)[-1] for member in member_ids}


def _path_up(member: int, parent_of: Mapping[int, int | None]) -> list[int]:
    """The record and who stands above it; ends with the first one met twice."""
    path, met = [member], {member}
    while (parent := parent_of.get(path[-1])) is not None:
        path.append(parent)
        if parent in met:
            break
        met.add(parent)
    return path
