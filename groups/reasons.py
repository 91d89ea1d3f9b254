"""Why each row of a page is in its group, with as many queries for one row as for fifty.

`groups.why` explains one record fully; this says through whom a beneficiary came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from groups.beneficiaries import KINDS, Way, ways_by_family
from groups.models import Basis, GroupMember
from groups.why import PATH_WORDS
from members.models import CompanyRole, Kind, Member


@dataclass(frozen=True)
class Reason:
    """`words` alone, or “primary contact” and `through` whom."""

    words: str
    through: Member | None = None


def reasons_for(rows: Sequence[GroupMember]) -> dict[int, Reason]:
    """{row id: why}. The rows come with `group`, `member` and its parent fetched along; at most two queries."""
    brought = [row for row in rows if row.is_beneficiary]
    ways = dict(_ways(brought)) if brought else {}
    primary = _primary_members(brought, {company for found in ways.values() for _, company in found})
    found = {row.pk: _of_member(row) for row in rows}
    for row in brought:
        found[row.pk] = _of_beneficiary(row, ways.get(row.pk, []), primary)
    return found


def _of_member(row: GroupMember) -> Reason:
    return Reason("picked by hand" if row.group.basis == Basis.RECORDS else "meets the conditions")


def _of_beneficiary(
    row: GroupMember, ways: Iterable[Way], primary: Mapping[tuple[int, int], Member]
) -> Reason:
    for kind, company_id in ways:
        through = primary.get((row.group_id, company_id))
        if through:
            return Reason(PATH_WORDS[kind], through)
    return Reason("a beneficiary until the next calculation")


def _ways(rows: Sequence[GroupMember]) -> Iterator[tuple[int, list[Way]]]:
    roles: dict[int, list[Way]] = defaultdict(list)
    people = {row.member_id for row in rows}
    for person, role, company in CompanyRole.objects.filter(person__in=people).values_list(
        "person", "role", "company"
    ):
        roles[person].append((KINDS[role], company))
    for row in rows:
        every = [*_by_family(row.member), *roles[row.member_id]]
        yield row.pk, [way for way in every if way[0] in row.group.beneficiaries]


def _by_family(member: Member) -> Sequence[Way]:
    if member.parent is None or member.kind != Kind.PERSON:
        return ()
    return ways_by_family(
        member.parent.pk, inherits=member.inherits_benefits, of_company=member.parent.is_company
    )


def _primary_members(rows: Sequence[GroupMember], companies: Iterable[int]) -> dict[tuple[int, int], Member]:
    """{(group, record): record} of those that are members of the groups by themselves."""
    found = GroupMember.objects.filter(
        group__in={row.group_id for row in rows}, member__in=list(companies), is_beneficiary=False
    )
    return {(row.group_id, row.member_id): row.member for row in found.select_related("member")}
