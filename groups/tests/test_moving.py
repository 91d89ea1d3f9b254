"""Moving in the builder goes one place in reading order."""

from __future__ import annotations

import pytest

from groups.builder import ROOT, Row, RowSet
from groups.moving import move


def tree() -> RowSet:
    """a, (b, c), d."""
    inner = RowSet("s", items=[Row("b"), Row("c")], depth=1)
    return RowSet(ROOT, items=[Row("a"), inner, Row("d")])


def drawn(of: RowSet) -> str:
    return " ".join(f"({drawn(one)})" if isinstance(one, RowSet) else one.id for one in of.items)


@pytest.mark.parametrize(
    ("item", "up", "expected"),
    [
        ("a", True, "a (b c) d"),
        ("a", False, "(a b c) d"),
        ("b", True, "a b (c) d"),
        ("b", False, "a (c b) d"),
        ("c", False, "a (b) c d"),
        ("d", True, "a (b c d)"),
        ("d", False, "a (b c) d"),
        ("s", True, "(b c) a d"),
        ("s", False, "a d (b c)"),
        ("unknown", True, "a (b c) d"),
    ],
)
def test_an_item_goes_past_a_neighbor_into_a_set_or_out_of_one(item: str, up: bool, expected: str) -> None:
    root = tree()
    move(root, item, up=up)
    assert drawn(root) == expected


def test_every_move_is_undone_by_its_opposite() -> None:
    for item in "abcds":
        for up in (True, False):
            root = tree()
            move(root, item, up=up)
            if drawn(root) != drawn(tree()):
                move(root, item, up=not up)
            assert drawn(root) == drawn(tree()), (item, up)


def test_a_set_goes_past_one_that_has_no_room_for_it() -> None:
    deep = RowSet("s4", items=[Row("x")], depth=4)
    for depth in (3, 2, 1):
        deep = RowSet(f"s{depth}", items=[deep], depth=depth)
    root = RowSet(ROOT, items=[RowSet("t", items=[Row("y")], depth=1), deep])
    move(root, "s1", up=True)
    assert drawn(root) == "((((x)))) (y)"


def test_depths_follow() -> None:
    root = RowSet(ROOT, items=[RowSet("s", items=[RowSet("t", depth=2)], depth=1)])
    move(root, "t", up=True)
    assert [(one.id, one.depth) for one in root.sets()] == [(ROOT, 0), ("t", 1), ("s", 1)]
