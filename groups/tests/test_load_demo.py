from collections import Counter
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from groups.conditions.tree import parse
from groups.demo.definitions import demo_groups
from groups.demo.families import families
from groups.models import Group
from members.addresses import Invalid, TooLong, address_problem
from members.fields import catalogue
from members.models import CompanyRole, CustomField, Member
from novi_ams.association.models import Association, User
from novi_ams.audit.models import AuditEntry

TODAY = date(2026, 3, 8)


def load(**options: Any) -> str:
    out = StringIO()
    call_command("load_demo", verbosity=0, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def demo(db: None) -> str:
    return load()


@pytest.mark.usefixtures("demo")
def test_it_holds_what_there_is_to_see() -> None:
    assert Member.objects.count() == 400
    assert CustomField.objects.count() == 6
    assert Group.objects.count() == 8
    assert Member.objects.filter(parent__isnull=False, kind="company").exists()
    assert Member.objects.filter(parent__kind="person").exists()
    assert CompanyRole.objects.values("role").distinct().count() == 3
    for flag in ({"active": False}, {"approved": False}, {"do_not_send": True}, {"email": ""}):
        assert Member.objects.filter(**flag).exists()
    assert Association.current().name == "Lake Erie Builders Alliance"


@pytest.mark.usefixtures("demo")
def test_some_addresses_are_shared_bad_or_too_long() -> None:
    addresses = list(Member.objects.exclude(email="").values_list("email_key", flat=True))
    problems = {type(address_problem(address)) for address in addresses}
    assert {Invalid, TooLong} <= problems
    assert max(Counter(addresses).values()) > 1
    assert all(address.endswith(".example.org") for address in addresses)


@pytest.mark.usefixtures("demo")
def test_the_two_logins_work_and_have_their_roles() -> None:
    roles = {
        user.email: [role.name for role in user.groups.all()]
        for user in User.objects.all()
        if user.has_usable_password()
    }
    assert roles == {"admin@example.org": ["Association Admin"], "limited@example.org": ["Limited Admin"]}


def test_a_password_is_made_up_outside_development_and_printed_once(db: None, settings: Any) -> None:
    settings.DEBUG = False
    printed = load(members=5)
    user = User.objects.get(email="admin@example.org")
    password = printed.partition("admin@example.org with the password ")[2].split()[0]
    assert user.check_password(password)
    assert password != "novi-demo"


def test_login_and_password_can_be_chosen(db: None) -> None:
    load(members=5, login="director@example.org", password="correct horse")
    assert User.objects.get(email="director@example.org").check_password("correct horse")


@pytest.mark.usefixtures("demo")
def test_a_second_time_it_changes_nothing_and_says_so() -> None:
    before = AuditEntry.objects.count()
    assert "already loaded" in load()
    assert (Member.objects.count(), AuditEntry.objects.count()) == (400, before)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 150])
def test_there_are_exactly_as_many_records_as_asked_for(count: int) -> None:
    assert sum(family.size for family in families(count, seed=1, today=TODAY)) == count


def test_the_same_seed_gives_the_same_association_and_another_seed_another() -> None:
    first, again, other = (list(families(60, seed=seed, today=TODAY)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.usefixtures("demo")
def test_there_are_200_different_groups_that_can_be_read() -> None:
    groups, fields = demo_groups(200), catalogue()
    assert len({group.name for group in groups}) == 200
    for group in groups:
        parse(group.conditions, fields)
