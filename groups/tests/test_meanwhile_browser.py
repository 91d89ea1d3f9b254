"""Groups on a poor line: what is typed or pressed before an answer comes is neither lost nor undone by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from groups.models import CalculationState, Group
from groups.tests.cast import OHIO, group, person
from novi_ams.association.models import User
from novi_ams.tests.browser import answer_late

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]


@contextmanager
def answer_held(page: Page, address: str, *, typed: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Wait for the page's next request to the address, which `typed` causes or time; its answer comes when the body is
    done.
    """
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)
    with page.expect_request(address):
        typed()
    yield
    with page.expect_response(address):
        held[0].continue_()


def test_records_picked_one_after_the_other_are_all_in_the_group(page: Page, sign_in: SignIn) -> None:
    for first in ("Ada", "Grace", "Mary"):
        person(first, last_name="Sailor")
    sign_in()
    page.goto("/groups/add/")
    page.get_by_label("Name", exact=True).fill("Board")
    page.get_by_role("radio", name="Specific records").check()
    page.get_by_label("Find records to add").fill("sailor")
    expect(page.locator("[id^=pick-]")).to_have_count(3)
    answer_late(page)
    for first in ("Ada", "Grace", "Mary"):
        page.get_by_role("button", name=f"Add {first} Sailor").click()
    page.locator("#group-save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
    assert set(Group.objects.get().records.values_list("member__first_name", flat=True)) == {
        "Ada",
        "Grace",
        "Mary",
    }


def test_what_is_typed_while_records_are_found_stays_and_is_searched_for(page: Page, sign_in: SignIn) -> None:
    person("Ada", last_name="Sailor")
    person("Grace", last_name="Sailmaker")
    sign_in()
    page.goto("/groups/add/")
    page.get_by_role("radio", name="Specific records").check()
    search = page.get_by_label("Find records to add")
    with answer_held(page, "**/records/", typed=lambda: search.press_sequentially("sail")):
        search.press_sequentially("ma")
    expect(page.locator("[id^=pick-]")).to_have_count(1)
    expect(search).to_have_value("sailma")
    expect(search).to_be_focused()


def test_a_list_that_looks_again_leaves_what_is_being_typed(page: Page, sign_in: SignIn) -> None:
    busy = group(OHIO, name="Ohio")
    Group.objects.filter(pk=busy.pk).update(state=CalculationState.WAITING)
    group(OHIO, name="Board")
    sign_in()
    page.goto("/groups/")
    search = page.get_by_label("Search groups")
    with answer_held(page, "**/groups/"):
        search.press_sequentially("boa")
    expect(page.get_by_role("link", name="Ohio")).to_have_count(0)
    expect(search).to_have_value("boa")
    expect(search).to_be_focused()
