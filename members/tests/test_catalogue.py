from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from members.custom_fields import delete_custom_field
from members.fields import FieldGroup, catalogue
from members.models import AppliesTo, FieldType, Member
from members.tests.builders import STAFF, company, custom_field, divisions, member_type, person

pytestmark = pytest.mark.django_db


def test_it_holds_system_custom_and_parent_fields() -> None:
    custom_field("Certification Expires", FieldType.DATE)
    keys = {field.key: field.label for field in catalogue()}
    assert keys["billing_state"] == "Billing State"
    assert keys["custom.certification_expires"] == "Certification Expires"
    assert keys["parent.billing_state"] == "Parent Billing State"


def test_parent_custom_fields_are_not_offered() -> None:
    custom_field("Certification Expires", FieldType.DATE)
    assert not [field.key for field in catalogue().parent if "custom" in field.key]


def test_loading_it_takes_two_queries_however_many_fields_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        custom_field(f"Field {number}")
    with django_assert_num_queries(2):
        fields = catalogue()
    with django_assert_num_queries(0):
        assert fields.groups()


def test_a_deleted_field_is_not_found() -> None:
    definition = custom_field("Division")
    delete_custom_field(definition, actor=STAFF)
    assert catalogue().get("custom.division") is None


def test_every_label_is_there_once() -> None:
    labels = [field.label for field in catalogue()]
    assert len(labels) == len(set(labels))


def test_every_system_field_reads_from_an_empty_record() -> None:
    alone = Member(kind="person")
    assert {field.text_of(alone) for field in catalogue().parent} == {""}
    assert all(isinstance(field.wire_of(alone), str) for field in catalogue())


def test_search_finds_every_word_in_labels_whatever_the_case() -> None:
    found = {field.key for field in catalogue().search("billing CITY")}
    assert found == {"billing_city", "parent.billing_city"}


def test_groups_come_in_the_order_of_the_picker_and_only_with_fields() -> None:
    fields = catalogue()
    assert [group for group, _ in fields.groups()] == [FieldGroup.MEMBER, FieldGroup.PARENT]
    assert fields.groups(fields.search("billing city"))[0][1] == [fields["billing_city"]]


@pytest.mark.parametrize("key", ["email", "first_name", "last_name", "company", "job_title", "account_email"])
def test_what_always_syncs_and_the_login_cannot_be_chosen_for_the_sync(key: str) -> None:
    assert key not in {field.key for field in catalogue().syncable}


def test_parent_and_computed_fields_cannot_be_imported() -> None:
    importable = {field.key for field in catalogue().importable}
    assert not {"parent.name", "full_name", "company", "is_company"} & importable
    assert {"kind", "status", "member_type", "email"} <= importable


def test_values_come_typed_and_texts_as_shown() -> None:
    custom_field("Certified", FieldType.CHECKBOX)
    divisions("Commercial", "Utility")
    kind = member_type("Contractor")
    acme = company(billing_city="Columbus", member_type="contractor", expires="2027-06-30")
    ada = person(parent=acme, custom={"certified": "yes", "division": "utility"}, suffix="Jr.")
    fields = catalogue()
    values = {
        key: fields[key].value_of(ada)
        for key in ("custom.certified", "custom.division", "parent.expires", "parent.member_type", "phone")
    }
    assert values == {
        "custom.certified": True,
        "custom.division": ("Utility",),
        "parent.expires": date(2027, 6, 30),
        "parent.member_type": str(kind.pk),
        "phone": None,
    }
    assert fields["parent.member_type"].wire_of(ada) == "Contractor"
    assert fields["parent.expires"].wire_of(ada) == "06/30/2027"
    assert fields["full_name"].text_of(ada) == "Ada Lovelace Jr."


def test_a_persons_company_is_the_parents_name_and_a_company_has_none() -> None:
    acme = company("Acme Steel")
    field = catalogue()["company"]
    assert field.text_of(person(parent=acme)) == "Acme Steel"
    assert field.text_of(company("Acme Rail", parent=acme)) == ""


def test_a_field_for_companies_is_blank_for_people() -> None:
    custom_field("Bonded", FieldType.CHECKBOX, applies_to=AppliesTo.COMPANY)
    bonded = catalogue()["custom.bonded"]
    assert bonded.wire_of(person()) == ""
    assert bonded.wire_of(company()) == "No"


def test_reading_what_select_related_names_makes_no_further_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    acme = company()
    for number in range(3):
        person(f"Ada {number}", parent=acme)
    fields = catalogue()
    keys = [field.key for field in fields]
    with django_assert_num_queries(1):
        members = Member.objects.select_related(*fields.select_related(keys))
        assert [field.text_of(member) for member in members for field in fields]


