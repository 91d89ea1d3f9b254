"""A member's values as its contact carries them are the same worked out for one record and for many at once."""

from __future__ import annotations

import pytest

from integrations.sync.mapping import FieldMapping, MappedField
from integrations.sync.records import read_mapped
from members.fields import catalogue
from members.models import FieldType, Member
from members.tests.builders import company, custom_field, divisions, person

pytestmark = pytest.mark.django_db


def mapping_of(*keys: str) -> FieldMapping:
    fields = catalogue()
    return FieldMapping(tuple(MappedField(fields[key], f"id-{key}", key, is_date=False) for key in keys))


def assert_agreed(mapping: FieldMapping) -> None:
    members = read_mapped(Member.objects.all(), mapping)
    assert mapping.values_of_all(members) == [mapping.values_of(member) for member in members]


def test_people_and_companies_with_and_without_a_parent() -> None:
    steel = company(" Steel Works ", phone="614-555-0100")
    person(parent=steel, phone="1", expires="2027-04-01", auto_renew=True)
    person("George", "Byron", phone="1", website="")
    assert_agreed(mapping_of("phone", "parent.phone", "expires", "auto_renew", "credentials", "status"))
    assert_agreed(mapping_of(*(one.key for one in catalogue().syncable)))


def test_custom_fields_of_every_type() -> None:
    divisions("Heavy", "Utility")
    for number, type_ in enumerate(FieldType):
        if type_ not in (FieldType.OPTION, FieldType.OPTIONS):
            custom_field(f"Field {number}", type_)
    keys = [one.key for one in catalogue().custom]
    said = {"division": "Utility; Heavy", "field_0": "a" * 250, "field_2": "1", "field_3": "2027-04-01"}
    person(custom=said)
    person("George", "Byron", custom={"field_2": "1.5", "field_4": "yes"})
    assert_agreed(mapping_of(*keys))


def test_nobody_and_no_field() -> None:
    assert mapping_of("phone").values_of_all([]) == []
    person()
    assert_agreed(mapping_of())
