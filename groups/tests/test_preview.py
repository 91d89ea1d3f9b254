"""What saving would do, without doing it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groups.definitions import Definition, InvalidGroupError, definition_of
from groups.models import Basis, Group, GroupMember
from groups.preview import preview
from groups.tests.cast import OHIO, calculated, every, row
from members.tests.builders import company, person

pytestmark = pytest.mark.django_db

UTAH = every(row("billing_state", "is", "Utah"))


def test_a_new_group_shows_who_would_be_in_it() -> None:
    acme = company(billing_state="Ohio")
    person("Ada", parent=acme, inherits_benefits=True)
    person("Bob", parent=acme)
    seen = preview(Definition(name="Ohio", conditions=every(OHIO), beneficiaries=["inheriting"]))
    assert (seen.members, seen.beneficiaries, seen.joining, seen.leaving) == (1, 1, 2, 0)
    assert [one.display_name for one in seen.sample] == ["Acme Steel", "Ada Lovelace"]


def test_a_change_shows_who_would_come_and_go_and_writes_nothing() -> None:
    ada, bob = person("Ada", billing_state="Ohio"), person("Bob", billing_state="Utah")
    made = calculated(OHIO)
    seen = preview(replace(definition_of(made), conditions=UTAH), group=made)
    assert (seen.members, seen.joining, seen.leaving) == (1, 1, 1)
    assert list(seen.joining_ids) == [bob.pk]
    assert list(seen.leaving_ids) == [ada.pk]
    assert GroupMember.objects.get().member == ada
    assert Group.objects.get().version == 1


def test_picked_records_are_previewed_as_given_or_as_they_are() -> None:
    ada, bob = person("Ada"), person("Bob")
    made = calculated(records=[ada])
    assert preview(definition_of(made), group=made).members == 1
    given = Definition(name="Two", basis=Basis.RECORDS, record_ids=[ada.pk, bob.pk])
    seen = preview(given, group=made)
    assert (seen.members, seen.joining) == (2, 1)


def test_the_sample_is_ten() -> None:
    for number in range(12):
        person(f"P{number:02}", billing_state="Ohio")
    seen = preview(Definition(name="Ohio", conditions=every(OHIO)))
    assert seen.members == 12
    assert [one.first_name for one in seen.sample] == [f"P{number:02}" for number in range(10)]


def test_no_conditions_preview_nobody() -> None:
    person("Ada")
    seen = preview(Definition(name="Nobody"))
    assert (seen.members, seen.joining, seen.sample) == (0, 0, [])


def test_what_cannot_be_saved_cannot_be_previewed() -> None:
    with pytest.raises(InvalidGroupError):
        preview(Definition(name="", conditions=every(OHIO)))
