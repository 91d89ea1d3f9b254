"""A group's Members tab, why somebody is in it or not, the Groups tab of a record, and what other pages show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from groups import slots
from groups.models import BeneficiaryKind, CalculationState, Group
from groups.slots import Column, MemberFilter
from groups.tests.cast import OHIO, calculated, company, define, give_role, person, row
from groups.tests.pages import signed_in, text_of, warmed_up
from members.models import FieldType, Member, RoleKind
from members.slots import uses_of
from novi_ams.association.looks import Look
from novi_ams.association.slots import Panel

pytestmark = pytest.mark.django_db
EVERY_KIND = list(BeneficiaryKind)


@pytest.fixture(autouse=True)
def _no_room_above(monkeypatch: pytest.MonkeyPatch) -> None:
    for slot in (slots.member_columns, slots.member_filters, slots.status_lines, slots.tabs):
        monkeypatch.setattr(slot, "_fillers", [])


def tab_of(group: Group) -> str:
    return reverse("group_members", args=[group.pk])


def names_in(answer: Any) -> list[str]:
    return [row.record.member.display_name for row in answer.context["table"].page.object_list]


def ohio_with_people() -> Group:
    """Acme Steel by its conditions; Grace inherits, Ada is primary contact, Alan only works there."""
    acme = company("Acme Steel", billing_state="Ohio")
    person("Grace", parent=acme, inherits_benefits=True, email="grace@example.org")
    give_role(person("Ada", parent=acme), RoleKind.PRIMARY_CONTACT, at=acme)
    person("Alan", parent=acme)
    return calculated(OHIO, beneficiaries=[BeneficiaryKind.INHERITING, BeneficiaryKind.PRIMARY])


def test_every_row_says_why_it_is_in_the_group() -> None:
    words = text_of(signed_in().get(tab_of(ohio_with_people())))
    assert "Meets the conditions" in words
    assert "Through Acme Steel, inheriting benefits" in words
    assert "Through Acme Steel, primary contact" in words


def test_a_person_above_is_no_company_through_which_people_come() -> None:
    """Kim stands under Eve, who is in the group, and comes because of a role at a company."""
    acme, eve = company("Acme Steel", billing_state="Ohio"), person("Eve", billing_state="Ohio")
    give_role(person("Kim", parent=eve), RoleKind.PRIMARY_CONTACT, at=acme)
    made = calculated(OHIO, beneficiaries=[BeneficiaryKind.PEOPLE, BeneficiaryKind.PRIMARY])
    words = text_of(signed_in().get(tab_of(made)))
    assert "Through Acme Steel, primary contact" in words
    assert "Through Eve" not in words


def test_picked_records_say_so() -> None:
    made = calculated(name="Board", records=[person("Ada")])
    assert "Picked by hand" in text_of(signed_in().get(tab_of(made)))


def test_members_and_beneficiaries_are_shown_apart() -> None:
    made, client = ohio_with_people(), signed_in()
    assert names_in(client.get(tab_of(made))) == ["Acme Steel", "Ada", "Grace"]
    assert names_in(client.get(tab_of(made), {"show": "members"})) == ["Acme Steel"]
    assert names_in(client.get(tab_of(made), {"show": "beneficiaries"})) == ["Ada", "Grace"]


def test_a_search_looks_where_the_members_list_looks() -> None:
    made, client = ohio_with_people(), signed_in()
    assert names_in(client.get(tab_of(made), {"q": "grace@"})) == ["Grace"]
    assert "Nobody in this group matches." in text_of(client.get(tab_of(made), {"q": "alan"}))


def test_an_empty_group_leads_to_its_conditions() -> None:
    assert "Nobody is in this group. Look at its conditions" in text_of(
        signed_in().get(tab_of(calculated(OHIO)))
    )


def test_the_rows_are_sorted_and_found_again_for_htmx() -> None:
    made, client = ohio_with_people(), signed_in()
    answer = client.get(tab_of(made), {"sort": "-name"}, headers={"HX-Request": "true"})
    assert names_in(answer) == ["Grace", "Ada", "Acme Steel"]
    assert "<html" not in answer.content.decode()


def test_rooms_above_add_a_column_and_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ohio_with_people()
    ada = Member.objects.get(first_name="Ada")

    def column(group: Group, members: Sequence[Member]) -> Column:
        return Column("Letters", {ada.pk: Panel("components/status.html", {"status": Look.PENDING.value})})

    def choice(group: Group) -> MemberFilter:
        return MemberFilter("letter", "Letters", [("sent", "Sent")], lambda rows, _: rows.filter(member=ada))

    monkeypatch.setattr(slots.member_columns, "_fillers", [(1, column)])
    monkeypatch.setattr(slots.member_filters, "_fillers", [(1, choice)])
    client = signed_in()
    assert "Pending" in text_of(client.get(tab_of(made)))
    assert names_in(client.get(tab_of(made), {"letter": "sent"})) == ["Ada"]
    assert len(names_in(client.get(tab_of(made), {"letter": "nonsense"}))) == 3


def test_as_many_queries_for_twenty_rows_as_for_two(
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    few, many, client = _peopled("Ohio", 2), _peopled("Texas", 20), warmed_up()
    with django_assert_max_num_queries(30) as first:
        assert len(names_in(client.get(tab_of(few)))) == 4
    with django_assert_num_queries(len(first)):
        assert len(names_in(client.get(tab_of(many)))) == 25


def _peopled(state: str, count: int) -> Group:
    for _ in range(count):
        firm = company(billing_state=state)
        give_role(person(parent=firm, inherits_benefits=True), RoleKind.BILLING_CONTACT, at=firm)
    return calculated(row("billing_state", "is", state), name=state, beneficiaries=EVERY_KIND)


class TestWhy:
    def test_who_is_found_can_be_chosen(self) -> None:
        made = ohio_with_people()
        alan = Member.objects.get(first_name="Alan")
        page = signed_in().get(reverse("group_why", args=[made.pk]), {"who": "alan"}).content.decode()
        assert f"?member={alan.pk}" in page

    def test_it_says_which_condition_is_missed(self) -> None:
        made = ohio_with_people()
        alan = Member.objects.get(first_name="Alan")
        words = text_of(signed_in().get(reverse("group_why", args=[made.pk]), {"member": alan.pk}))
        assert "Alan is not in “Ohio”. It does not meet the conditions." in words
        assert "Does not hold: Billing State is Ohio" in words

    def test_a_record_that_does_not_exist_is_not_found(self) -> None:
        url = reverse("group_why", args=[ohio_with_people().pk])
        assert signed_in().get(url, {"member": "4000000"}).status_code == 404
        assert signed_in().get(url, {"member": "²"}).status_code == 200


class TestOfMember:
    def test_it_lists_the_groups_with_why(self) -> None:
        made = ohio_with_people()
        grace = Member.objects.get(first_name="Grace")
        words = text_of(signed_in().get(reverse("member_groups", args=[grace.pk])))
        assert f"{made.name}Beneficiary through Acme Steel, inheriting benefits" in words
        assert "Groups1" in words

    def test_it_explains_another_group(self) -> None:
        ohio_with_people()
        texas = calculated(row("billing_state", "is", "Texas"), name="Texas")
        grace = Member.objects.get(first_name="Grace")
        url = reverse("member_groups", args=[grace.pk])
        assert "Grace is not in “Texas”." in text_of(signed_in().get(url, {"group": texas.pk}))

    def test_a_record_in_no_group_says_what_keeps_it_out(self) -> None:
        alan = person("Alan", active=False)
        words = text_of(signed_in().get(reverse("member_groups", args=[alan.pk])))
        assert "Alan is in no group. Only active records are in groups." in words

    def test_as_many_queries_for_nine_groups_as_for_two(
        self,
        django_assert_num_queries: DjangoAssertNumQueries,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        url, client = reverse("member_groups", args=[_member_of(2).pk]), warmed_up()
        with django_assert_max_num_queries(40) as first:
            client.get(url)
        more = reverse("member_groups", args=[_member_of(9).pk])
        with django_assert_num_queries(len(first)):
            client.get(more)


def _member_of(count: int) -> Member:
    firm = company(billing_state=f"State {count}")
    found = person(parent=firm, inherits_benefits=True)
    for number in range(count):
        calculated(
            row("billing_state", "is", f"State {count}"), name=f"{count}.{number}", beneficiaries=EVERY_KIND
        )
    return found


class TestOtherPages:
    def test_home_names_a_group_that_failed(self) -> None:
        made = calculated(OHIO)
        Group.objects.filter(pk=made.pk).update(state=CalculationState.FAILED, error="The field is gone.")
        words = text_of(signed_in().get("/"))
        assert "“Ohio” cannot be calculated" in words
        assert "The field is gone." in words

    def test_many_failed_groups_are_one_line_of_home(self) -> None:
        for number in range(5):
            Group.objects.create(name=str(number), state=CalculationState.FAILED, error="Gone.")
        assert "5 groups cannot be calculated" in text_of(signed_in().get("/"))

    def test_a_custom_field_knows_the_groups_that_read_it(self) -> None:
        define("division", FieldType.TEXT)
        made = calculated(row("custom.division", "is", "Heavy"))
        found = uses_of(["custom.division", "custom.other"])
        assert [one.url for one in found["custom.division"]] == [reverse("group", args=[made.pk])]
        assert found["custom.other"] == []

    def test_the_audit_tab_shows_what_was_done_to_the_group(self) -> None:
        made = calculated(OHIO)
        assert "Grace Hopper created Ohio" in text_of(signed_in().get(reverse("group_audit", args=[made.pk])))


def test_a_character_that_a_database_refuses_is_not_searched_for() -> None:
    answer = signed_in().get(tab_of(ohio_with_people()), {"q": "gra\x00ce"})
    assert names_in(answer) == ["Grace"]


def test_a_search_keeps_the_order_and_whom_is_shown() -> None:
    answer = signed_in().get(tab_of(ohio_with_people()), {"sort": "-email", "show": "members"})
    assert answer.context["shown"].others == [("show", "members"), ("sort", "-email")]
    assert '<input type="hidden" name="sort" value="-email">' in answer.content.decode()


def test_another_order_begins_on_the_first_page() -> None:
    page = signed_in().get(tab_of(ohio_with_people()), {"page": "2", "q": "a"}).content.decode()
    assert 'href="?q=a&amp;sort=email"' in page
