"""Making and editing a record: what is refused, and that nothing typed is lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.models import FieldType, Member
from members.records import save_member
from members.tests.builders import STAFF, audited, company, custom_field, divisions, person
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import AuditEntry
from novi_ams.tests.people import client_of, limited_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return client_of(limited_admin())


def edit_url(member: Member, section: str) -> str:
    return reverse("member_edit_section", args=[member.pk, section])


def opened(client: Client, url: str) -> dict[str, Any]:
    """What the form would send when nothing is changed on it."""
    form = client.get(url).context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False, ""):
            sent[bound.html_name] = "on" if value is True else value
    return sent


def test_a_section_is_edited_and_the_rest_left_alone(staff: Client) -> None:
    ada = person("Ada", email="ada@example.org", phone="1", notes="Call first")
    url = edit_url(ada, "contact")
    answer = staff.post(url, opened(staff, url) | {"phone": "614-555-0142", "email": ""})
    ada.refresh_from_db()
    assert answer["Location"] == f"/members/{ada.pk}/"
    assert (ada.phone, ada.email, ada.notes) == ("614-555-0142", "", "Call first")


def test_the_audit_log_names_who_edited(staff: Client) -> None:
    ada = person("Ada")
    url = edit_url(ada, "name")
    staff.post(url, opened(staff, url) | {"job_title": "Estimator"})
    assert audited(ada)[-1] == ("Edited", "Job Title", "", "Estimator")
    assert AuditEntry.objects.latest("pk").actor_name == "Margaret Olsen"


def test_saving_without_a_change_records_nothing(staff: Client) -> None:
    divisions()
    ada = person("Ada", custom={"division": "Heavy; Utility"}, expires="2030-01-31", approved=False)
    url = reverse("member_edit", args=[ada.pk])
    answer = staff.post(url, opened(staff, url), follow=True)
    ada.refresh_from_db()
    assert (ada.version, len(audited(ada))) == (1, 1)
    assert "Nothing had changed." in answer.content.decode()


@pytest.mark.parametrize(
    ("section", "tab"),
    [("membership", "membership"), ("settings", "settings"), ("personal", ""), ("contact", "")],
)
def test_saving_leads_back_to_the_tab_that_shows_the_section(staff: Client, section: str, tab: str) -> None:
    ada = person("Ada")
    url = edit_url(ada, section)
    assert staff.post(url, opened(staff, url))["Location"] == f"/members/{ada.pk}/{tab}{'/' if tab else ''}"


@pytest.mark.parametrize(
    ("section", "typed", "sentence"),
    [
        (
            "contact",
            {"email": "ada@@example"},
            "The address has more than one @. Correct it, or leave it blank.",
        ),
        ("personal", {"personal_email": "ada"}, "The address has no @."),
        ("membership", {"expires": "13/40/2027"}, "“13/40/2027” is not a date."),
        ("membership", {"status": ""}, "Member Status is required."),
        (
            "name",
            {"first_name": "", "last_name": ""},
            "A person needs a first name, a last name or an email.",
        ),
        ("contact", {"phone": "1" * 51}, "Use at most 50 characters; this has 51."),
        ("fields-1-company-profile", {"custom.employees": "many"}, "“many” is not a number."),
        ("fields-1-company-profile", {"custom.local": "Local 7"}, "“Local 7” is not one of the options"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_typing_stays(
    staff: Client, section: str, typed: dict[str, str], sentence: str
) -> None:
    custom_field("Employees", FieldType.NUMBER, section="Company profile")
    custom_field("Local", FieldType.OPTION, section="Company profile", options=["Local 18"])
    ada = person("Ada", middle_name="King", county="Franklin")
    url = edit_url(ada, section)
    answer = staff.post(url, opened(staff, url) | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    form = answer.context["form"]
    assert {key: form[key].value() or "" for key in typed} == typed
    assert audited(ada) == audited(ada)[:1]


def test_an_address_that_was_bad_before_does_not_stop_other_edits(staff: Client) -> None:
    ada = person("Ada", email="ada@@example")
    url = edit_url(ada, "contact")
    staff.post(url, opened(staff, url) | {"phone": "1"})
    ada.refresh_from_db()
    assert (ada.phone, ada.email) == ("1", "ada@@example")


def test_an_account_email_that_another_record_has_is_refused(staff: Client) -> None:
    person("Ben", account_email="same@example.org")
    ada = person("Ada")
    url = edit_url(ada, "settings")
    answer = staff.post(url, opened(staff, url) | {"account_email": "same@example.org", "notes": "Kept"})
    assert answer.status_code == 422
    assert "Another record has the User Account Email" in answer.content.decode()
    assert answer.context["form"]["notes"].value() == "Kept"


def test_a_required_field_must_be_filled(staff: Client) -> None:
    custom_field("Badge", required=True)
    ada = person("Ada", custom={"badge": "A"})
    url = edit_url(ada, "fields-1-more-fields")
    answer = staff.post(url, opened(staff, url) | {"custom.badge": ""})
    assert answer.status_code == 422
    assert "Badge is required." in answer.content.decode()


def test_a_section_that_is_not_there_is_not_found(staff: Client) -> None:
    assert staff.get(edit_url(person("Ada"), "nothing")).status_code == 404


def test_somebody_elses_edit_meanwhile_is_shown_and_typing_kept(staff: Client) -> None:
    ada = person("Ada", phone="1", county="Franklin")
    url = edit_url(ada, "contact")
    sent = opened(staff, url) | {"phone": "2"}
    save_member(ada, {"county": "Delaware", "job_title": "CEO"}, actor=Actor("Ray Moss"))
    answer = staff.post(url, sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ray Moss changed this record while you were editing it." in page
    changes = {entry.field: (entry.before, entry.after) for entry in answer.context["conflict"].changes}
    assert changes == {"County": ("Franklin", "Delaware"), "Job Title": ("", "CEO")}
    form = answer.context["form"]
    assert (form["phone"].value(), form["county"].value()) == ("2", "Delaware")
    ada.refresh_from_db()
    assert ada.phone == "1"


def test_after_a_conflict_the_same_form_saves_what_was_typed_and_nothing_else(staff: Client) -> None:
    divisions()
    ada = person("Ada", phone="1", custom={"division": "Heavy"}, do_not_send=True)
    url = reverse("member_edit", args=[ada.pk])
    sent = opened(staff, url) | {"phone": "2"}
    save_member(ada, {"phone": "3", "custom.division": "Heavy; Utility", "approved": False}, actor=STAFF)
    form = staff.post(url, sent).context["form"]
    again = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False, "")}
    again |= {name: "on" for name, value in again.items() if value is True}
    assert staff.post(url, again).status_code == 302
    ada.refresh_from_db()
    assert (ada.phone, ada.custom["division"], ada.approved, ada.do_not_send) == (
        "2",
        ";Heavy;Utility;",
        False,
        True,
    )


def test_a_third_edit_during_a_conflict_is_a_conflict_again(staff: Client) -> None:
    ada = person("Ada", phone="1")
    url = edit_url(ada, "contact")
    sent = opened(staff, url) | {"phone": "2"}
    save_member(ada, {"county": "Delaware"}, actor=Actor("Ray Moss"))
    form = staff.post(url, sent).context["form"]
    again = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, "")}
    save_member(ada, {"fax": "9"}, actor=Actor("Lou Reed"))
    answer = staff.post(url, again)
    assert answer.status_code == 409
    assert [entry.field for entry in answer.context["conflict"].changes] == ["Fax"]
    assert answer.context["conflict"].who == "Lou Reed"


def test_a_form_without_its_version_saves_nothing(staff: Client) -> None:
    ada = person("Ada", phone="1")
    assert staff.post(edit_url(ada, "contact"), {"phone": "2"}).status_code == 409
    ada.refresh_from_db()
    assert ada.phone == "1"


def new_record(**values: Any) -> dict[str, Any]:
    return {"kind": "person", "status": "non_member", "approved": "on", **values}


def test_a_person_is_added_under_its_company(staff: Client) -> None:
    acme = company()
    answer = staff.post(
        reverse("member_new"),
        new_record(first_name="Ada", last_name="Byron", email="ada@example.org", parent=acme.pk),
    )
    ada = Member.objects.get(first_name="Ada")
    assert answer["Location"] == f"/members/{ada.pk}/"
    assert (ada.kind, ada.parent, ada.active, ada.approved) == ("person", acme, True, True)


def test_a_company_is_added_and_what_only_people_have_is_left_out(staff: Client) -> None:
    staff.post(
        reverse("member_new"), new_record(kind="company", name="Acme", first_name="Ada", job_title="CEO")
    )
    acme = Member.objects.get()
    assert (str(acme), acme.first_name, acme.job_title) == ("Acme", "", "")


def test_the_address_fills_kind_and_parent_beforehand(staff: Client) -> None:
    acme = company()
    answer = staff.get(reverse("member_new"), {"kind": "company", "parent": str(acme.pk)})
    assert answer.context["form"]["kind"].value() == "company"
    assert answer.context["choice"].chosen == acme


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": "company", "phone": "1"}, "A company needs a name."),
        ({"kind": "person", "phone": "1"}, "A person needs a first name, a last name or an email."),
        ({"kind": "person", "first_name": "Ada", "email": "x", "phone": "1"}, "The address has no @."),
        ({"kind": "robot", "first_name": "Ada", "phone": "1"}, "Select a valid choice."),
        ({"kind": "person", "first_name": "Ada", "parent": "4711", "phone": "1"}, "does not exist any more"),
    ],
)
def test_a_record_that_cannot_be_is_not_added_and_typing_stays(
    staff: Client, typed: dict[str, str], sentence: str
) -> None:
    answer = staff.post(reverse("member_new"), new_record(**typed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["form"]["phone"].value() == "1"
    assert Member.objects.count() == 0


def test_a_required_field_of_the_other_kind_is_not_asked(staff: Client) -> None:
    custom_field("Employees", FieldType.NUMBER, applies_to="company", required=True)
    assert staff.post(reverse("member_new"), new_record(first_name="Ada")).status_code == 302
    answer = staff.post(reverse("member_new"), new_record(kind="company", name="Acme"))
    assert "Employees is required." in answer.content.decode()


def test_searching_for_a_company_without_script_keeps_the_form_unjudged(staff: Client) -> None:
    acme = company("Acme Steel")
    divisions()
    typed = new_record(phone="1", parent_search="acme", find_parent="1")
    answer = staff.post(reverse("member_new"), typed | {"custom.division": ["Heavy"]})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert list(answer.context["choice"].found) == [acme]
    assert answer.context["form"]["phone"].value() == "1"
    assert answer.context["form"]["custom.division"].value() == ["Heavy"]
    assert "field-error" not in page
    assert Member.objects.count() == 1
