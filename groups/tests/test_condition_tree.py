"""Reading trees: everything wrong is said at once, where it is and in words."""

from __future__ import annotations

from typing import Any

import pytest

from groups.conditions.operators import OPERATORS, operators_for
from groups.conditions.tree import InvalidConditions, as_json, fields_used, parse, uses_today
from groups.tests.cast import OHIO, define, every, row, some
from members.field_types import CUSTOM_TYPES, Choice
from members.fields import catalogue
from members.models import FieldType

pytestmark = pytest.mark.django_db


def problems(data: Any) -> dict[str, str]:
    with pytest.raises(InvalidConditions) as caught:
        parse(data, catalogue())
    return caught.value.problems


def test_a_tree_is_stored_in_the_form_it_was_understood() -> None:
    define("topics", FieldType.OPTIONS, options=["Law", "Tax"])
    typed = every(
        row("status", "any_of", ["Current", "grace"]),
        some(
            row("expires", "between", ["3/1/2026", "2026-03-08"]),
            row("custom.topics", "includes_any", ["tax"]),
            row("expires", "in_next_days", " 60 "),
            row("email", "blank"),
            row("auto_renew", "is", "no"),
        ),
    )
    assert as_json(parse(typed, catalogue())) == every(
        row("status", "any_of", ["current", "grace"]),
        some(
            row("expires", "between", ["2026-03-01", "2026-03-08"]),
            row("custom.topics", "includes_any", ["Tax"]),
            row("expires", "in_next_days", 60),
            row("email", "blank"),
            row("auto_renew", "is", False),
        ),
    )


def test_every_problem_is_told_with_its_place() -> None:
    found = problems(
        every(
            row("custom.shoe_size", "is", 9),
            OHIO,
            some(row("expires", "between", ["2026-05-01", "2026-04-01"]), row("billing_state", "gt", "x")),
            row("", ""),
        )
    )
    assert found == {
        "0": "The field “shoe size” does not exist any more. Choose another, or remove it.",
        "2.0": "“Membership Expires” is between: The first value has to be the smaller one. Swap the two.",
        "2.1": "Choose how to compare “Billing State”.",
        "3": "Choose a field.",
    }


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        (row("billing_state", "is"), "Enter a value."),
        (row("billing_state", "is", "  "), "Enter a value."),
        (row("billing_state", "is", ["Ohio"]), "Enter a value."),
        (row("billing_state", "is", {"a": 1}), "Enter a value."),
        (row("billing_state", "any_of", []), "Choose at least one value."),
        (row("billing_state", "any_of", "Ohio"), "Choose at least one value."),
        (row("billing_state", "any_of", ["x"] * 201), "at most 200 values; these are 201"),
        (row("billing_state", "is", "x" * 101), "at most 100 characters; this has 101"),
        (row("status", "is", "gold"), "“gold” is not one of Current"),
        (row("auto_renew", "is"), "Choose Yes or No."),
        (row("auto_renew", "is", "maybe"), "“maybe” is neither Yes nor No."),
        (row("expires", "on", "soon"), "“soon” is not a date."),
        (row("expires", "between", ["2026-05-01"]), "Enter both ends."),
        (row("expires", "between", ["2026-05-01", ""]), "Enter a value."),
        (row("expires", "in_next_days", "-1"), "from 0 to 36,500"),
        (row("expires", "in_next_days", 36_501), "from 0 to 36,500"),
        (row("expires", "in_next_days", "1.5"), "Enter a whole number of days."),
        (row("expires", "in_next_days"), "Enter a whole number of days."),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(condition: dict[str, Any], part: str) -> None:
    assert part in problems(every(condition))["0"]


@pytest.mark.parametrize("data", [[], "x", {"items": []}, {"match": "none", "items": []}, {"match": "all"}])
def test_what_is_no_tree_is_refused(data: Any) -> None:
    assert "" in problems(data)


@pytest.mark.parametrize("item", ["x", None, [], 3, {"operator": "is"}])
def test_what_is_no_condition_is_refused(item: Any) -> None:
    assert "0" in problems({"match": "all", "items": [item]})


def test_nothing_at_the_top_is_allowed_and_within_it_is_not() -> None:
    assert parse({}, catalogue()).items == ()
    assert parse(every(), catalogue()).items == ()
    assert problems(every(some()))["0"] == "This set has no conditions. Add one or remove the set."


def test_sets_nest_five_deep_and_no_deeper() -> None:
    nested = OHIO
    for _ in range(5):
        nested = every(nested)
    assert parse(nested, catalogue()).items
    assert "5 deep" in problems(every(nested))["0.0.0.0.0"]


def test_two_hundred_conditions_and_no_more() -> None:
    assert len(list(parse(every(*[OHIO] * 200), catalogue()).conditions())) == 200
    assert "200 conditions at most" in problems(every(*[OHIO] * 201))[""]


def test_a_thousand_values_and_no_more() -> None:
    many = row("billing_state", "any_of", [str(number) for number in range(200)])
    assert parse(every(*[many] * 5), catalogue()).items
    assert "1,000 values at most" in problems(every(*[many] * 6))[""]


def test_a_tree_knows_its_fields_and_whether_the_calendar_moves_it() -> None:
    tree = parse(every(OHIO, some(row("expires", "in_last_days", 3))), catalogue())
    assert fields_used(tree) == {"billing_state", "expires"}
    assert uses_today(tree)
    assert not uses_today(parse(every(row("expires", "on", "2026-01-01")), catalogue()))


def test_each_type_of_field_is_offered_what_suits_it() -> None:
    offered = {
        name: [operator.key for operator in operators_for(type_())] for name, type_ in CUSTOM_TYPES.items()
    }
    text = ["is", "is_not", "any_of", "none_of", "contains", "not_contains", "starts_with"]
    order = ["gt", "gte", "lt", "lte"]
    days = ["in_last_days", "in_next_days", "more_than_days_ago", "more_than_days_ahead"]
    blanks = ["blank", "not_blank"]
    assert offered == {
        "text": text + blanks,
        "long_text": text + blanks,
        "number": ["is", "is_not", "any_of", "none_of", *order, "between", *blanks],
        "date": [
            "on",
            "not_on",
            "before",
            "on_or_before",
            "after",
            "on_or_after",
            "between",
            *days,
            *blanks,
        ],
        "checkbox": ["is"],
        "option": ["is", "is_not", "any_of", "none_of", *blanks],
        "options": ["includes_any", "includes_all", "includes_none", *blanks],
    }
    assert operators_for(Choice()) == operators_for(CUSTOM_TYPES["option"]())


def test_the_table_holds_each_operator_under_its_key() -> None:
    assert all(operator.key == key for key, operator in OPERATORS.items())
    assert all(operator.types for operator in OPERATORS.values())
