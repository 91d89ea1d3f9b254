"""For any tree and any record, the database and memory give the same answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.conditions.compiling import to_q
from groups.conditions.evaluating import explain, matches
from groups.conditions.operators import Operator, Shape, operators_for
from groups.conditions.tree import Condition, ConditionSet, Match, as_json, parse
from groups.tests.cast import TODAY, define, member_type
from members.announced import announced_write
from members.derived import derive
from members.field_types import Checkbox, Date, Number, Options, ValueType
from members.fields import Catalogue, Field, catalogue
from members.models import AppliesTo, FieldType, Kind, Member

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("NOVI_EXAMPLES", "300"))
KEYS = [
    "kind",
    "name",
    "first_name",
    "billing_city",
    "notes",
    "email",
    "expires",
    "auto_renew",
    "status",
    "member_type",
    "full_name",
    "is_company",
    "company",
    "custom.words",
    "custom.essay",
    "custom.seats",
    "custom.badges",
    "custom.renewal",
    "custom.speaker",
    "custom.division",
    "custom.topics",
    "parent.billing_city",
    "parent.name",
    "parent.first_name",
    "parent.expires",
    "parent.auto_renew",
    "parent.status",
    "parent.member_type",
    "parent.full_name",
    "parent.is_company",
]
OPTION_TEXTS = ["Öst", "öst ost", "a%b", "a_b", "back\\slash", "quo\"te's", "ΣΊΣΥΦΟΣ"]
"""Texts that share pieces, so that a random needle is often in a random haystack."""
TEXTS = [
    *OPTION_TEXTS,
    "straße",
    "STRASSE",
    "ı",
    "I",
    "ſ",
    "Åre",
    "é",
    "\N{LATIN SMALL LETTER E}\u0301",
    "%",
    "_",
    "x",
]

texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.sampled_from("aAbBåÅßsſσςΣıİi%_\\'\"; \u0301"), min_size=1, max_size=4),
    st.text(min_size=1, max_size=5),
).filter(lambda text: bool(text.replace("\x00", "").strip()))
days = st.integers(-40, 40).map(lambda offset: TODAY + timedelta(days=offset)) | st.dates(
    date(1800, 1, 1), date(2199, 12, 31)
)
numbers = st.one_of(
    st.integers(-3, 12),
    st.decimals(-10, 10, places=2).map(float),
    st.sampled_from([0.1, 0.3, 1e14, -1e14, 123456789012345, 0.000001]),
)


def values_of(type_: ValueType) -> st.SearchStrategy[Any]:
    """Raw values that the type accepts, never blank."""
    if isinstance(type_, Checkbox):
        return st.booleans()
    if isinstance(type_, Options):
        return st.lists(st.sampled_from([one for one, _ in type_.choices]), min_size=1, max_size=3)
    if type_.choices:
        return st.sampled_from([one for one, _ in type_.choices])
    if isinstance(type_, Date):
        return days
    return numbers if isinstance(type_, Number) else texts


def conditions(fields: Catalogue) -> st.SearchStrategy[Condition]:
    pairs = [(fields[key], operator) for key in KEYS for operator in operators_for(fields[key].type)]
    return st.sampled_from(pairs).flatmap(lambda pair: _condition(*pair))


def _condition(field: Field, operator: Operator) -> st.SearchStrategy[Condition]:
    return _values(field, operator).map(lambda value: Condition(field, operator, value))


def _values(field: Field, operator: Operator) -> st.SearchStrategy[Any]:
    one = values_of(field.type).map(field.type.parse).filter(lambda value: value is not None)
    match operator.shape:
        case Shape.NONE:
            return st.none()
        case Shape.DAYS:
            return st.integers(0, 45)
        case Shape.TWO:
            return st.tuples(one, one).map(lambda pair: tuple(sorted(pair)))
        case Shape.MANY if isinstance(field.type, Options):
            return one
        case Shape.MANY:
            return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
    return one


def trees(fields: Catalogue) -> st.SearchStrategy[ConditionSet]:
    items = st.recursive(
        conditions(fields),
        lambda inner: st.builds(
            ConditionSet, st.sampled_from(Match), st.lists(inner, min_size=1, max_size=3).map(tuple)
        ),
        max_leaves=6,
    )
    return st.builds(ConditionSet, st.sampled_from(Match), st.lists(items, max_size=3).map(tuple))


def rows(fields: Catalogue) -> st.SearchStrategy[dict[str, Any]]:
    """Values by key of a field that can be written, each there or not."""
    writable = [fields[key] for key in KEYS if fields[key].writable and key != "kind"]
    return st.fixed_dictionaries({}, optional={one.key: values_of(one.type) for one in writable})


@pytest.fixture
def fields() -> Catalogue:
    define("words", FieldType.TEXT)
    define("essay", FieldType.LONG_TEXT, applies_to=AppliesTo.PERSON)
    define("seats", FieldType.NUMBER)
    define("badges", FieldType.NUMBER, applies_to=AppliesTo.PERSON)
    define("renewal", FieldType.DATE, applies_to=AppliesTo.COMPANY)
    define("speaker", FieldType.CHECKBOX, applies_to=AppliesTo.COMPANY)
    define("division", FieldType.OPTION, options=OPTION_TEXTS)
    define("topics", FieldType.OPTIONS, options=OPTION_TEXTS)
    member_type("Supplier")
    member_type("Builder")
    return catalogue()


def fill(member: Member, row: dict[str, Any], fields: Catalogue) -> Member:
    """The record with those values that suit its kind; a record never holds others."""
    for key, raw in row.items():
        if fields[key].suits(member.kind):
            fields[key].set(member, fields[key].type.parse(raw))
    derive(member, fields.own_text_fields)
    return member


@contextmanager
def undone() -> Iterator[None]:
    """Every example starts with an empty table."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stock(data: st.DataObject, fields: Catalogue) -> None:
    """Fill the table: some companies, and people with and without one."""
    drawn = data.draw(st.lists(rows(fields), min_size=4, max_size=12))
    with announced_write():
        tops = Member.objects.bulk_create(
            fill(Member(kind=Kind.COMPANY if index % 3 else Kind.PERSON), row, fields)
            for index, row in enumerate(drawn[::2])
        )
        Member.objects.bulk_create(
            fill(Member(kind=Kind.PERSON if index % 3 else Kind.COMPANY, parent=parent), row, fields)
            for index, (row, parent) in enumerate(zip(drawn[1::2], [None, *tops], strict=False))
        )


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_the_database_and_memory_give_the_same_answer(fields: Catalogue, data: st.DataObject) -> None:
    with undone():
        stock(data, fields)
        everybody = list(Member.objects.select_related("parent"))
        for tree in data.draw(st.lists(trees(fields), min_size=4, max_size=4)):
            in_memory = {one.pk for one in everybody if matches(tree, one, today=TODAY)}
            in_sql = set(Member.objects.filter(to_q(tree, today=TODAY)).values_list("pk", flat=True))
            explained = {one.pk for one in everybody if explain(tree, one, today=TODAY).holds}
            assert in_sql == in_memory == explained, as_json(tree)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_tree_survives_being_stored(fields: Catalogue, data: st.DataObject) -> None:
    tree = data.draw(trees(fields))
    assert parse(as_json(tree), fields) == tree
