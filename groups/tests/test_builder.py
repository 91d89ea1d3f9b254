"""The condition builder: what was typed survives the way from JSON to inputs, to a sent form, and back."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from groups.builder import Input, Row, RowSet, change, from_json, from_post, read
from groups.conditions.tree import Match
from groups.tests.cast import define, every, row, some
from members.fields import catalogue
from members.models import FieldType

pytestmark = pytest.mark.django_db
STATUS = row("status", "any_of", ["current", "grace"])


def built(*conditions: dict[str, Any]) -> RowSet:
    return from_json(every(*conditions), catalogue())


def first(root: RowSet) -> Row:
    return next(root.rows())


def as_sent(root: RowSet) -> QueryDict:
    """What the browser sends for these rows."""
    pairs = [(f"match.{one.id}", one.match) for one in root.sets()]
    _add_items(root, pairs)
    return QueryDict(urlencode(pairs))


def _add_items(outer: RowSet, pairs: list[tuple[str, str]]) -> None:
    for item in outer.items:
        if isinstance(item, RowSet):
            pairs.append(("item", f"set:{item.id}:{outer.id}"))
            _add_items(item, pairs)
            continue
        pairs += [("item", f"row:{item.id}:{outer.id}"), (f"field.{item.id}", item.field_key)]
        pairs += [(f"operator.{item.id}", item.operator_key)]
        lines = [item.lines] if item.input is Input.LINES else item.values
        pairs += [(f"value.{item.id}", value) for value in lines]


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (row("billing_state", "is", "Ohio"), Input.TEXT),
        (row("billing_state", "any_of", ["Ohio", "Acme, Inc."]), Input.LINES),
        (row("billing_state", "blank"), Input.NONE),
        (row("status", "is", "current"), Input.SELECT),
        (STATUS, Input.PICKS),
        (row("is_company", "is", True), Input.SELECT),
        (row("expires", "on", "2026-03-08"), Input.DATE),
        (row("expires", "between", ["2026-03-08", "2026-04-08"]), Input.DATE),
        (row("expires", "in_next_days", 60), Input.DAYS),
        (row("custom.dues", "gt", 12.5), Input.NUMBER),
        (row("custom.division", "includes_any", ["Heavy"]), Input.PICKS),
    ],
)
def test_every_shape_has_its_input_and_comes_back_as_it_was(condition: dict[str, Any], shown: Input) -> None:
    define("dues", FieldType.NUMBER)
    define("division", FieldType.OPTIONS, options=["Heavy", "Utility"])
    fields, root = catalogue(), built(condition)
    assert first(root).input is shown
    before, after = read(root, fields), read(from_post(as_sent(root), fields), fields)
    assert (before.problems, after.problems) == ({}, {})
    assert after.tree == before.tree


def test_nested_sets_keep_their_order_and_depth() -> None:
    inner = some(row("county", "is", "Lake"), every(row("county", "is", "Geauga"), STATUS))
    fields = catalogue()
    root = from_json(every(STATUS, inner, row("email", "not_blank")), fields)
    again = from_post(as_sent(root), fields)
    assert read(again, fields).tree == read(root, fields).tree
    assert [one.depth for one in again.sets()] == [0, 1, 2]
    assert [one.tone for one in again.sets()] == ["well", "sheet", "well"]


def test_a_date_that_is_none_stays_as_it_was_typed() -> None:
    typed = first(built(row("expires", "on", "13/40/2027")))
    assert (typed.input, typed.boxes) == (Input.TEXT, ["13/40/2027"])


def test_a_field_that_is_gone_is_still_shown_with_its_name() -> None:
    lost = first(built(row("custom.old_name", "is", "x")))
    assert (lost.source, lost.forgotten_name) == (None, "old name")


def test_an_option_that_is_gone_stays_chosen() -> None:
    define("division", FieldType.OPTIONS, options=["Heavy"])
    asked = first(built(row("custom.division", "includes_any", ["Heavy", "Marine"])))
    assert [label for _, label in asked.chosen] == ["Heavy", "Marine"]


def test_another_field_takes_its_first_operator_and_only_values_that_fit() -> None:
    data = QueryDict(
        urlencode([("item", "row:r1:root"), ("field.r1", "status"), ("operator.r1", "contains")])
    )
    changed = first(from_post(data, catalogue()))
    assert (changed.operator_key, changed.input) == ("is", Input.SELECT)
    changed.values = ["Ohio", "grace"]
    changed.forget_unfit_values()
    assert changed.values == ["grace"]


def test_problems_stand_at_their_rows() -> None:
    fields = catalogue()
    root = built(STATUS, some(row("expires", "on", "soon")))
    reading = read(root, fields)
    root.mark(reading.problems)
    assert [one.problem[:22] for one in root.rows()] == ["", "“Membership Expires” i"]


def test_what_can_be_read_is_read_while_the_rest_is_unfinished() -> None:
    reading = read(built(STATUS, row("", "", ""), some(row("", ""))), catalogue())
    assert [condition.field.key for condition in reading.tree.conditions()] == ["status"]
    assert len(reading.problems) == 2


def test_nonsense_that_was_sent_is_left_out() -> None:
    data = QueryDict(
        urlencode([("item", one) for one in ("row:r1:nowhere", "set", "row:<b>:root", "row:r2:root")])
    )
    assert [one.id for one in from_post(data, catalogue()).rows()] == ["r2"]


def test_a_set_that_claims_to_hold_itself_is_left_out() -> None:
    data = QueryDict(urlencode([("item", "set:a:a"), ("item", "set:root:root")]))
    assert from_post(data, catalogue()).items == []


class TestWithoutScript:
    def test_a_condition_is_added_to_its_set(self) -> None:
        root = built(STATUS, some(STATUS))
        change(root, "add-row:root-1")
        inner = root.items[1]
        assert isinstance(inner, RowSet)
        assert len(inner.items) == 2

    def test_a_set_comes_with_a_condition_to_fill_in(self) -> None:
        root = built(STATUS)
        change(root, "add-set:root")
        assert isinstance(root.items[1], RowSet)
        assert len(root.items[1].items) == 1

    def test_sets_are_not_nested_deeper_than_they_can_be_saved(self) -> None:
        root = RowSet("root")
        for _ in range(9):
            change(root, f"add-set:{list(root.sets())[-1].id}")
        assert [one.depth for one in root.sets()] == [0, 1, 2, 3, 4]

    def test_a_condition_or_a_set_is_removed(self) -> None:
        root = built(STATUS, some(STATUS))
        change(root, "remove:root-1")
        change(root, "remove:root-0")
        assert root.items == []

    def test_one_value_is_taken_back(self) -> None:
        root = built(STATUS)
        change(root, "unpick:root-0:grace")
        assert first(root).values == ["current"]

    def test_an_unknown_order_changes_nothing(self) -> None:
        root = built(STATUS)
        change(root, "explode:root-0")
        assert root.as_json() == {"match": Match.ALL, "items": [STATUS]}
