"""What each operator means, asked of the database and in memory at once."""

from __future__ import annotations

from typing import Any

import pytest

from groups.conditions.compiling import to_q
from groups.conditions.evaluating import matches
from groups.conditions.tree import parse
from groups.tests.cast import TODAY, company, define, member_type, person
from members.fields import catalogue
from members.models import FieldType, Member, Status

pytestmark = pytest.mark.django_db


def found(field: str, operator: str, value: Any = None) -> list[str]:
    """First names of the people who meet one condition; fails where SQL and memory disagree."""
    tree = parse(
        {"match": "all", "items": [{"field": field, "operator": operator, "value": value}]}, catalogue()
    )
    people = Member.objects.filter(kind="person").order_by("first_name").select_related("parent")
    in_sql = [one.first_name for one in people.filter(to_q(tree, today=TODAY))]
    in_memory = [one.first_name for one in people if matches(tree, one, today=TODAY)]
    assert in_sql == in_memory
    return in_sql


class TestText:
    @pytest.fixture(autouse=True)
    def people(self) -> None:
        person("Ada", billing_city="Åre 100%")
        person("Bob", billing_city="are_\\'\"")
        person("Cy", billing_city="")

    @pytest.mark.parametrize(
        ("operator", "value", "expected"),
        [
            ("is", " åRE 100% ", ["Ada"]),
            ("is", "are", []),
            ("is_not", "ÅRE 100%", ["Bob", "Cy"]),
            ("any_of", ["åre 100%", "are_\\'\""], ["Ada", "Bob"]),
            ("none_of", ["åre 100%", "x"], ["Bob", "Cy"]),
            ("contains", "RE", ["Ada", "Bob"]),
            ("contains", "%", ["Ada"]),
            ("contains", "_", ["Bob"]),
            ("contains", "\\", ["Bob"]),
            ("contains", "'\"", ["Bob"]),
            ("not_contains", "Å", ["Bob", "Cy"]),
            ("starts_with", "å", ["Ada"]),
            ("starts_with", "re", []),
            ("blank", None, ["Cy"]),
            ("not_blank", None, ["Ada", "Bob"]),
        ],
    )
    def test_text_is_compared_without_case_and_letter_by_letter(
        self, operator: str, value: Any, expected: list[str]
    ) -> None:
        assert found("billing_city", operator, value) == expected


class TestNumbers:
    @pytest.fixture(autouse=True)
    def people(self) -> None:
        define("seats", FieldType.NUMBER)
        person("Ada", custom={"seats": "9"})
        person("Bob", custom={"seats": "10.5"})
        person("Cy")

    @pytest.mark.parametrize(
        ("operator", "value", "expected"),
        [
            ("is", 9, ["Ada"]),
            ("is", "10.50", ["Bob"]),
            ("is_not", 9, ["Bob", "Cy"]),
            ("any_of", [9, "10.5"], ["Ada", "Bob"]),
            ("none_of", [9], ["Bob", "Cy"]),
            ("gt", 9, ["Bob"]),
            ("gte", 9, ["Ada", "Bob"]),
            ("lt", 10.5, ["Ada"]),
            ("lte", 10.5, ["Ada", "Bob"]),
            ("between", [9, 10], ["Ada"]),
            ("blank", None, ["Cy"]),
            ("not_blank", None, ["Ada", "Bob"]),
        ],
    )
    def test_numbers_are_compared_by_size(self, operator: str, value: Any, expected: list[str]) -> None:
        assert found("custom.seats", operator, value) == expected


@pytest.mark.parametrize("field", ["expires", "custom.renewal"])
class TestDates:
    """TODAY is 2026-03-08."""

    @pytest.fixture(autouse=True)
    def people(self) -> None:
        define("renewal", FieldType.DATE)
        for name, day in [("Ada", "2026-03-01"), ("Bob", "2026-03-08"), ("Cy", "2026-03-18")]:
            person(name, expires=day, custom={"renewal": day})
        person("Dee")

    @pytest.mark.parametrize(
        ("operator", "value", "expected"),
        [
            ("on", "3/8/2026", ["Bob"]),
            ("not_on", "2026-03-08", ["Ada", "Cy", "Dee"]),
            ("before", "2026-03-08", ["Ada"]),
            ("on_or_before", "2026-03-08", ["Ada", "Bob"]),
            ("after", "2026-03-08", ["Cy"]),
            ("on_or_after", "2026-03-08", ["Bob", "Cy"]),
            ("between", ["2026-03-01", "2026-03-08"], ["Ada", "Bob"]),
            ("in_last_days", 7, ["Ada", "Bob"]),
            ("in_last_days", 6, ["Bob"]),
            ("in_next_days", 0, ["Bob"]),
            ("in_next_days", 10, ["Bob", "Cy"]),
            ("more_than_days_ago", 7, []),
            ("more_than_days_ago", 6, ["Ada"]),
            ("more_than_days_ahead", 10, []),
            ("more_than_days_ahead", 9, ["Cy"]),
            ("blank", None, ["Dee"]),
            ("not_blank", None, ["Ada", "Bob", "Cy"]),
        ],
    )
    def test_dates_are_compared_with_days_and_with_today(
        self, field: str, operator: str, value: Any, expected: list[str]
    ) -> None:
        assert found(field, operator, value) == expected


