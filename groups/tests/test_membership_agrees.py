"""Whatever is edited, recalculating the marked records ends where brute force over everything does."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.conditions.evaluating import matches
from groups.conditions.tree import parse
from groups.days import local_today
from groups.definitions import Definition, create_group
from groups.membership import recalculate, recalculate_group
from groups.models import Basis, BeneficiaryKind, Group, GroupMember, GroupRecord
from groups.tests.cast import STAFF, every, hearing, row, some
from groups.tests.test_conditions_agree import undone
from members.fields import Catalogue, catalogue
from members.models import CompanyRole, Member, RoleKind
from members.records import create_member, delete_members, save_member
from members.roles import set_roles
from members.validation import InvalidRecordError

pytestmark = pytest.mark.django_db

EXAMPLES = max(25, int(os.environ.get("NOVI_EXAMPLES", "300")) // 12)
STATES = ["Ohio", "Utah", None]

conditions = st.sampled_from(
    [
        row("billing_state", "is", "ohio"),
        row("billing_state", "is_not", "Ohio"),
        row("parent.billing_state", "is", "Ohio"),
        row("parent.billing_state", "blank"),
        row("is_company", "is", value=True),
        row("auto_renew", "is", value=False),
        row("parent.auto_renew", "is", value=True),
        row("company", "not_blank"),
    ]
)
trees = st.builds(
    lambda top, nested: every(*top, some(*nested)) if nested else every(*top),
    st.lists(conditions, max_size=2),
    st.lists(conditions, max_size=2),
)
kinds = st.lists(st.sampled_from(BeneficiaryKind), unique=True)
values = st.fixed_dictionaries(
    {},
    optional={
        "billing_state": st.sampled_from(STATES),
        "auto_renew": st.booleans(),
        "inherits_benefits": st.booleans(),
        "active": st.booleans(),
        "approved": st.booleans(),
    },
)


def some_record(data: st.DataObject) -> Member:
    return data.draw(st.sampled_from(list(Member.objects.order_by("pk"))), label="record")


def people_a_world(data: st.DataObject) -> None:
    for number in range(data.draw(st.integers(3, 7))):
        kind = data.draw(st.sampled_from(["company", "person"]))
        named = {"name": f"Firm {number}"} if kind == "company" else {"first_name": f"Person {number}"}
        above = Member.objects.order_by("pk")
        parents = above.filter(kind="company") if kind == "company" else above
        parent = data.draw(st.sampled_from([None, *parents]))
        create_member({"kind": kind, **named, "parent": parent, **data.draw(values)}, actor=STAFF)
    for tree, brings in data.draw(st.lists(st.tuples(trees, kinds), min_size=1, max_size=3)):
        create_group(Definition(name="G", conditions=tree, beneficiaries=brings), actor=STAFF)
    picked = data.draw(st.lists(st.sampled_from(list(Member.objects.values_list("pk", flat=True)))))
    by_hand = Definition(name="P", basis=Basis.RECORDS, record_ids=picked, beneficiaries=data.draw(kinds))
    create_group(by_hand, actor=STAFF)


def edit_something(data: st.DataObject) -> None:
    if not Member.objects.exists():
        return
    record = some_record(data)
    try:
        match data.draw(st.sampled_from(["save", "save", "move", "role", "delete"])):
            case "save":
                save_member(record, data.draw(values), actor=STAFF)
            case "move":
                save_member(record, {"parent": some_record(data)}, actor=STAFF)
            case "role":
                role = data.draw(st.sampled_from(RoleKind))
                set_roles(
                    record, {role: data.draw(st.sampled_from([[], [some_record(data).pk]]))}, actor=STAFF
                )
            case "delete":
                delete_members([record.pk], actor=STAFF)
    except InvalidRecordError:
        """The edit makes no sense, so it changed nothing."""


def by_brute_force(group: Group, fields: Catalogue) -> dict[int, bool]:
    """{member id: is a beneficiary}, the slow and obvious way."""
    everybody = [one for one in Member.objects.select_related("parent") if one.active and one.approved]
    members = {one.pk for one in everybody if _meets(group, one, fields)}
    brought = {one.pk for one in everybody if _brought_by(group, one) & members}
    return dict.fromkeys(brought, True) | dict.fromkeys(members, False)


def _meets(group: Group, member: Member, fields: Catalogue) -> bool:
    if group.basis == Basis.RECORDS:
        return GroupRecord.objects.filter(group=group, member=member).exists()
    return matches(parse(group.conditions, fields), member, today=local_today())


def _brought_by(group: Group, member: Member) -> set[int]:
    return {through for kind, through in _ties(member) if kind in group.beneficiaries}


def _ties(member: Member) -> Iterator[tuple[str, int]]:
    if member.parent and not member.is_company:
        if member.inherits_benefits:
            yield "inheriting", member.parent.pk
        if member.parent.is_company:
            yield "people", member.parent.pk
    for role in CompanyRole.objects.filter(person=member):
        yield role.role, role.company_id


def stored(group: Group) -> dict[int, bool]:
    return dict(GroupMember.objects.filter(group=group).values_list("member", "is_beneficiary"))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_edits_end_where_brute_force_does(data: st.DataObject) -> None:
    with undone():
        people_a_world(data)
        recalculate()
        fields = catalogue()
        for _ in range(data.draw(st.integers(1, 3))):
            edit_something(data)
            recalculate()
            for group in Group.objects.all():
                assert stored(group) == by_brute_force(group, fields)
                assert (group.member_count, group.beneficiary_count) == _counts(stored(group))
        with hearing() as heard:
            for group in Group.objects.all():
                assert recalculate_group(group.pk)
                assert stored(group) == by_brute_force(group, fields)
        assert heard.said == []


def _counts(rows: dict[int, bool]) -> tuple[int, int]:
    return list(rows.values()).count(False), list(rows.values()).count(True)
