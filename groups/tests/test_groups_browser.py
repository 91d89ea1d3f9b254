"""The groups' pages in a real browser: conditions by mouse and by keys alone, live numbers, the phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Locator, Page, expect

from groups.definitions import change_group, definition_of
from groups.membership import recalculate
from groups.models import BeneficiaryKind, CalculationState, Group
from groups.tests.cast import (
    OHIO,
    STAFF,
    calculated,
    company,
    define,
    every,
    give_role,
    group,
    person,
    row,
    some,
)
from members.models import FieldType, Member, RoleKind
from novi_ams.association.models import User
from novi_ams.tests.browser import PHONE, assert_accessible, assert_fits

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]


def rows(page: Page) -> Locator:
    return page.locator("[data-condition]")


def choose_field(page: Page, place: int, label: str) -> None:
    """Choose a field and wait until its operators have come."""
    row_ = rows(page).nth(place)
    with page.expect_response("**/groups/conditions/changed/**"):
        row_.get_by_label("Field").select_option(label=label)
    expect(row_.get_by_label("Comparison")).to_be_visible()


def expect_count(page: Page, count: int) -> None:
    expect(page.locator(".preview-count .figure")).to_have_text(str(count))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, target: Locator, *, at_most: int = 40) -> None:
    """Press Tab until the target has the focus; a target that no key reaches fails the test."""
    for _ in range(at_most):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by Tab")


def people_of_ohio() -> None:
    acme = company("Acme Steel", billing_state="Ohio", status="current")
    give_role(person("Ada", last_name="Lovelace", parent=acme), RoleKind.PRIMARY_CONTACT, at=acme)
    person("Grace", last_name="Hopper", billing_state="Ohio", status="grace")
    person("Alan", last_name="Turing", billing_state="Texas", status="current")


def test_a_group_is_built_with_the_mouse(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    sign_in()
    page.goto("/groups/")
    page.get_by_role("link", name="Create the first group").click()
    page.get_by_label("Name", exact=True).fill("Ohio, current or grace")
    choose_field(page, 0, "Billing State")
    rows(page).nth(0).get_by_label("Value").fill("Ohio")
    expect_count(page, 2)
    expect(page.locator("#group-sentence")).to_have_text("Everyone whose Billing State is Ohio.")

    page.get_by_role("button", name="Add condition").click()
    expect(rows(page)).to_have_count(2)
    choose_field(page, 1, "Member Status")
    with page.expect_response("**/groups/conditions/changed/**"):
        rows(page).nth(1).get_by_label("Comparison").select_option(label="is any of")
    rows(page).nth(1).get_by_role("button", name="Choose values").click()
    page.locator(".picks-option").filter(has_text="Current").click()
    expect_count(page, 1)
    page.locator(".picks-option").filter(has_text="Grace").click()
    expect_count(page, 2)
    page.keyboard.press("Escape")
    rows(page).nth(1).get_by_role("button", name="Remove Grace").click()
    expect_count(page, 1)

    page.get_by_role("checkbox", name="Primary contacts").check()
    expect_count(page, 2)
    page.get_by_role("button", name="Save: add 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ohio, current or grace")
    recalculate()
    page.goto("/groups/")
    listed = page.get_by_role("row").filter(has_text="Ohio, current or grace")
    expect(listed.get_by_role("link", name="1", exact=True)).to_have_count(2)


def test_a_group_with_a_nested_set_is_built_by_keys_alone(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    sign_in()
    page.goto("/groups/add/")
    tab_to(page, page.get_by_label("Name", exact=True))
    page.keyboard.type("By keys")
    tab_to(page, rows(page).nth(0).get_by_label("Field"))
    page.keyboard.type("Billing State", delay=20)
    expect(rows(page).nth(0).get_by_label("Comparison")).to_be_visible()
    tab_to(page, rows(page).nth(0).get_by_label("Value"))
    page.keyboard.type("Ohio")

    tab_to(page, page.get_by_role("button", name="Add set"))
    page.keyboard.press("Enter")
    inner = rows(page).nth(1)
    expect(inner.get_by_label("Field")).to_be_focused()
    page.keyboard.type("Last Name", delay=20)
    expect(inner.get_by_label("Comparison")).to_be_visible()
    tab_to(page, inner.get_by_label("Value"))
    page.keyboard.type("Hopper")
    expect_count(page, 1)

    inner_set = page.get_by_role("group", name="Set of conditions")
    tab_to(page, inner_set.get_by_role("button", name="Add condition"))
    page.keyboard.press("Space")
    third = rows(page).nth(2)
    expect(third.get_by_label("Field")).to_be_focused()
    page.keyboard.type("Full Name", delay=20)
    expect(third.get_by_label("Comparison")).to_be_visible()
    tab_to(page, third.get_by_label("Value"))
    page.keyboard.type("Acme Steel")
    inner_set.get_by_role("radio", name="all").focus()
    page.keyboard.press("ArrowRight")
    expect_count(page, 2)
    expect(inner_set.locator(".joiner .for-any").last).to_be_visible()

    page.keyboard.press("Enter")
    tab_to(page, page.locator("#group-save"), at_most=80)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keys")
    inner_conditions = some(row("last_name", "is", "Hopper"), row("full_name", "is", "Acme Steel"))
    assert Group.objects.get().conditions == every(OHIO, inner_conditions)


def test_conditions_and_sets_are_moved_by_keys_alone(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    inner = some(row("last_name", "is", "Hopper"), row("full_name", "is", "Acme Steel"))
    made = calculated(OHIO, row("email", "blank"))
    change_group(made, replace(definition_of(made), conditions=every(OHIO, inner)), actor=STAFF)
    recalculate()
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    sentence = page.locator("#group-sentence")
    expect(sentence).to_contain_text("Everyone whose Billing State is Ohio, and for whom")

    grip = rows(page).nth(0).get_by_role("button", name="Move this condition", exact=True)
    tab_to(page, grip)
    press(page, "Enter", "ArrowDown", "Enter")
    expect(page.locator("#moved")).to_have_text("Moved down: 1 of 3 in its set.")
    expect(page.get_by_role("button", name="Move this condition", exact=True).first).to_be_focused()
    expect(sentence).to_contain_text("one of these holds: Billing State is Ohio; or Last Name is Hopper")
    press(page, "Alt+ArrowDown", "Alt+ArrowDown", "Alt+ArrowDown")
    expect(page.locator("#moved")).to_have_text("Moved down: 2 of 2 in its set.")
    expect(sentence).to_contain_text("and whose Billing State is Ohio.")
    expect_count(page, 2)
    assert_accessible(page)

    tab_to(page, page.get_by_role("button", name="Save"), at_most=60)
    press(page, "Enter")
    expect(page.get_by_text("is saved")).to_be_visible()
    made.refresh_from_db()
    assert made.conditions == every(inner, OHIO)


def test_removing_a_condition_leaves_the_focus_with_its_neighbor(page: Page, sign_in: SignIn) -> None:
    made = calculated(OHIO, row("county", "is", "Lake"), row("email", "not_blank"))
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    rows(page).nth(1).get_by_role("button", name="Remove this condition").click()
    expect(rows(page)).to_have_count(2)
    expect(rows(page).nth(1).get_by_label("Field")).to_be_focused()
    expect(page.locator("#moved")).to_have_text("Condition removed: 2 left in its set.")
    expect(page.locator("#group-sentence")).not_to_contain_text("Lake")
    rows(page).nth(1).get_by_role("button", name="Remove this condition").click()
    expect(rows(page).nth(0).get_by_label("Field")).to_be_focused()


def test_a_builder_that_was_changed_asks_before_it_is_left(page: Page, sign_in: SignIn) -> None:
    made = calculated(OHIO, row("county", "is", "Lake"))
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    rows(page).nth(1).get_by_role("button", name="Remove this condition").click()
    expect(rows(page)).to_have_count(1)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Home").click()
    expect(rows(page)).to_have_count(1)
    assert asked == ["beforeunload"]


def test_enter_in_a_value_looks_and_does_not_save(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    made = calculated(OHIO)
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    rows(page).nth(0).get_by_label("Value").fill("Texas")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save: add 1, remove 2")).to_be_visible()
    made.refresh_from_db()
    assert made.conditions == every(OHIO)


def test_a_mistake_is_shown_at_its_row_and_goes_when_it_is_mended(page: Page, sign_in: SignIn) -> None:
    made = calculated(OHIO)
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    rows(page).nth(0).get_by_label("Value").fill("")
    page.get_by_role("button", name="Save").click()
    expect(rows(page).nth(0).get_by_text("Enter a value.")).to_be_visible()
    expect(rows(page).nth(0).get_by_label("Value")).to_be_focused()
    assert_accessible(page)
    rows(page).nth(0).get_by_label("Value").fill("Ohio")
    expect(rows(page).nth(0).get_by_text("Enter a value.")).to_have_count(0)


def test_records_are_searched_picked_and_removed(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    sign_in()
    page.goto("/groups/add/")
    page.get_by_label("Name", exact=True).fill("Board")
    page.get_by_role("radio", name="Specific records").check()
    page.get_by_label("Find records to add").press_sequentially("lovelace")
    page.get_by_role("button", name="Add Ada Lovelace").click()
    expect(page.get_by_text("1 record", exact=True)).to_be_visible()
    expect_count(page, 1)
    page.get_by_label("Find records to add").fill("hopper")
    page.get_by_role("button", name="Add Grace Hopper").click()
    expect_count(page, 2)
    page.locator("[id^=drop-]").first.click()
    expect_count(page, 1)
    page.get_by_role("button", name="Save: add 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
    assert list(Group.objects.get().records.values_list("member__first_name", flat=True)) == ["Grace"]


def test_the_list_fills_itself_in_when_the_calculation_is_done(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    made = group(OHIO)
    sign_in()
    page.goto("/groups/")
    line = page.get_by_role("row").filter(has_text="Billing State is Ohio")
    expect(line.get_by_text("Calculating").first).to_be_visible()
    recalculate()
    expect(line.get_by_role("link", name="2", exact=True)).to_be_visible()
    expect(page.locator("#groups-found[hx-trigger]")).to_have_count(0)
    assert Group.objects.get(pk=made.pk).state == CalculationState.IDLE


def test_an_open_menu_is_not_swept_away_by_the_list_looking_again(page: Page, sign_in: SignIn) -> None:
    group(OHIO)
    sign_in()
    page.goto("/groups/")
    page.get_by_role("button", name="Actions for Ohio").click()
    page.wait_for_timeout(4_500)
    expect(page.get_by_role("menuitem", name="Copy Group")).to_be_visible()


def test_searching_the_list_keeps_the_typing(page: Page, sign_in: SignIn) -> None:
    calculated(OHIO)
    calculated(OHIO, name="Texas")
    sign_in()
    page.goto("/groups/")
    search = page.get_by_label("Search groups")
    search.press_sequentially("tex", delay=120)
    expect(page.get_by_role("link", name="Ohio", exact=True)).to_have_count(0)
    expect(search).to_be_focused()
    search.press_sequentially("as")
    expect(search).to_have_value("texas")


def test_back_after_a_search_shows_a_whole_page(page: Page, sign_in: SignIn) -> None:
    calculated(OHIO)
    texas = calculated(OHIO, name="Texas")
    sign_in()
    page.goto("/groups/")
    page.get_by_label("Search groups").fill("tex")
    expect(page).to_have_url(re.compile(r"q=tex"))
    page.goto(reverse("group", args=[texas.pk]))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Groups")
    expect(page.get_by_role("link", name="Ohio", exact=True)).to_have_count(0)


def test_back_after_a_search_of_its_people_shows_a_whole_page(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    ohio = calculated(OHIO)
    sign_in()
    page.goto(reverse("group_members", args=[ohio.pk]))
    page.get_by_role("searchbox").fill("hop")
    expect(page).to_have_url(re.compile(r"q=hop"))
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Hopper")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ohio")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_visible()


def test_back_to_a_builder_that_was_left_shows_whole_conditions(page: Page, sign_in: SignIn) -> None:
    made = calculated(OHIO)
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    choose_field(page, 0, "Email")
    page.get_by_role("link", name="Members").last.click()
    expect(page).to_have_url(re.compile("/members/$"))
    page.go_back()
    expect(rows(page).first.get_by_label("Field").locator("option:checked")).to_have_text("Billing State")
    expect(page.get_by_text("Billing State is Ohio").first).to_be_visible()


def test_deleting_starts_on_the_safe_button_and_names_the_count(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    made = calculated(OHIO)
    sign_in()
    page.goto(reverse("group", args=[made.pk]))
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete…").click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Keep the group")).to_be_focused()
    assert_accessible(page)
    page.get_by_role("button", name="Delete group of 2").click()
    expect(page.get_by_text("No groups yet")).to_be_visible()


def test_why_is_answered_in_a_dialog(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    made = calculated(OHIO)
    sign_in()
    page.goto(reverse("group_members", args=[made.pk]))
    page.get_by_role("link", name="In or not, and why").click()
    page.get_by_label("Why is somebody in this group, or not?").press_sequentially("turing")
    page.get_by_role("dialog").get_by_role("link", name="Alan Turing").click()
    expect(page.get_by_text("Alan Turing is not in “Ohio”.")).to_be_visible()
    assert_accessible(page)


def test_on_the_phone_conditions_are_sentences_that_open_one_at_a_time(page: Page, sign_in: SignIn) -> None:
    made = calculated(OHIO, row("status", "any_of", ["current", "grace"]))
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto(reverse("group", args=[made.pk]))
    first = page.get_by_role("button", name="Billing State is Ohio")
    second = page.get_by_role("button", name="Member Status is any of Current, Grace")
    expect(rows(page).nth(0).get_by_label("Field")).to_be_hidden()
    first.click()
    expect(rows(page).nth(0).get_by_label("Field")).to_be_visible()
    second.click()
    expect(rows(page).nth(0).get_by_label("Field")).to_be_hidden()
    expect(rows(page).nth(1).get_by_label("Field")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)


def test_on_the_phone_the_head_of_a_set_in_a_set_is_one_line(page: Page, sign_in: SignIn) -> None:
    made = calculated(OHIO, some(OHIO, every(OHIO, some(OHIO, every(OHIO)))))
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto(reverse("group", args=[made.pk]))
    heads = page.locator(".is-inner > .condition-set-box > .condition-set-head")
    expect(heads).to_have_count(4)
    for head in heads.all():
        match = head.get_by_role("radiogroup").bounding_box()
        remove = head.get_by_role("button", name="Remove set").bounding_box()
        assert match is not None
        assert remove is not None
        assert remove["y"] < match["y"] + match["height"]


def test_without_script_the_builder_works_by_its_buttons(page: Page, sign_in: SignIn) -> None:
    people_of_ohio()
    made = calculated(OHIO)
    sign_in()
    page.goto("/")
    bare = page.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=page.context.storage_state(), base_url=page.url
    )
    plain = bare.new_page()
    plain.goto(reverse("group", args=[made.pk]))
    plain.get_by_role("button", name="Add condition").click()
    expect(plain.locator("[data-condition]")).to_have_count(2)
    plain.locator("[data-condition]").nth(1).get_by_role("button", name="Remove this condition").click()
    plain.get_by_label("Value").fill("Texas")
    plain.get_by_role("button", name="Save").last.click()
    expect(plain.get_by_text("Everyone whose Billing State is Texas.")).to_be_visible()
    bare.close()
    made.refresh_from_db()
    assert made.conditions == every(row("billing_state", "is", "Texas"))


def _every_page() -> list[str]:
    people_of_ohio()
    define("division", FieldType.OPTIONS, options=["Heavy", "Utility"])
    winter = row("expires", "between", ["2026-01-01", "2026-02-01"])
    inner = some(row("custom.division", "includes_any", ["Heavy"]), winter)
    ohio = calculated(OHIO, name="Ohio", beneficiaries=[BeneficiaryKind.PRIMARY])
    full = calculated(OHIO, inner, row("expires", "in_next_days", 60), name="Full")
    board = calculated(name="Board", records=list(Member.objects.all()))
    broken = calculated(OHIO, name="Broken")
    Group.objects.filter(pk=broken.pk).update(
        conditions=every(row("custom.gone", "is", "x")),
        state=CalculationState.FAILED,
        error="The field is gone.",
    )
    group(OHIO, name="Being calculated")
    ada = Member.objects.get(first_name="Ada")
    return [
        "/groups/",
        "/groups/add/",
        *(reverse("group", args=[one.pk]) for one in (full, board, broken)),
        *(reverse(name, args=[ohio.pk]) for name in ("group_members", "group_audit", "group_delete")),
        reverse("group_why", args=[ohio.pk]) + f"?member={ada.pk}",
        reverse("member_groups", args=[ada.pk]) + f"?group={full.pk}",
    ]


def test_every_page_is_accessible_and_fits(page: Page, sign_in: SignIn) -> None:
    sign_in()
    for path in _every_page():
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)


def test_every_page_is_accessible_and_fits_on_the_phone(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.set_viewport_size(PHONE)
    for path in _every_page():
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)


def test_the_empty_list_is_accessible_and_fits(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/groups/")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert_fits(page)
