"""A record's page and its tabs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members import slots
from members.facts import spoken_date
from members.models import FieldType, Member, RoleKind
from members.records import deactivate, save_member
from members.roles import set_roles
from members.tests.builders import STAFF, company, custom_field, member_type, person
from novi_ams.association.models import Association
from novi_ams.association.slots import Panel, Slot, Tab
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(association_admin())


def page(client: Client, member: Member, name: str = "member") -> str:
    return client.get(reverse(name, args=[member.pk])).content.decode()


def facts(client: Client, member: Member, name: str = "member") -> dict[str, Any]:
    """{label: what the page says} over all sections of a tab."""
    answer = client.get(reverse(name, args=[member.pk]))
    return {fact.label: fact for sheet in answer.context["sheets"] for fact in sheet.facts}


def test_the_head_says_who_where_and_since_when(staff: Client) -> None:
    acme = company()
    ada = person("Ada", parent=acme, job_title="Estimator", member_since="2009-03-01", status="grace")
    shown = page(staff, ada)
    assert "Estimator at" in shown
    assert "member since 2009" in shown
    assert "Grace" in shown


def test_what_keeps_a_record_out_stands_beside_its_name(staff: Client) -> None:
    ada = person("Ada", do_not_send=True, approved=False)
    deactivate([ada.pk], actor=STAFF)
    assert [look.label for look in staff.get(f"/members/{ada.pk}/").context["marks"]] == [
        "Inactive",
        "Not approved",
        "Do Not Send",
    ]


def test_the_professional_email_is_named_as_the_one_that_syncs(staff: Client) -> None:
    fact = facts(staff, person(email="ada@example.org"))["Email"]
    assert (fact.lines, fact.note) == (("ada@example.org",), "the address that syncs")


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("ada@@example.org", "The address has more than one @. It cannot be mailed."),
        ("", "It cannot be mailed."),
    ],
)
def test_an_email_that_cannot_be_mailed_says_so(staff: Client, email: str, words: str) -> None:
    assert words in page(staff, person(email=email))


def test_an_address_is_written_as_on_an_envelope(staff: Client) -> None:
    where = {
        "address1": "1 Main St",
        "address2": "Suite 4",
        "city": "Columbus",
        "state": "OH",
        "zip": "43215",
    }
    acme = company(**{f"billing_{part}": value for part, value in where.items()})
    assert facts(staff, acme)["Billing address"].lines == ("1 Main St, Suite 4", "Columbus, OH 43215")


@pytest.mark.parametrize(
    ("website", "href"),
    [
        ("example.org/a", "https://example.org/a"),
        ("http://example.org", "http://example.org"),
        ("javascript://example.org/%0aalert(1)", ""),
        ("see Google", ""),
    ],
)
def test_a_website_is_a_link_only_when_it_is_one(staff: Client, website: str, href: str) -> None:
    assert facts(staff, company(website=website))["Website"].href == href


def test_custom_fields_stand_under_their_sections_set_or_not(staff: Client) -> None:
    custom_field("Union Local", section="Certification")
    custom_field("Loose")
    answer = staff.get(f"/members/{person().pk}/")
    titles = [sheet.section.title for sheet in answer.context["sheets"]]
    assert titles[2:4] == ["More fields", "Certification"]
    assert "Not set" in answer.content.decode()


def test_a_field_for_companies_is_not_on_a_person(staff: Client) -> None:
    custom_field("Employees", FieldType.NUMBER, applies_to="company")
    assert "Employees" in facts(staff, company())
    assert "Employees" not in facts(staff, person())


def test_a_day_that_comes_soon_says_in_how_many_days(staff: Client) -> None:
    custom_field("Certification Expiry", FieldType.DATE)
    # Where the association is it may be another day than here.
    today = timezone.localdate(timezone=Association.current().zone)
    soon, far = today + timedelta(days=50), today + timedelta(days=90)
    ada = person(custom={"certification_expiry": soon}, expires=far)
    fact = facts(staff, ada)["Certification Expiry"]
    assert fact.lines == (spoken_date(soon),)
    assert fact.look is not None
    assert fact.look.label == "in 50 days"
    assert facts(staff, ada, "member_membership")["Membership Expires"].look is None


def test_roles_are_named_highest_first(staff: Client) -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {RoleKind.MANAGEMENT_ACCESS: [ada.pk], RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    assert facts(staff, ada)["Roles"].lines == ("Primary Contact, Management Access",)
    assert "Nobody" in page(staff, acme)


def test_a_role_elsewhere_names_the_company(staff: Client) -> None:
    holding = company("Holding")
    ada = person(parent=company("Acme", parent=holding))
    set_roles(holding, {RoleKind.BILLING_CONTACT: [ada.pk]}, actor=STAFF)
    assert facts(staff, ada)["Roles"].lines == ("Billing Contact of Holding",)


def test_membership_names_type_status_and_dates(staff: Client) -> None:
    ada = person(member_type=str(member_type("Contractor").pk), status="current", expires="2031-01-08")
    said = {label: fact.lines for label, fact in facts(staff, ada, "member_membership").items()}
    assert said["Member Type"] == ("Contractor",)
    assert said["Member Status"] == ("Current",)
    assert said["Membership Expires"] == ("Jan 8, 2031",)
    assert said["Auto-Renew"] == ("No",)


def test_settings_hold_consent_notes_and_the_account(staff: Client) -> None:
    ada = person(notes="Call first.\nThen write.", account_email="ada@home.example.org")
    said = {label: fact.lines for label, fact in facts(staff, ada, "member_settings").items()}
    assert said["Notes"] == ("Call first.", "Then write.")
    assert said["User Account Email"] == ("ada@home.example.org",)
    assert said["Do Not Send Marketing Emails"] == ("No",)
    assert "just now" in page(staff, ada, "member_settings")


def test_the_audit_tab_holds_what_happened_to_this_record_only(staff: Client) -> None:
    ada, ben = person("Ada"), person("Ben")
    save_member(ada, {"job_title": "Estimator"}, actor=STAFF)
    save_member(ben, {"job_title": "Welder"}, actor=STAFF)
    shown = page(staff, ada, "member_audit")
    assert "Estimator" in shown
    assert "Welder" not in shown
    assert "Grace Hopper" in shown


def test_the_tree_beside_a_person_shows_its_company_from_the_head_down(staff: Client) -> None:
    holding = company("Holding")
    acme = company("Acme", parent=holding)
    ada = person("Ada", parent=acme)
    for number in range(6):
        person("Ben", f"{number}", parent=acme)
    company("Branch", parent=acme)
    tree = staff.get(f"/members/{ada.pk}/").context["side_panels"][-1].context["tree"]
    here = tree.below[0]
    assert (str(tree.member), str(here.member)) == ("Holding", "Acme")
    assert [str(one.member) for one in here.people] == ["Ada Lovelace", "Ben 0", "Ben 1", "Ben 2"]
    assert here.people[0].is_current
    assert here.more_people == ("3 more people", f"/members/{acme.pk}/family/")
    assert [str(one.member) for one in here.companies] == ["Branch"]


def test_an_inactive_person_still_stands_in_its_own_tree(staff: Client) -> None:
    acme = company()
    ada, _ = person("Ada", parent=acme), person("Ben", parent=acme)
    deactivate([ada.pk], actor=STAFF)
    tree = staff.get(f"/members/{ada.pk}/").context["side_panels"][-1].context["tree"]
    assert [str(one.member) for one in tree.people] == ["Ada Lovelace", "Ben Lovelace"]
    assert tree.more_people is None


def test_the_family_tab_lists_people_with_roles_first_and_sub_companies(staff: Client) -> None:
    acme = company()
    person("Ada", parent=acme)
    zoe = person("Zoe", parent=acme)
    company("Branch", parent=acme)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [zoe.pk]}, actor=STAFF)
    context = staff.get(f"/members/{acme.pk}/family/").context
    assert [(str(one), roles) for one, roles, _ in context["people_lines"]] == [
        ("Zoe Lovelace", "Primary Contact"),
        ("Ada Lovelace", ""),
    ]
    assert [(str(one), words) for one, words, _ in context["company_lines"]] == [("Branch", "No people")]


def test_the_family_tab_of_a_person_is_that_of_its_company(staff: Client) -> None:
    acme = company()
    ada = person("Ada", parent=acme)
    assert "People of Acme Steel" in page(staff, ada, "member_family")


def test_more_people_below_cost_no_more_queries(staff: Client) -> None:
    acme = company()
    ada = person("Ada", parent=acme)
    company("Branch", parent=acme)
    page(staff, ada)
    few = [_queries(staff, ada, name) for name in ("member", "member_family")]
    for number in range(20):
        person("Ben", f"{number}", parent=acme)
        company(f"Branch {number}", parent=acme)
    many = [_queries(staff, ada, name) for name in ("member", "member_family")]
    assert many == few


def _queries(client: Client, member: Member, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(client, member, name)
    return len(queries)


def test_rooms_above_add_tabs_and_panels(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs: Slot[[HttpRequest, Member], Tab] = Slot()
    tabs.register(lambda request, member: Tab("Committees", f"/c/{member.pk}/", "committees", 3))
    panels: Slot[[HttpRequest, Member], Panel] = Slot()
    panels.register(lambda request, member: Panel("components/note.html", {"text": f"About {member}"}))
    monkeypatch.setattr(slots, "tabs", tabs)
    monkeypatch.setattr(slots, "side_panels", panels)
    ada = person("Ada")
    shown = page(staff, ada)
    assert f"/c/{ada.pk}/" in shown
    assert "About Ada Lovelace" in shown
    keys = [tab.key for tab in staff.get(f"/members/{ada.pk}/").context["tabs"]]
    assert keys == ["details", "membership", "family", "committees", "settings", "audit"]
