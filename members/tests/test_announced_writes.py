from collections.abc import Callable

import pytest

from members.announced import UnannouncedWriteError, announced_write
from members.models import CompanyRole, CustomField, Member, MemberType
from members.tests.builders import company, custom_field, member_type, person

pytestmark = pytest.mark.django_db

RAW_WRITES: dict[str, Callable[[Member], object]] = {
    "save": lambda ada: ada.save(),
    "delete": lambda ada: ada.delete(),
    "create": lambda ada: Member.objects.create(kind="person", last_name="Raw"),
    "get_or_create": lambda ada: Member.objects.get_or_create(last_name="Raw"),
    "update": lambda ada: Member.objects.filter(pk=ada.pk).update(status="current"),
    "bulk_create": lambda ada: Member.objects.bulk_create([Member(kind="person")]),
    "bulk_update": lambda ada: Member.objects.bulk_update([ada], ["status"]),
    "delete of many": lambda ada: Member.objects.all().delete(),
    "update by the base manager": lambda ada: Member._base_manager.all().update(status="current"),
    "update of children": lambda ada: ada.children.update(status="current"),
    "role": lambda ada: CompanyRole.objects.create(company=ada, person=ada, role="primary"),
    "custom field": lambda ada: CustomField.objects.update(label="Raw"),
    "member type": lambda ada: MemberType.objects.update(name="Raw"),
}


@pytest.mark.parametrize("write", RAW_WRITES.values(), ids=RAW_WRITES.keys())
def test_a_write_that_would_tell_nobody_is_refused(write: Callable[[Member], object]) -> None:
    company()
    custom_field()
    member_type()
    ada = person()
    before = list(Member.objects.values())
    with pytest.raises(UnannouncedWriteError, match="use a verb"):
        write(ada)
    assert list(Member.objects.values()) == before


def test_the_permission_to_write_ends_with_the_verb_even_when_it_fails() -> None:
    with pytest.raises(RuntimeError), announced_write():
        raise RuntimeError
    with pytest.raises(UnannouncedWriteError):
        person().save()
