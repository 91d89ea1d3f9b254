"""Imports, bulk actions and merges in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from members import background
from members.jobs import Import
from members.models import FieldType, Member
from members.records import create_members
from members.tests.builders import STAFF, company, custom_field, person
from novi_ams.association.models import User
from novi_ams.audit.models import AuditEntry
from novi_ams.tests.browser import DESK, PHONE, assert_accessible, assert_fits

pytestmark = pytest.mark.browser
SignIn = Callable[..., User]

FILE = """Import ID,Record Type,Name,First Name,Last Name,Email,Job Title,Parent Import ID,Certification Expires
p1,Person,,Dana,Whitlock,dana@buckeyepaving.example.org,Vice President,c1,12/31/2027
p2,Person,,Hana,Suzuki,hana@sciotobridge.example.org,Engineer,c2,
c2,Company,Scioto Bridge Works,,,office@sciotobridge.example.org,,,
p3,Person,,Ivan,Petrov,ivan@maumee-mech..example.org,,,
p4,Person,,Carla,Jimenez,carla@steelpoint.example.org,,,13/40/2027
"""


def cast() -> None:
    custom_field("Certification Expires", FieldType.DATE)
    paving = company("Buckeye Paving Co.", import_id="c1")
    person(
        "Dana",
        "Whitlock",
        import_id="p1",
        parent=paving,
        email="dana@buckeyepaving.example.org",
        job_title="Director of Operations",
    )


def assert_finished(page: Page) -> None:
    """Accessible, and as wide as the window, on a desk and on a phone."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert_fits(page)
        assert_accessible(page)
    page.set_viewport_size(DESK)


def test_a_file_with_errors_is_imported(page: Page, sign_in: SignIn) -> None:
    cast()
    sign_in()
    page.goto("/members/")
    page.get_by_role("link", name="Import").click()
    expect(page.get_by_role("heading", name="Import members")).to_be_visible()
    assert_finished(page)
    file: FilePayload = {"name": "renewals.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Field for Job Title")).to_have_value("job_title")
    assert_finished(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Checking every row")).to_be_visible()
    assert_finished(page)
    background.work()
    expect(page.get_by_role("button", name="Import 3 rows")).to_be_visible()
    expect(page.get_by_text("The address has two dots in a row")).to_be_visible()
    expect(page.get_by_text("“13/40/2027” is not a date.")).to_be_visible()
    assert_finished(page)
    page.get_by_text("and 1 more").click()
    expect(page.get_by_text("2027-12-31")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the 2 rows with their errors").click()
    assert download.value.suggested_filename.startswith("left-out")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("Importing")).to_be_visible()
    background.work()
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible()
    assert_finished(page)
    assert Member.objects.get(import_id="p2").parent == Member.objects.get(import_id="c2")


def test_a_running_import_is_stopped(page: Page, sign_in: SignIn) -> None:
    sign_in()
    page.goto("/members/import/")
    file: FilePayload = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Email\na@x.org\n"}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Checking every row")).to_be_visible()
    background.work()
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("button", name="Stop the import").click()
    expect(page.get_by_role("heading", name="Import cancelled")).to_be_visible()
    background.work()
    assert not Member.objects.exists()
    assert Import.objects.get().has_ended


def test_all_that_match_are_edited_and_the_selection_survives_turning_pages(
    page: Page, sign_in: SignIn
) -> None:
    for number in range(60):
        person("Ada", f"{number:02}", status="current")
    person("Zoe", "Other", status="grace")
    sign_in()
    page.goto("/members/?status=current")
    bar = page.get_by_role("region", name="Selected records")
    expect(bar).to_be_hidden()
    page.get_by_label("Select Ada 00").check()
    expect(bar).to_contain_text("1 selected")
    page.get_by_role("link", name="Next page").click()
    page.get_by_label("Select Ada 30").check()
    expect(bar).to_contain_text("2 selected")
    assert_finished(page)
    bar.get_by_role("button", name="Select all 60").click()
    expect(bar).to_contain_text("60 selected")
    page.get_by_label("Select Ada 31").uncheck()
    expect(bar).to_contain_text("59 selected")
    page.get_by_role("link", name="Previous page").click()
    expect(page.get_by_label("Select Ada 05")).to_be_checked()
    bar.get_by_role("button", name="Set field").click()
    page.get_by_label("Field", exact=True).select_option(label="County")
    page.get_by_label("New value").fill("Franklin")
    expect(page.get_by_role("button", name="Set County of 59 records")).to_be_visible()
    assert_finished(page)
    page.get_by_role("button", name="Set County of 59 records").click()
    expect(page.get_by_role("heading", name="Set County to “Franklin”")).to_be_visible()
    assert_finished(page)
    background.work()
    expect(page.get_by_text("Back to the list")).to_be_visible()
    assert_finished(page)
    assert Member.objects.filter(county="Franklin").count() == 59
    page.get_by_role("link", name="Back to the list").click()
    expect(bar).to_be_hidden()


