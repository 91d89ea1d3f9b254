"""Groups in words."""

from __future__ import annotations

from typing import Any

import pytest

from groups.conditions.describing import SpanKind, describe
from groups.conditions.tree import parse
from groups.tests.cast import OHIO, define, every, row, some
from members.fields import catalogue
from members.models import FieldType

pytestmark = pytest.mark.django_db

PAYING = row("status", "any_of", ["current", "grace"])


def sentence(tree: dict[str, Any]) -> str:
    return str(describe(parse(tree, catalogue())))


def test_conditions_that_all_hold() -> None:
    assert sentence(every(PAYING, OHIO)) == (
        "Everyone whose Member Status is Current or Grace and whose Billing State is Ohio."
    )


def test_conditions_of_which_one_holds() -> None:
    assert sentence(some(PAYING, OHIO)) == (
        "Everyone whose Member Status is Current or Grace or whose Billing State is Ohio."
    )


def test_a_set_within() -> None:
    tree = every(PAYING, some(OHIO, row("parent.billing_state", "is_not", "Ohio")))
    assert sentence(tree) == (
        "Everyone whose Member Status is Current or Grace, and for whom one of these holds: "
        "Billing State is Ohio; or parent’s Billing State is not Ohio."
    )


def test_a_set_within_a_set_stands_in_parentheses() -> None:
    tree = some(OHIO, every(PAYING, some(OHIO, row("email", "blank"))))
    assert sentence(tree) == (
        "Everyone whose Billing State is Ohio, or for whom all of these hold: Member Status is Current or Grace; "
        "and (one of these holds: Billing State is Ohio; or Email is blank)."
    )


def test_nobody() -> None:
    assert sentence({}) == "Nobody: there are no conditions yet."


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (row("expires", "in_next_days", 60), "Membership Expires is in the next 60 days"),
        (row("expires", "in_last_days", 1), "Membership Expires is in the last 1 day"),
        (row("expires", "more_than_days_ago", 3), "Membership Expires is more than 3 days ago"),
        (row("expires", "more_than_days_ahead", 9), "Membership Expires is more than 9 days ahead"),
        (
            row("expires", "between", ["2026-03-01", "2026-03-08"]),
            "Membership Expires is between 2026-03-01 and 2026-03-08",
        ),
        (row("auto_renew", "is", value=False), "Auto-Renew is No"),
        (row("billing_city", "none_of", ["a", "b", "c"]), "Billing City is not a, b or c"),
        (row("billing_city", "not_contains", "x"), "Billing City does not contain x"),
        (row("custom.seats", "gte", 10), "Seats is at least 10"),
        (row("custom.topics", "includes_all", ["Law", "Tax"]), "Topics includes Law and Tax"),
        (row("custom.topics", "includes_none", ["Law", "Tax"]), "Topics does not include Law or Tax"),
    ],
)
def test_each_comparison_reads_well(condition: dict[str, Any], words: str) -> None:
    define("seats", FieldType.NUMBER)
    define("topics", FieldType.OPTIONS, options=["Law", "Tax"])
    assert sentence(every(condition)) == f"Everyone whose {words}."


def test_values_and_joining_words_can_be_set_apart() -> None:
    spans = describe(parse(every(PAYING, OHIO), catalogue())).spans
    assert [span.text for span in spans if span.kind is SpanKind.VALUE] == ["Current", "Grace", "Ohio"]
    assert [span.text for span in spans if span.kind is SpanKind.JOINER] == ["or", "and"]
    assert [span.text for span in spans if span.kind is SpanKind.FIELD] == ["Member Status", "Billing State"]
