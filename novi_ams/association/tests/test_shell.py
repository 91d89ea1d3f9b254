"""The frame around every page: slots, side bar, gear menu."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from novi_ams.association import slots
from novi_ams.association.models import Association
from novi_ams.association.shell import current_item, sections_of
from novi_ams.association.slots import Attention, NavItem, Panel, Slot, Tab
from novi_ams.tests.people import association_admin, client_of, limited_admin

pytestmark = pytest.mark.django_db
MEMBERS = NavItem("Members", "Members", "/members/", "users")
GROUPS = NavItem("Members", "Groups", "/members/groups/", "layers")


def fill(
    monkeypatch: pytest.MonkeyPatch, slot: Slot[[HttpRequest], Any], filler: Callable[[HttpRequest], Any]
) -> None:
    """Fill a slot for one test only."""
    monkeypatch.setattr(slot, "_fillers", [*slot._fillers, (500, filler)])


def test_a_slot_collects_in_order_and_leaves_out_none() -> None:
    slot: Slot[[], str] = Slot()
    slot.register(lambda: "second", order=20)
    slot.register(lambda: None, order=15)
    slot.register(lambda: "first", order=10)
    assert slot.collect() == ["first", "second"]


def test_items_stand_under_their_sections_in_the_order_of_appearance() -> None:
    audit = NavItem("Reporting", "Audit Log", "/audit/", "history")
    sections = sections_of([MEMBERS, audit, GROUPS])
    assert [(one.label, one.items) for one in sections] == [
        ("Members", [MEMBERS, GROUPS]),
        ("Reporting", [audit]),
    ]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/members/groups/3/", "/members/groups/"),
        ("/members/7/", "/members/"),
        ("/elsewhere/", ""),
        ("/", "/"),
    ],
)
def test_the_current_item_is_the_longest_that_the_page_lies_under(path: str, current: str) -> None:
    home = NavItem("", "Home", "/", "house")
    assert current_item([home, MEMBERS, GROUPS], path) == current


def test_items_without_the_right_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = replace(MEMBERS, label="Secret", permission="association.change_settings")
    fill(monkeypatch, slots.navigation, lambda request: [hidden])
    assert "Secret" in client_of(association_admin()).get("/").content.decode()
    assert "Secret" not in client_of(limited_admin()).get("/").content.decode()


def test_the_gear_menu_is_for_those_who_may_change_settings() -> None:
    settings = reverse("association_settings")
    assert settings in client_of(association_admin()).get("/").content.decode()
    assert settings not in client_of(limited_admin()).get("/").content.decode()


def test_rooms_above_fill_banner_side_bar_home_and_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def note(text: str) -> Callable[[HttpRequest], Panel]:
        return lambda request: Panel("components/note.html", {"text": text})

    fill(monkeypatch, slots.banners, note("from a banner"))
    fill(monkeypatch, slots.side_foot, note("from the side bar"))
    fill(monkeypatch, slots.home_main, note("from home"))
    fill(monkeypatch, slots.home_side, note("from the side of home"))
    fill(monkeypatch, slots.settings_tabs, lambda request: Tab("Integrations", "/i/", "integrations"))
    client = client_of(association_admin())
    home = client.get("/").content.decode()
    for words in ("from a banner", "from the side bar", "from home", "from the side of home"):
        assert words in home
    assert "Integrations" in client.get(reverse("association_settings")).content.decode()


def test_what_waits_is_counted_in_the_greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    item = Attention("flag", "wait", "61 removals are held", "More than half.", "Review 61", "/held/")
    fill(monkeypatch, slots.attention, lambda request: [item])
    page = client_of(association_admin()).get("/").content.decode()
    assert "One thing needs you" in page
    assert "Review 61" in page


def test_the_side_bar_names_the_association() -> None:
    Association.objects.update_or_create(pk=1, defaults={"name": "Ohio Contractors"})
    assert "Ohio Contractors" in client_of(limited_admin()).get("/").content.decode()


def test_a_fragment_for_htmx_asks_no_frame_of_the_database(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Association.current()
    client = client_of(association_admin())
    with django_assert_num_queries(3):
        client.get("/password/", headers={"HX-Request": "true"})
