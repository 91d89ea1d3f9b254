"""What the association's staff do: records, families, groups, and what they order of the sync."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from groups.definitions import Definition, change_group, create_group, definition_of, delete_group
from groups.models import Basis, BeneficiaryKind, Group, GroupRecord
from integrations import syncing
from integrations.choose_fields import Choice, chosen_fields, save_sync_fields
from integrations.forgetting import CHOICE, order_deletion
from integrations.list_orders import remove_strangers, rename_list, strangers_of
from integrations.models import ContactDeletion, ListState, SyncedList
from integrations.tests.chaos.side import GROUPS, POOL, Side, pick
from integrations.tests.chaos.steps import Step
from integrations.tests.chaos.theirs import FRIEND
from integrations.tests.sync import cast
from integrations.tests.sync.cast import TESTER
from members.fields import catalogue
from members.models import Kind, Member, RoleKind
from members.records import create_members, deactivate, delete_members, move, reactivate, save_members
from members.roles import set_roles

FIELDS = ("phone", "expires", "county")
COUNTIES = ("Stark", "Wayne")


class Association(Side):
    """Every public method is a verb of `steps.WEIGHTS`, or of a scene.

    The Board is picked by hand; so is the Staff, to which companies bring their people; the Chapter is whoever lives in
    a county.
    """

    # Members

    def add_person(self, step: Step) -> None:
        expires = date(2027, 1, 1 + step.c % 28)
        made = cast.person(
            POOL[step.a % len(POOL)], f"P{step.b}", phone=f"614-{step.c:04}", expires=expires, county="Summit"
        )
        self.put_in(self._group(step.b), [made])

    def add_many(self, step: Step) -> None:
        """Enough for an import."""
        self.put_twelve_in(self._group(step.b), f"m{step.a}.{{}}@example.org")

    def put_twelve_in(self, where: Group, address: str) -> None:
        """Twelve new people, by one order."""
        new = [
            {"kind": Kind.PERSON, "first_name": f"M{number}", "email": address.format(number), "phone": "614"}
            for number in range(12)
        ]
        made = create_members(new, actor=TESTER)
        self.put_in(where, Member.objects.filter(pk__in=made.written.values()).order_by("pk"))

    def add_company(self, step: Step) -> None:
        """With somebody below it, who is its primary contact."""
        made = cast.company(f"Company {step.a}", f"company{step.a % 5}@example.org", phone="614")
        below = cast.person(POOL[step.c % len(POOL)], f"B{step.c}", parent=made)
        set_roles(made, {RoleKind.PRIMARY_CONTACT: [below.pk]}, actor=TESTER)
        self.put_in(self._group(step.b), [made])

    def rename_company(self, step: Step) -> None:
        companies = list(Member.objects.filter(kind=Kind.COMPANY).order_by("pk"))
        if one := pick(companies, step.a):
            cast.edit(one, name=f"Renamed {step.b}")

    def move_below_company(self, step: Step) -> None:
        """Or away from it."""
        companies = list(Member.objects.filter(kind=Kind.COMPANY).order_by("pk"))
        person, company = self._person(step.a), pick(companies, step.b)
        if person:
            move(person, None if person.parent_id else company, actor=TESTER)

    def rename_person(self, step: Step) -> None:
        if one := self._person(step.a):
            cast.edit(one, first_name=f"N{step.b}", expires=date(2027, 2, 1 + step.c % 28))

    def clear_phone(self, step: Step) -> None:
        self._edit(step.a, phone="")

    def edit_many(self, step: Step) -> None:
        edits = [(one.pk, {"job_title": f"Chair {step.a}", "phone": ""}) for one in self._members()]
        save_members(edits, actor=TESTER)

    def change_address(self, step: Step) -> None:
        self._edit(step.a, email=f"new{step.b}@example.org")

    def share_address(self, step: Step) -> None:
        self._edit(step.a, email=POOL[step.b % len(POOL)])

    def swap_addresses(self, step: Step) -> None:
        one, other = self._member(step.a), self._member(step.b)
        if one and other and one != other:
            first, second = one.email, other.email
            cast.edit(one, email=second)
            cast.edit(other, email=first)

    def delete_person(self, step: Step) -> None:
        if one := self._member(step.a):
            delete_members([one.pk], actor=TESTER)

    def deactivate(self, step: Step) -> None:
        if one := self._member(step.a):
            (deactivate if one.active else reactivate)([one.pk], actor=TESTER)

    def do_not_send(self, step: Step) -> None:
        if one := self._member(step.a):
            cast.edit(one, do_not_send=not one.do_not_send)

    # Groups and their sync

    def join_too(self, step: Step) -> None:
        """Whoever is picked for one group is picked for another, whose list takes an import of its own."""
        picked = GroupRecord.objects.exclude(group=self._group(step.a)).values("member")
        self.put_in(self._group(step.a), Member.objects.filter(pk__in=picked).order_by("pk"))

    def put_into_group(self, step: Step) -> None:
        if one := self._member(step.a):
            self.put_in(self._group(step.b), [one])

    def put_in(self, where: Group, members: Iterable[Member]) -> None:
        """By hand, or by living where the group's people live; then the worker's recalculation has yet to see it."""
        if where.basis == Basis.CONDITIONS:
            county = where.conditions["items"][0]["value"]
            save_members([(one.pk, {"county": county}) for one in members], actor=TESTER)
            return
        picked = set(GroupRecord.objects.filter(group=where).values_list("member_id", flat=True))
        cast.put_in(where, *[one for one in members if one.pk not in picked])

    def take_out_of_group(self, step: Step) -> None:
        if picked := pick(list(GroupRecord.objects.order_by("pk")), step.a):
            cast.take_out(picked.group, picked.member)

    def empty_group(self, step: Step) -> None:
        where = self._group(step.a)
        if where.basis == Basis.CONDITIONS:
            save_members([(one.pk, {"county": ""}) for one in self._members()], actor=TESTER)
        else:
            cast.take_out(where, *self._members())

    def move_to_other_county(self, step: Step) -> None:
        if one := self._member(step.a):
            cast.edit(one, county=COUNTIES[one.county == COUNTIES[0]])

    def redefine_group(self, step: Step) -> None:
        """Whoever lives in the other county is in it now."""
        chapter = Group.objects.get(name=GROUPS[2])
        other = COUNTIES[chapter.conditions["items"][0]["value"] == COUNTIES[0]]
        change_group(chapter, replace(definition_of(chapter), conditions=living_in(other)), actor=TESTER)

    def turn_on(self, step: Step) -> None:
        syncing.turn_on(self._group(step.a), actor=TESTER)

    def delete_group(self, step: Step) -> None:
        """And make another one of its name."""
        where = self._group(step.a)
        delete_group(where, actor=TESTER)
        self.define(where.name)

    def define(self, name: str) -> None:
        kinds = [BeneficiaryKind.PEOPLE, BeneficiaryKind.PRIMARY] if name == GROUPS[1] else []
        by_condition = {"basis": Basis.CONDITIONS, "conditions": living_in(COUNTIES[0])}
        how = by_condition if name == GROUPS[2] else {"basis": Basis.RECORDS}
        create_group(Definition(name=name, beneficiaries=kinds, **how), actor=TESTER)

    def turn_off(self, step: Step) -> None:
        where = self._group(step.a)
        if synced := syncing.sync_of(where):
            syncing.turn_off(where, expected_size=syncing.size_of(synced), actor=TESTER)

    def pause_or_resume(self, step: Step) -> None:
        if synced := self._synced(step.a):
            (syncing.resume if synced.paused else syncing.pause)(synced, actor=TESTER)

    def make_list_again(self, step: Step) -> None:
        if synced := pick(list(SyncedList.objects.filter(state=ListState.GONE).order_by("pk")), step.a):
            syncing.create_list_again(synced, actor=TESTER)

    def choose_field(self, step: Step) -> None:
        self._choose(FIELDS[step.a % len(FIELDS)], chosen=True)

    def drop_field(self, step: Step) -> None:
        if dropped := pick(chosen_fields(), step.a):
            if not step.b % 2:
                self.theirs.fields_left.append(dropped.remote_id)
            self._choose(dropped.source_key, chosen=False, delete_there=bool(step.b % 2))

    def _choose(self, key: str, *, chosen: bool, delete_there: bool = False) -> None:
        keys = [one.source_key for one in chosen_fields() if one.source_key != key]
        choice = Choice(
            (*keys, key) if chosen else tuple(keys), delete_there=frozenset([key] if delete_there else [])
        )
        save_sync_fields(choice, catalogue(), actor=TESTER)

    # What people order about lists and contacts

    def delete_with_contact(self, step: Step) -> None:
        if one := self._member(step.a):
            with transaction.atomic():
                order_deletion(one, {CHOICE})
                ordered = ContactDeletion.objects.filter(member_id=one.pk)
                self.theirs.forgotten.update(ordered.values_list("contact__contact_id", flat=True))
                delete_members([one.pk], actor=TESTER)

    def rename_list_to_match(self, step: Step) -> None:
        if synced := self._synced(step.a):
            rename_list(synced, actor=TESTER)

    def remove_strangers(self, step: Step) -> None:
        synced = self._synced(step.a)
        if synced and synced.state == ListState.READY:
            strangers = strangers_of(synced)
            remove_strangers(synced, fingerprint=strangers.fingerprint, actor=TESTER)
            if FRIEND in strangers.emails.values():
                self.theirs.lists_of_friend.discard(synced.list_id)

    def _person(self, number: int) -> Member | None:
        return pick(list(Member.objects.filter(kind=Kind.PERSON).order_by("pk")), number)

    def _edit(self, number: int, **changes: Any) -> None:
        if one := self._member(number):
            cast.edit(one, **changes)


def living_in(county: str) -> dict[str, Any]:
    """A condition as it is stored."""
    return {"match": "all", "items": [{"field": "county", "operator": "is", "value": county}]}
