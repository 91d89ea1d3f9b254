"""Moving a condition or a set in the builder, one place in reading order."""

from __future__ import annotations

from groups.builder import Row, RowSet
from groups.conditions.tree import MAX_DEPTH


def move(root: RowSet, item_id: str, *, up: bool) -> None:
    """Past a neighbor, into a neighboring set that has room for it, or out of its own set at that set's end.

    An unknown id and a move beyond the outermost set change nothing.
    """
    for holder in list(root.sets()):
        for place, item in enumerate(holder.items):
            if item.id == item_id:
                _move(root, holder, place, up=up)
                return


def _move(root: RowSet, holder: RowSet, place: int, *, up: bool) -> None:
    item = holder.items[place]
    beyond = place - 1 if up else place + 1
    if 0 <= beyond < len(holder.items):
        neighbor = holder.items[beyond]
        del holder.items[place]
        if isinstance(neighbor, RowSet) and _has_room(neighbor, item):
            neighbor.items.insert(len(neighbor.items) if up else 0, item)
        else:
            holder.items.insert(beyond, item)
    elif holder is not root:
        outer = next(one for one in root.sets() if any(each is holder for each in one.items))
        del holder.items[place]
        at = next(index for index, each in enumerate(outer.items) if each is holder)
        outer.items.insert(at if up else at + 1, item)
    _set_depths(root)


def _has_room(target: RowSet, item: Row | RowSet) -> bool:
    return target.depth + _height(item) < MAX_DEPTH


def _height(item: Row | RowSet) -> int:
    """How many sets deep an item is: 0 for a condition."""
    return 1 + max(map(_height, item.items), default=0) if isinstance(item, RowSet) else 0


def _set_depths(holder: RowSet) -> None:
    for item in holder.items:
        if isinstance(item, RowSet):
            item.depth = holder.depth + 1
            _set_depths(item)