def test_all_1204_that_match_are_edited_with_the_count_in_every_button(page: Page, sign_in: SignIn) -> None:
    create_members(
        ({"kind": "person", "last_name": f"Nr {number:04}", "status": "current"} for number in range(1_204)),
        actor=STAFF,
    )
    person("Zoe", "Other", status="grace")
    sign_in()
    page.goto("/members/?status=current")
    page.get_by_label("Select this page").check()
    bar = page.get_by_role("region", name="Selected records")
    expect(bar).to_contain_text("25 selected")
    bar.get_by_role("button", name="Select all 1,204").click()
    expect(bar).to_contain_text("1,204 selected")
    bar.get_by_role("button", name="Set field").click()
    page.get_by_label("Field", exact=True).select_option(label="County")
    page.get_by_label("New value").fill("Lucas")
    page.get_by_role("button", name="Set County of 1,204 records").click()
    expect(page.get_by_role("heading", name="Set County to “Lucas”")).to_be_visible()
    background.work()
    expect(page.get_by_text("Back to the list")).to_be_visible()
    assert Member.objects.filter(county="Lucas").count() == 1_204
    assert AuditEntry.objects.filter(field="County", after="Lucas").count() == 1_204


def test_a_page_is_selected_by_keyboard_and_let_go(page: Page, sign_in: SignIn) -> None:
    person("Ada"), person("Ben")
    sign_in()
    page.goto("/members/")
    head = page.get_by_label("Select this page")
    head.focus()
    page.keyboard.press("Space")
    bar = page.get_by_role("region", name="Selected records")
    expect(bar).to_contain_text("2 selected")
    page.get_by_label("Select Ben").uncheck()
    assert head.evaluate("box => box.indeterminate")
    bar.get_by_role("button", name="Select nothing").click()
    expect(bar).to_be_hidden()
    expect(head).to_be_focused()


def test_another_search_starts_with_nothing_selected(page: Page, sign_in: SignIn) -> None:
    person("Ada"), person("Ben")
    sign_in()
    page.goto("/members/")
    page.get_by_label("Select this page").check()
    page.get_by_role("searchbox").fill("ada")
    expect(page.get_by_role("link", name="Export 1", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Selected records")).to_be_hidden()
    expect(page.get_by_label("Select Ada")).not_to_be_checked()


def test_the_list_is_exported_with_chosen_columns(page: Page, sign_in: SignIn) -> None:
    person("Ada"), person("Ben")
    sign_in()
    page.goto("/members/")
    page.get_by_role("link", name="Export 2").click()
    expect(page.get_by_role("heading", name="Export 2 records")).to_be_visible()
    assert_finished(page)
    page.get_by_role("checkbox", name="County", exact=True).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export 2 records").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_two_records_are_merged(page: Page, sign_in: SignIn) -> None:
    acme = company("Acme Steel", phone="614-555-0100", email="info@acmesteel.example.org")
    person("Ben", "Ito", parent=company("Acme Steel", phone="740-555-0100", county="Lucas"))
    sign_in()
    page.goto(f"/members/{acme.pk}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Merge…").click()
    expect(page.get_by_role("heading", name="Merge Acme Steel")).to_be_visible()
    assert_finished(page)
    page.get_by_role("link", name="Choose Acme Steel").click()
    page.get_by_role("radio", name="Phone: 740-555-0100").check()
    expect(page.get_by_role("radio", name="County: Lucas")).to_be_checked()
    assert_finished(page)
    page.get_by_role("button", name="Merge the 2 records").click()
    expect(page.get_by_role("heading", name="Acme Steel")).to_be_visible()
    acme.refresh_from_db()
    assert (acme.phone, acme.county, acme.children.count()) == ("740-555-0100", "Lucas", 1)
