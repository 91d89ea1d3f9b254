"""Groups follow their definitions and their records."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F

from groups import marked_members, whole_groups
from groups.definitions import change_group, definition_of
from groups.marks import LEASE, mark_stale
from groups.membership import is_anything_waiting, recalculate, recalculate_group, recalculate_members
from groups.models import BeneficiaryKind, CalculationState, Group, GroupMember, StaleMember
from groups.signals import membership_changed, membership_rebuilt
from groups.tests.cast import OHIO, STAFF, calculated, every, group, hearing, inside, row
from groups.wanted import recipe_of
from members.models import Member, RoleKind
from members.records import deactivate, delete_members, save_member, update_members
from members.roles import set_roles
from members.tests.builders import company, person
from novi_ams.association import locks

pytestmark = pytest.mark.django_db

PARENT_OHIO = row("parent.billing_state", "is", "Ohio")


def save(member: Member, **changes: Any) -> None:
    """Somebody saves a record, and the worker comes by."""
    save_member(member, changes, actor=STAFF)
    recalculate()


class TestAWholeGroup:
    def test_holds_the_records_that_meet_its_conditions(self) -> None:
        person("Ada", billing_state="Ohio")
        person("Bob", billing_state="Utah")
        made = calculated(OHIO)
        assert inside(made) == {"Ada": "member"}
        assert made.is_calculated
        assert (made.member_count, made.beneficiary_count) == (1, 0)

    def test_of_picked_records_holds_them(self) -> None:
        ada, _ = person("Ada"), person("Bob")
        assert inside(calculated(records=[ada])) == {"Ada": "member"}

    def test_without_conditions_holds_nobody(self) -> None:
        person("Ada")
        made = calculated()
        assert inside(made) == {}
        assert made.is_calculated

    def test_tells_exactly_who_joined_and_left(self) -> None:
        ada, bob = person("Ada", billing_state="Ohio"), person("Bob", billing_state="Utah")
        person("Cy", billing_state="Ohio", email="cy@example.com")
        made = calculated(OHIO)
        definition = definition_of(made)
        with hearing() as heard:
            change_group(
                made,
                definition.__class__(
                    name="Ohio",
                    conditions={"match": "any", "items": [row("email", "not_blank"), PARENT_OHIO]},
                ),
                actor=STAFF,
            )
            recalculate()
        assert heard.said == [(made.pk, {ada.pk}, False)]
        assert bob.pk not in GroupMember.objects.values_list("member", flat=True)

    def test_says_nothing_and_writes_nothing_where_nothing_changed(self) -> None:
        person("Ada", billing_state="Ohio")
        made = calculated(OHIO)
        since = GroupMember.objects.get().since
        with hearing() as heard:
            assert recalculate_group(made.pk)
        assert heard.said == []
        assert GroupMember.objects.get().since == since

    def test_who_turns_from_member_to_beneficiary_neither_joined_nor_left(self) -> None:
        acme = company(billing_state="Ohio")
        ada = person("Ada", parent=acme, billing_state="Ohio")
        made = calculated(OHIO, beneficiaries=[BeneficiaryKind.PEOPLE])
        with hearing() as heard:
            save(ada, billing_state="Utah")
        assert inside(made)["Ada"] == "beneficiary"
        assert heard.said == []
        made.refresh_from_db()
        assert (made.member_count, made.beneficiary_count) == (1, 1)

    def test_is_announced_as_rebuilt_after_its_changes_and_in_their_transaction(self) -> None:
        person("Ada", billing_state="Ohio")
        group(OHIO)
        heard: list[str] = []

        def changed(**_: Any) -> None:
            heard.append("changed")

        def rebuilt(**_: Any) -> None:
            heard.append("rebuilt")
            raise RuntimeError("the room above cannot take it")

        membership_changed.connect(changed)
        membership_rebuilt.connect(rebuilt)
        try:
            with pytest.raises(RuntimeError):
                recalculate()
        finally:
            membership_changed.disconnect(changed)
            membership_rebuilt.disconnect(rebuilt)
        assert heard == ["changed", "rebuilt"]
        assert not GroupMember.objects.exists()
        assert Group.objects.get().state == CalculationState.WAITING

    def test_redefined_while_it_was_calculated_is_calculated_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person("Ada", billing_state="Ohio")
        person("Bob", billing_state="Utah")
        made = group(OHIO)
        utah = every(row("billing_state", "is", "Utah"))

        def meanwhile(of: Group, **known: Any) -> Any:
            if of.version == 1:
                Group.objects.filter(pk=of.pk).update(conditions=utah, version=F("version") + 1)
            return recipe_of(of, **known)

        monkeypatch.setattr("groups.whole_groups.recipe_of", meanwhile)
        assert whole_groups.calculate_next_group(lambda: None)
        assert inside(made) == {}
        recalculate()
        made.refresh_from_db()
        assert inside(made) == {"Bob": "member"}
        assert (made.calculated_version, made.is_calculated) == (2, True)

    def test_whose_field_is_gone_fails_with_the_reason_and_keeps_its_people(self) -> None:
        person("Ada", billing_state="Ohio")
        made = calculated(OHIO)
        Group.objects.filter(pk=made.pk).update(
            conditions=every(row("custom.shoe_size", "is", 9)), state=CalculationState.WAITING
        )
        recalculate()
        made.refresh_from_db()
        assert made.state == CalculationState.FAILED
        assert "“shoe size” does not exist any more" in made.error
        assert inside(made) == {"Ada": "member"}


class TestAnEdit:
    def test_lets_a_record_in_and_out(self) -> None:
        ada, made = person("Ada"), calculated(OHIO)
        with hearing() as heard:
            save(ada, billing_state="ohio")
            assert inside(made) == {"Ada": "member"}
            save(ada, billing_state="Utah")
            assert inside(made) == {}
        assert heard.said == [(made.pk, {ada.pk}, False)] * 2

    def test_is_counted(self) -> None:
        made = calculated(OHIO)
        person("Ada", billing_state="Ohio")
        recalculate()
        made.refresh_from_db()
        assert made.member_count == 1

    def test_of_the_parent_reaches_its_children(self) -> None:
        acme = company()
        person("Ada", parent=acme)
        made = calculated(PARENT_OHIO)
        save(acme, billing_state="Ohio")
        assert inside(made) == {"Ada": "member"}

    def test_of_the_grandparent_reaches_who_is_brought_along_two_steps_down(self) -> None:
        top = company("Top")
        sub = company("Sub", parent=top)
        person("Ada", parent=sub)
        cy = person("Cy", parent=top)
        set_roles(sub, {RoleKind.PRIMARY_CONTACT: [cy.pk]}, actor=STAFF)
        made = calculated(
            PARENT_OHIO,
            row("is_company", "is", value=True),
            beneficiaries=[BeneficiaryKind.PEOPLE, BeneficiaryKind.PRIMARY],
        )
        save(top, billing_state="Ohio")
        assert inside(made) == {"Sub": "member", "Ada": "beneficiary", "Cy": "beneficiary"}

    def test_of_a_role_lets_contacts_in_and_out(self) -> None:
        acme = company(billing_state="Ohio")
        ada = person("Ada", parent=acme)
        made = calculated(OHIO, beneficiaries=[BeneficiaryKind.PRIMARY])
        for holders, expected in [([ada.pk], {"Acme Steel", "Ada"}), ([], {"Acme Steel"})]:
            set_roles(acme, {RoleKind.PRIMARY_CONTACT: holders}, actor=STAFF)
            recalculate()
            assert inside(made).keys() == expected

    def test_that_deactivates_takes_beneficiaries_along(self) -> None:
        acme = company(billing_state="Ohio")
        person("Ada", parent=acme)
        made = calculated(OHIO, beneficiaries=[BeneficiaryKind.PEOPLE])
        deactivate([acme.pk], actor=STAFF)
        recalculate()
        assert inside(made) == {}

    def test_of_many_records_is_a_background_change(self) -> None:
        person("Ada"), person("Bob")
        made = calculated(OHIO)
        with hearing() as heard:
            update_members(Member.objects.all(), changes={"billing_state": "Ohio"}, actor=STAFF)
            recalculate()
        assert heard.said == [(made.pk, set(Member.objects.values_list("pk", flat=True)), True)]

    def test_leaves_failed_groups_alone(self) -> None:
        ada = person("Ada", billing_state="Ohio")
        made = calculated(OHIO)
        Group.objects.filter(pk=made.pk).update(state=CalculationState.FAILED)
        save(ada, billing_state="Utah")
        assert inside(made) == {"Ada": "member"}

    def test_fails_a_group_whose_conditions_broke_and_serves_the_others(self) -> None:
        broken, made = calculated(OHIO, name="Broken"), calculated(OHIO)
        Group.objects.filter(pk=broken.pk).update(conditions=every(row("custom.shoe_size", "is", 9)))
        person("Ada", billing_state="Ohio")
        recalculate()
        broken.refresh_from_db()
        assert broken.state == CalculationState.FAILED
        assert inside(made) == {"Ada": "member"}


class TestADeletion:
    def test_lets_the_record_go_and_counts_again(self) -> None:
        ada = person("Ada", billing_state="Ohio")
        made = calculated(OHIO)
        with hearing() as heard:
            delete_members([ada.pk], actor=STAFF)
            recalculate()
        assert heard.said == [(made.pk, {ada.pk}, False)]
        made.refresh_from_db()
        assert made.member_count == 0

    def test_of_a_company_lets_its_people_go(self) -> None:
        acme = company(billing_state="Ohio")
        person("Ada", parent=acme)
        made = calculated(OHIO, beneficiaries=[BeneficiaryKind.PEOPLE])
        delete_members([acme.pk], actor=STAFF)
        recalculate()
        assert inside(made) == {}
        made.refresh_from_db()
        assert (made.member_count, made.beneficiary_count) == (0, 0)


class TestMarks:
    def test_are_set_in_the_transaction_of_the_edit(self) -> None:
        ada = person("Ada")
        recalculate()
        save_member(ada, {"billing_state": "Ohio"}, actor=STAFF)
        assert list(StaleMember.objects.values_list("member_id", "background")) == [(ada.pk, False)]

    def test_are_gone_when_the_work_is_done(self) -> None:
        person("Ada")
        calculated(OHIO)
        assert not is_anything_waiting()

    def test_of_an_edit_made_meanwhile_stay(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ada, made = person("Ada"), calculated(OHIO)
        honest = marked_members._calculate

        def meanwhile(*args: Any) -> Any:
            rules = honest(*args)
            save_member(ada, {"billing_state": "Ohio"}, actor=STAFF)
            return rules

        mark_stale([ada.pk], background=False)
        with monkeypatch.context() as patched:
            patched.setattr(marked_members, "_calculate", meanwhile)
            marked_members.calculate_next_batch()
        assert inside(made) == {}
        assert [mark.member_id for mark in StaleMember.objects.all()] == [ada.pk]
        recalculate_members()
        assert inside(made) == {"Ada": "member"}

    def test_stay_when_the_work_failed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ada = person("Ada")
        recalculate()
        mark_stale([ada.pk], background=False)

        def killed(*args: Any) -> None:
            raise RuntimeError("the worker was killed")

        monkeypatch.setattr(marked_members, "_calculate", killed)
        with pytest.raises(RuntimeError):
            marked_members.calculate_next_batch()
        assert [mark.member_id for mark in StaleMember.objects.all()] == [ada.pk]

    def test_are_worked_off_in_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(marked_members, "BATCH", 2)
        made = calculated(OHIO)
        for name in ("Ada", "Bob", "Cy"):
            person(name, billing_state="Ohio")
        recalculate()
        assert inside(made).keys() == {"Ada", "Bob", "Cy"}

    def test_of_a_person_and_of_an_import_together_count_as_the_imports(self) -> None:
        ada, made = person("Ada", billing_state="Ohio"), calculated(OHIO)
        GroupMember.objects.all().delete()
        mark_stale([ada.pk], background=False)
        mark_stale([ada.pk], background=True)
        with hearing() as heard:
            recalculate()
        assert heard.said == [(made.pk, {ada.pk}, True)]


class TestOneWorker:
    def test_calculates_at_a_time(self) -> None:
        person("Ada", billing_state="Ohio")
        made = group(OHIO)
        with locks.lease(LEASE, seconds=60):
            recalculate()
            assert not recalculate_group(made.pk)
            assert not recalculate_members()
        assert inside(made) == {}
        recalculate()
        assert inside(made) == {"Ada": "member"}

    def test_who_lost_the_lease_writes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person("Ada", billing_state="Ohio")
        made = group(OHIO)

        def taken_over(self: locks.HeldLease, *, seconds: float) -> None:
            raise locks.LeaseLostError(self.name)

        with monkeypatch.context() as patched:
            patched.setattr(locks.HeldLease, "extend", taken_over)
            recalculate()
        assert inside(made) == {}
        assert Group.objects.get(pk=made.pk).state == CalculationState.WAITING
