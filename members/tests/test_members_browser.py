"""The room's pages in a real browser: searching as one types, forms, keys, the phone, contrast, the policy."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from members.models import CustomField, FieldType, Member, RoleKind
from members.records import save_member
from members.roles import set_roles
from members.tests.builders import STAFF, company, custom_field, divisions, member_type, person
from novi_ams.association.models import Association, User
from novi_ams.tests.browser import PHONE, answer_late, assert_accessible, assert_fits

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]
PAGES = [
    "/members/",
    "/members/?status=current&q=a",
    "/members/?q=nobody",
    "/members/new/",
    "/members/{dana}/",
    "/members/{dana}/membership/",
    "/members/{dana}/family/",
    "/members/{dana}/settings/",
    "/members/{dana}/email-sync/",
    "/members/{dana}/audit/",
    "/members/{dana}/edit/",
    "/members/{dana}/move/",
    "/members/{dana}/kind/",
    "/members/{acme}/kind/",
    "/members/{dana}/deactivate/",
    "/members/{dana}/delete/",
    "/members/{acme}/",
    "/members/{acme}/roles/",
    "/fields/",
    "/fields/new/",
    "/fields/division/edit/",
    "/fields/division/delete/",
    "/",
]


def cast() -> dict[str, Member]:
    """A company with its people, every kind of custom field, and something in every section."""
    divisions()
    custom_field("Certification Expiry", FieldType.DATE, section="Certification")
    custom_field("Insured", FieldType.CHECKBOX, section="Certification", help_text="Papers seen.")
    contractor = member_type()
    acme = company(
        "Buckeye Paving Co.", parent=company("Great Lakes Holdings"), website="buckeye.example.org"
    )
    soon = timezone.localdate(timezone=Association.current().zone) + timedelta(days=50)
    dana = person(
        "Dana",
        "Whitlock",
        parent=acme,
        email="dana@buckeyepaving.example.org",
        status="current",
        member_type=str(contractor.pk),
        custom={"certification_expiry": soon, "division": "Heavy; Utility"},
    )
    person("Grace", "Lindqvist", parent=acme, email="grace@@example", do_not_send=True, approved=False)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [dana.pk]}, actor=STAFF)
    return {"acme": acme, "dana": dana}


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_accessible_and_fits_desk_and_phone(page: Page, sign_in: SignIn, address: str) -> None:
    known = {name: member.pk for name, member in cast().items()}
    sign_in()
    page.goto(address.format(**known))
    # What a closed <details> hides keeps its old colors, which axe would take for what people see.
    page.locator("details.form-more").evaluate_all("(all) => all.forEach((one) => (one.open = true))")
    assert_accessible(page)
    assert_fits(page)
    page.set_viewport_size(PHONE)
    assert_fits(page)
    assert_accessible(page)


def test_on_a_phone_the_tab_that_is_shown_is_in_view(page: Page, sign_in: SignIn) -> None:
    dana = cast()["dana"]
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto(f"/members/{dana.pk}/audit/")
    box = page.get_by_role("link", name="Audit", exact=True).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]


def test_a_person_is_turned_into_a_company(page: Page, sign_in: SignIn) -> None:
    cast()
    firm = person("Dana", "Builders", job_title="Owner")
    sign_in()
    page.goto(f"/members/{firm.pk}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Change to a company").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dana Builders")
    expect(page.get_by_text("Owner", exact=True)).to_be_visible()
    page.get_by_role("button", name="Change to a company").click()
    expect(page.get_by_text("Dana Builders is a company now.")).to_be_visible()
    assert Member.objects.get(pk=firm.pk).is_company


def test_the_list_narrows_as_one_types_and_keeps_the_address(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.goto("/members/?kind=person")
    search = page.get_by_role("searchbox")
    search.press_sequentially("whit", delay=20)
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("link", name="Dana Whitlock")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/members/\?q=whit&kind=person$"))
    expect(search).to_be_focused()


def test_back_after_a_search_shows_a_whole_page(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.goto("/members/")
    page.get_by_role("searchbox").fill("whit")
    expect(page).to_have_url(re.compile(r"q=whit"))
    page.get_by_role("link", name="Dana Whitlock").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dana Whitlock")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    expect(page.get_by_role("row")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    expect(page.get_by_role("row")).to_have_count(5)


def test_back_after_a_search_and_a_reload_shows_a_whole_page(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.goto("/members/")
    page.get_by_role("searchbox").fill("whit")
    expect(page).to_have_url(re.compile(r"q=whit"))
    page.reload()
    expect(page.get_by_role("row")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(5)
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")


def test_a_filter_is_chosen_by_keyboard_and_taken_away_by_its_chip(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.goto("/members/")
    page.get_by_role("button", name="Filter").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Filter")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Current")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/members/\?status=current$"))
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Status: Current").click()
    expect(page).to_have_url(re.compile(r"/members/\??$"))
    expect(page.get_by_role("row")).to_have_count(5)


def test_the_filter_fits_the_phone(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.set_viewport_size(PHONE)
    page.goto("/members/")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#member-filter")).to_be_visible()
    box = page.locator("#member-filter").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert_accessible(page)


def test_a_person_is_added_under_a_company_that_was_searched(page: Page, sign_in: SignIn) -> None:
    acme = cast()["acme"]
    sign_in()
    page.goto("/members/")
    page.get_by_role("link", name="New member").click()
    page.get_by_label("Search for a parent").press_sequentially("buckeye", delay=20)
    page.get_by_role("radio", name=re.compile("^Buckeye")).check()
    page.get_by_label("First Name").fill("Ray")
    page.get_by_label("Last Name").fill("Kowalski")
    page.get_by_label("Email", exact=True).fill("ray@example")
    page.get_by_label("Certification Expiry").fill("2031-01-08")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_text("which is not a complete domain")).to_be_visible()
    expect(page.get_by_label("First Name")).to_have_value("Ray")
    expect(page.get_by_role("radio", name=re.compile("^Buckeye"))).to_be_checked()
    page.get_by_label("Email", exact=True).fill("ray@example.org")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ray Kowalski")
    assert Member.objects.get(first_name="Ray").parent == acme


def test_a_parent_chosen_before_the_next_results_come_stays_chosen(page: Page, sign_in: SignIn) -> None:
    for name in ("Acme", "Acorn"):
        company(name)
    sign_in()
    page.goto("/members/new/")
    page.get_by_label("Search for a parent").fill("ac")
    acme = page.get_by_role("radio", name=re.compile("^Acme"))
    expect(acme).to_be_visible()
    answer_late(page)
    page.get_by_label("Search for a parent").press_sequentially("o")
    page.locator("[name=parent_search].htmx-request").wait_for()
    acme.check()
    page.wait_for_timeout(1_500)
    expect(acme).to_be_checked()


def test_enter_in_the_parent_search_does_not_send_the_form(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.goto("/members/new/")
    page.get_by_label("Search for a parent").fill("buckeye")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=re.compile("^Buckeye"))).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_new_company_is_asked_only_what_companies_have(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/members/new/")
    expect(page.get_by_label("First Name")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_hidden()
    page.get_by_role("radio", name="Company", exact=True).check(force=True)
    expect(page.get_by_label("First Name")).to_be_hidden()
    page.get_by_label("Name", exact=True).fill("Acme Steel")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Steel")


def test_a_section_is_edited_by_keyboard(page: Page, sign_in: SignIn) -> None:
    dana = cast()["dana"]
    sign_in()
    page.goto(f"/members/{dana.pk}/")
    page.get_by_role("link", name="Edit Name and role").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Job Title").fill("Vice President")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Dana Whitlock saved.")).to_be_visible()
    expect(page.get_by_text("Vice President at")).to_be_visible()


def test_a_conflict_shows_the_others_change_and_keeps_the_typing(page: Page, sign_in: SignIn) -> None:
    dana = cast()["dana"]
    sign_in()
    page.goto(f"/members/{dana.pk}/edit/contact/")
    page.get_by_label("Phone").fill("614-555-0142")
    save_member(dana, {"county": "Franklin"}, actor=STAFF)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Grace Hopper changed this record while you were editing it.")).to_be_visible()
    expect(page.get_by_label("Phone")).to_have_value("614-555-0142")
    expect(page.get_by_label("County")).to_have_value("Franklin")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dana Whitlock")
    dana.refresh_from_db()
    assert (dana.phone, dana.county) == ("614-555-0142", "Franklin")


def test_deleting_takes_two_steps_and_starts_on_the_safe_button(page: Page, sign_in: SignIn) -> None:
    dana = cast()["dana"]
    sign_in()
    page.goto(f"/members/{dana.pk}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete Dana Whitlock for good?")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    assert_accessible(page)
    dialog.get_by_role("button", name="Delete record").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox", name="I know that this record").check()
    dialog.get_by_role("button", name="Delete record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    assert not Member.objects.filter(pk=dana.pk).exists()


def test_deactivating_and_back(page: Page, sign_in: SignIn) -> None:
    dana = cast()["dana"]
    sign_in()
    page.goto(f"/members/{dana.pk}/settings/")
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Inactive", exact=True)).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Reactivate").click()
    expect(page.get_by_text("Inactive", exact=True)).to_have_count(0)


def test_a_slow_answer_and_an_impatient_person_send_a_record_once(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.clock.install()
    page.goto("/members/new/")
    # What the page would send is counted and kept back: the answer is slow.
    page.evaluate("""() => {
        window.sent = 0;
        addEventListener("submit", (event) => {
            if (!event.defaultPrevented) window.sent += 1;
            event.preventDefault();
        });
    }""")
    button = page.get_by_role("button", name="Add member")
    for _ in range(3):
        button.evaluate("(one) => one.click()")
        page.clock.run_for(8_000)
    assert page.evaluate("window.sent") == 1


def test_back_to_a_field_that_was_begun_asks_for_its_options(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/fields/new/")
    page.get_by_label("Type").select_option("options")
    page.goto("/fields/")
    page.go_back()
    expect(page.get_by_label("Type")).to_have_value("options")
    expect(page.get_by_label("Add options")).to_be_visible()


def test_a_field_with_options_is_defined_and_arranged(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/fields/new/")
    page.get_by_label("Name", exact=True).fill("Division")
    expect(page.get_by_label("Add options")).to_be_hidden()
    page.get_by_label("Type").select_option("options")
    page.get_by_label("Add options").fill("Heavy\nUtility")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Division", exact=True).click()
    page.get_by_role("button", name="Move option 2 up").click()
    expect(page.get_by_label("Option 1", exact=True)).to_have_value("Utility")
    page.get_by_label("Option 1", exact=True).fill("Utilities")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Custom Fields")
    assert CustomField.objects.get().options == ["Utilities", "Heavy"]


def test_fields_are_reordered_in_place_and_focus_stays(page: Page, sign_in: SignIn) -> None:
    for label in ("First", "Second", "Third"):
        custom_field(label)
    sign_in()
    page.goto("/fields/")
    page.get_by_role("button", name="Move Third up").press("Enter")
    expect(page.locator(".fields-table .cell-name")).to_have_text(["First", "Third", "Second"])
    expect(page.get_by_role("button", name="Move Third up")).to_be_focused()


def test_without_script_searching_editing_and_moving_still_work(page: Page, sign_in: SignIn) -> None:
    dana = cast()["dana"]
    sign_in()
    assert page.context.browser is not None
    plain = page.context.browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), base_url=_base(page)
    )
    bare = plain.new_page()
    bare.goto("/members/")
    bare.get_by_role("searchbox").fill("whit")
    bare.keyboard.press("Enter")
    bare.get_by_role("link", name="Dana Whitlock").click()
    expect(bare.get_by_role("heading", level=1)).to_have_text("Dana Whitlock")
    bare.goto(f"/members/{dana.pk}/move/")
    bare.get_by_label("Search for a parent").fill("great lakes")
    bare.get_by_role("button", name="Search").click()
    bare.get_by_role("radio", name=re.compile("^Great Lakes")).check()
    bare.get_by_role("button", name="Save").click()
    expect(bare.get_by_role("heading", level=1)).to_have_text("Dana Whitlock")
    dana.refresh_from_db()
    assert str(dana.parent) == "Great Lakes Holdings"
    plain.close()


def _base(page: Page) -> str:
    page.goto("/members/")
    return page.url.removesuffix("/members/")
