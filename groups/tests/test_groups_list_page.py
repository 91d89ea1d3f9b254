"""The groups list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.http import HttpRequest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from groups import slots
from groups.definitions import Definition, create_group
from groups.models import BeneficiaryKind, CalculationState, Group
from groups.slots import Column, GroupFilter, RowAction
from groups.tests.cast import OHIO, STAFF, calculated, company, group, person, row
from groups.tests.pages import signed_in, text_of, warmed_up
from members.models import Status
from novi_ams.association.looks import Look
from novi_ams.association.slots import Panel, Slot

pytestmark = pytest.mark.django_db
LIST = "/groups/"


@pytest.fixture(autouse=True)
def _no_room_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """This room's own page; who is above is tested there."""
    for slot in (slots.list_columns, slots.list_filters, slots.list_summaries, slots.row_actions):
        monkeypatch.setattr(slot, "_fillers", [])


def fill(monkeypatch: pytest.MonkeyPatch, slot: Slot[Any, Any], filler: Any) -> None:
    monkeypatch.setattr(slot, "_fillers", [(500, filler)])


def names_in(answer: Any) -> list[str]:
    return [row.record.name for row in answer.context["table"].page.object_list]


def test_without_groups_the_page_says_how_to_begin() -> None:
    page = text_of(signed_in().get(LIST))
    assert "No groups yet" in page
    assert "Start with “Current members”" in page


def test_a_row_says_who_is_in_the_group_and_how_many() -> None:
    acme = company(billing_state="Ohio")
    person("Grace", parent=acme, inherits_benefits=True)
    made = calculated(OHIO, beneficiaries=[BeneficiaryKind.INHERITING])
    answer = signed_in().get(LIST)
    assert "Billing State is Ohio, with people inheriting benefits" in text_of(answer)
    members = reverse("group_members", args=[made.pk])
    assert f'<a href="{members}?show=members">1</a>' in answer.content.decode()
    assert f'<a href="{members}?show=beneficiaries">1</a>' in answer.content.decode()


def test_a_name_of_braces_and_angle_brackets_is_shown_as_it_was_typed() -> None:
    made = calculated(OHIO, name="{0} {name} <b>")
    Group.objects.filter(pk=made.pk).update(description='Of "{key}"')
    page = signed_in().get(LIST).content.decode()
    address = reverse("group", args=[made.pk])
    name = "{0} {name} &lt;b&gt;"
    assert f'<a class="cell-name" href="{address}" title="Of &quot;{{key}}&quot;">{name}</a>' in page
    assert f'aria-label="Actions for {name}"' in page


def test_the_menu_of_each_row_is_about_its_own_group() -> None:
    made = [calculated(OHIO, name=name) for name in ("First", "Second")]
    page = signed_in().get(LIST).content.decode()
    rows = page.split('<tr id="group-')[1:]
    for one, drawn in zip(made, rows, strict=True):
        assert drawn.startswith(f'{one.pk}"')
        assert drawn.count(f'id="menu-{one.pk}"') == 1
        assert f'role="menuitem" href="{reverse("group", args=[one.pk])}"' in drawn
        copy = f'<form method="post" action="{reverse("group_copy", args=[one.pk])}"'
        assert re.search(
            copy + ' role="presentation"><input type="hidden" name="csrfmiddlewaretoken" value="\\w{64}"',
            drawn,
        )
        assert drawn.count(f'hx-get="{reverse("group_delete", args=[one.pk])}"') == 1


def test_a_group_of_picked_records_says_how_many_they_are() -> None:
    calculated(name="Board", records=[person("Ada"), person("Grace")])
    assert "2 specific records" in text_of(signed_in().get(LIST))


def test_a_group_that_is_calculated_shows_it_and_the_list_looks_again() -> None:
    group(OHIO)
    answer = signed_in().get(LIST)
    assert "Calculating" in text_of(answer)
    assert 'hx-trigger="every 2s"' in answer.content.decode()


def test_the_list_stops_looking_when_all_is_calculated() -> None:
    calculated(OHIO)
    assert 'hx-trigger="every 2s"' not in signed_in().get(LIST).content.decode()


