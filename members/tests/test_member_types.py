import pytest

from members.member_types import create_member_type, delete_member_type, rename_member_type
from members.models import MemberType
from members.records import InvalidRecordError
from members.tests.builders import STAFF, announcements, member_type, person
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_new_type_is_the_last() -> None:
    member_type("Contractor"), member_type("Associate")
    assert [one.name for one in MemberType.objects.all()] == ["Contractor", "Associate"]


def test_renaming_announces_the_records_of_the_type() -> None:
    contractor = member_type("Contractor")
    ada = person(member_type="Contractor")
    person("Bob")
    with announcements() as heard:
        rename_member_type(contractor, "General Contractor", actor=STAFF)
    assert [said["member_ids"] for said in heard] == [[ada.pk]]
    entry = AuditEntry.objects.filter(component="member_type").latest("id")
    assert (entry.before, entry.after) == ("Contractor", "General Contractor")


def test_renaming_to_the_same_name_says_nothing() -> None:
    contractor = member_type("Contractor")
    person(member_type="Contractor")
    with announcements() as heard:
        rename_member_type(contractor, " Contractor ", actor=STAFF)
    assert heard == []


@pytest.mark.parametrize("name", ["", "CONTRACTOR", "42", "x" * 101])
def test_a_name_is_needed_unique_and_no_number(name: str) -> None:
    member_type("Contractor")
    with pytest.raises(InvalidRecordError):
        create_member_type(name, actor=STAFF)


def test_a_type_that_records_have_cannot_be_deleted() -> None:
    contractor, unused = member_type("Contractor"), member_type("Unused")
    person(member_type="Contractor")
    with pytest.raises(InvalidRecordError, match="1 records have this member type"):
        delete_member_type(contractor, actor=STAFF)
    delete_member_type(unused, actor=STAFF)
    assert list(MemberType.objects.all()) == [contractor]