class TestCheckboxes:
    @pytest.fixture(autouse=True)
    def people(self) -> None:
        define("speaker", FieldType.CHECKBOX)
        person("Ada", auto_renew=True, custom={"speaker": "yes"})
        person("Bob", parent=company(auto_renew=True))

    @pytest.mark.parametrize("field", ["auto_renew", "custom.speaker"])
    def test_a_box_that_was_never_ticked_is_no(self, field: str) -> None:
        assert found(field, "is", value=True) == ["Ada"]
        assert found(field, "is", value="no") == ["Bob"]

    def test_without_a_parent_its_box_is_not_ticked(self) -> None:
        assert found("parent.auto_renew", "is", value=True) == ["Bob"]
        assert found("parent.auto_renew", "is", value=False) == ["Ada"]


class TestOptions:
    @pytest.fixture(autouse=True)
    def people(self) -> None:
        define("division", FieldType.OPTION, options=["Öst", "West"])
        define("topics", FieldType.OPTIONS, options=["Law", "Law school", "Tax"])
        person("Ada", custom={"division": "Öst", "topics": ["Law", "Tax"]})
        person("Bob", custom={"division": "West", "topics": ["Law school"]})
        person("Cy")

    @pytest.mark.parametrize(
        ("operator", "value", "expected"),
        [
            ("is", "öst", ["Ada"]),
            ("is_not", "Öst", ["Bob", "Cy"]),
            ("any_of", ["Öst", "West"], ["Ada", "Bob"]),
            ("none_of", ["Öst"], ["Bob", "Cy"]),
            ("blank", None, ["Cy"]),
            ("not_blank", None, ["Ada", "Bob"]),
        ],
    )
    def test_one_option(self, operator: str, value: Any, expected: list[str]) -> None:
        assert found("custom.division", operator, value) == expected

    @pytest.mark.parametrize(
        ("operator", "value", "expected"),
        [
            ("includes_any", ["Law"], ["Ada"]),
            ("includes_any", ["Tax", "Law school"], ["Ada", "Bob"]),
            ("includes_all", ["Tax", "Law"], ["Ada"]),
            ("includes_all", ["Tax", "Law school"], []),
            ("includes_none", ["Law"], ["Bob", "Cy"]),
            ("blank", None, ["Cy"]),
            ("not_blank", None, ["Ada", "Bob"]),
        ],
    )
    def test_many_options(self, operator: str, value: Any, expected: list[str]) -> None:
        assert found("custom.topics", operator, value) == expected


class TestTheProductsOwnLists:
    @pytest.fixture(autouse=True)
    def people(self) -> None:
        supplier = member_type("Supplier")
        person("Ada", status=Status.CURRENT, member_type=supplier, parent=company(status=Status.GRACE))
        person("Bob", status=Status.EXPIRED)

    def test_a_status_by_its_code_or_its_name(self) -> None:
        assert found("status", "any_of", ["current", "Grace"]) == ["Ada"]
        assert found("status", "is_not", "current") == ["Bob"]

    def test_the_status_of_the_parent(self) -> None:
        assert found("parent.status", "is", "grace") == ["Ada"]
        assert found("parent.status", "is_not", "grace") == ["Bob"]
        assert found("parent.status", "blank") == ["Bob"]

    def test_the_member_type_by_its_name(self) -> None:
        assert found("member_type", "is", "supplier") == ["Ada"]
        assert found("member_type", "none_of", ["Supplier"]) == ["Bob"]
        assert found("member_type", "blank") == ["Bob"]

    def test_the_names_of_the_company(self) -> None:
        assert found("parent.name", "starts_with", "acme") == ["Ada"]
        assert found("company", "is", "Acme Steel") == ["Ada"]
        assert found("parent.full_name", "not_contains", "steel") == ["Bob"]