def matching(key: str, value: Any) -> set[str]:
    """Names of the records whose field compares equal, in SQL."""
    field = catalogue()[key]
    found = Member.objects.annotate(it=field.expression())
    if value is None:
        return set(found.filter(it__isnull=True).values_list("display_name", flat=True))
    return set(
        found.filter(it=field.comparable(field.type.parse(value))).values_list("display_name", flat=True)
    )


@pytest.fixture
def cast() -> None:
    member_type("Contractor")
    custom_field("Union Local")
    custom_field("Headcount", FieldType.NUMBER)
    custom_field("Certification Expires", FieldType.DATE)
    custom_field("Certified", FieldType.CHECKBOX)
    custom_field("Region", FieldType.OPTION, options=["North", "Süd"])
    divisions()
    koeln = company("Ölwerk Köln", billing_city="KÖLN", member_type="Contractor", status="Current")
    person(
        "Émile",
        "Zola",
        parent=koeln,
        expires="2027-01-01",
        auto_renew="yes",
        custom={
            "union_local": "Ålesund 9",
            "headcount": "9.5",
            "certification_expires": "2026-12-31",
            "certified": "yes",
            "region": "Süd",
            "division": "Heavy;Utility",
        },
    )
    person("Ada", "Lovelace")


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("key", "value", "names"),
    [
        ("first_name", "ÉMILE", {"Émile Zola"}),
        ("billing_city", "köln", {"Ölwerk Köln"}),
        ("parent.billing_city", "köln", {"Émile Zola"}),
        ("parent.name", "ölwerk köln", {"Émile Zola"}),
        ("company", "ÖLWERK KÖLN", {"Émile Zola"}),
        ("full_name", "ada lovelace", {"Ada Lovelace"}),
        ("custom.union_local", "ålesund 9", {"Émile Zola"}),
        ("custom.headcount", "9.5", {"Émile Zola"}),
        ("custom.certification_expires", "12/31/2026", {"Émile Zola"}),
        ("custom.certified", "yes", {"Émile Zola"}),
        ("custom.certified", "no", {"Ada Lovelace", "Ölwerk Köln"}),
        ("custom.region", "SÜD", {"Émile Zola"}),
        ("custom.division", "utility;heavy", {"Émile Zola"}),
        ("status", "Current", {"Ölwerk Köln"}),
        ("member_type", "contractor", {"Ölwerk Köln"}),
        ("parent.member_type", "contractor", {"Émile Zola"}),
        ("parent.status", "current", {"Émile Zola"}),
        ("expires", "2027-01-01", {"Émile Zola"}),
        ("auto_renew", "yes", {"Émile Zola"}),
        ("is_company", "yes", {"Ölwerk Köln"}),
        ("expires", None, {"Ada Lovelace", "Ölwerk Köln"}),
        ("member_type", None, {"Ada Lovelace", "Émile Zola"}),
        ("billing_city", None, {"Ada Lovelace", "Émile Zola"}),
        ("custom.headcount", None, {"Ada Lovelace", "Ölwerk Köln"}),
        ("custom.certification_expires", None, {"Ada Lovelace", "Ölwerk Köln"}),
        ("parent.expires", None, {"Ada Lovelace", "Ölwerk Köln", "Émile Zola"}),
        ("company", None, {"Ada Lovelace", "Ölwerk Köln"}),
    ],
)
def test_sql_compares_as_the_values_do(key: str, value: Any, names: set[str]) -> None:
    assert matching(key, value) == names


@pytest.mark.usefixtures("cast")
def test_every_field_can_be_sorted_by() -> None:
    for field in catalogue():
        assert Member.objects.annotate(place=field.sort_expression()).order_by("place").count() == 3


@pytest.mark.usefixtures("cast")
def test_statuses_sort_by_standing() -> None:
    person("Expired", "Eve", status="Expired")
    place = catalogue()["status"].sort_expression()
    names = Member.objects.annotate(place=place).order_by("place", "id").values_list("status", flat=True)
    assert list(names) == ["current", "expired", "non_member", "non_member"]


@pytest.mark.usefixtures("cast")
def test_sql_and_reading_agree_for_every_field() -> None:
    members = list(Member.objects.select_related("parent"))
    for field in catalogue():
        rows = dict(Member.objects.annotate(it=field.expression()).values_list("id", "it"))
        for member in members:
            read = field.comparable(field.value_of(member))
            assert (rows[member.pk] or None) == (read or None), field.key