def test_looking_again_answers_with_the_rows_alone() -> None:
    group(OHIO)
    page = signed_in().get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert "groups-found" in page
    assert "<html" not in page


def test_a_failed_group_says_why_and_has_its_chip() -> None:
    made = calculated(OHIO)
    Group.objects.filter(pk=made.pk).update(state=CalculationState.FAILED, error="The field is gone.")
    calculated(OHIO, name="Fine")
    client = signed_in()
    assert "The field is gone." in text_of(client.get(LIST))
    assert names_in(client.get(LIST, {"state": "failed"})) == ["Ohio"]


def test_search_finds_words_of_name_and_description_without_case_and_accents() -> None:
    group(OHIO, name="Élan of Ohio")
    Group.objects.filter(name="Élan of Ohio").update(description="Newsletter")
    group(OHIO, name="Texas")
    assert names_in(signed_in().get(LIST, {"q": "elan NEWS"})) == ["Élan of Ohio"]


def test_a_search_that_finds_nothing_offers_the_way_back() -> None:
    group(OHIO)
    assert "No group matches. Show all groups" in text_of(signed_in().get(LIST, {"q": "nothing"}))


def test_the_list_is_sorted_by_numbers_and_pages() -> None:
    for number in range(27):
        Group.objects.create(name=f"Group {number:02}", member_count=number, state=CalculationState.IDLE)
    client = signed_in()
    assert names_in(client.get(LIST, {"sort": "-member_count"}))[:2] == ["Group 26", "Group 25"]
    assert names_in(client.get(LIST, {"sort": "member_count", "page": "2"})) == ["Group 25", "Group 26"]
    assert names_in(client.get(LIST, {"sort": "nonsense", "page": "999"})) == ["Group 25", "Group 26"]


def test_rooms_above_add_columns_chips_and_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = calculated(OHIO, name="First"), calculated(OHIO, name="Second")

    def column(groups: Sequence[Group]) -> Column:
        cell = Panel("components/status.html", {"status": Look.SYNCED.value})
        return Column("Letters", {first.pk: cell}, is_busy=True)

    def actions(request: HttpRequest, groups: Sequence[Group]) -> dict[int, list[RowAction]]:
        return {first.pk: [RowAction("Pause letters", "/pause/", is_post=True)]}

    def choices() -> GroupFilter:
        return GroupFilter("letters", "Letters", [("on", "On")], lambda groups, _: groups.filter(pk=first.pk))

    fill(monkeypatch, slots.list_columns, column)
    fill(monkeypatch, slots.row_actions, actions)
    fill(monkeypatch, slots.list_filters, choices)
    fill(monkeypatch, slots.list_summaries, lambda: "1 of 2 gets letters.")
    client = signed_in()
    answer = client.get(LIST)
    words = text_of(answer)
    for said in ("Letters", "Synced", "Pause letters", "On1", "1 of 2 gets letters."):
        assert said in words
    assert 'hx-trigger="every 2s"' in answer.content.decode()
    assert names_in(client.get(LIST, {"letters": "on"})) == ["First"]


def test_a_limit_of_queries_for_a_page_of_any_length(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = warmed_up()
    for number in range(3):
        group(row("status", "is", Status.CURRENT), name=f"Group {number}")
        group(name=f"Board {number}", records=[person()])
    with django_assert_max_num_queries(40) as few:
        client.get(LIST)
    for number in range(3, 12):
        group(row("status", "is", Status.CURRENT), name=f"Group {number}")
        group(name=f"Board {number}", records=[person()])
    with django_assert_max_num_queries(len(few)) as many:
        assert len(names_in(client.get(LIST))) == 24
    assert len(many) == len(few)


def test_the_list_is_narrowed_to_a_category() -> None:
    group(OHIO, name="Ohio")
    create_group(Definition(name="Weekly", category="Newsletters"), actor=STAFF)
    answer = signed_in().get(LIST, {"category": "Newsletters"})
    assert names_in(answer) == ["Weekly"]
    assert answer.context["chips"][0].count == 1
    assert "<option selected>Newsletters</option>" in answer.content.decode()


def test_a_character_that_a_database_refuses_finds_nothing_there() -> None:
    calculated(OHIO)
    assert names_in(signed_in().get(LIST, {"category": "Boards\x00"})) == []
