"""Who is on which list, and since when: a lagging reader sees the memberships of a moment ago."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from integrations.sandbox.store import Store

MAX_LISTS = 50


def join(store: Store, *, lists: Sequence[int], contacts: Sequence[int]) -> None:
    join_pairs(store, ((each_list, contact) for contact in contacts for each_list in lists))


def join_pairs(store: Store, pairs: Iterable[tuple[int, int]]) -> None:
    """Add (list, contact) pairs; those that exist stay as they are."""
    since = store.seconds()
    store.run_many(
        "INSERT OR IGNORE INTO membership (list, contact, since) VALUES (?, ?, ?)",
        ((each_list, contact, since) for each_list, contact in pairs),
    )


def leave(store: Store, *, lists: Sequence[int], contacts: Sequence[int]) -> None:
    store.choose("leaving", contacts)
    for each_list in lists:
        _end(store, "list = ? AND contact IN (SELECT id FROM leaving)", each_list)


def leave_all(store: Store, contacts: Sequence[int]) -> None:
    store.choose("leaving", contacts)
    _end(store, "contact IN (SELECT id FROM leaving)")


def empty(store: Store, lists: Sequence[int]) -> None:
    for each_list in lists:
        _end(store, "list = ?", each_list)


def _end(store: Store, condition: str, *values: int) -> None:
    if _lag(store):
        store.run(
            "INSERT OR REPLACE INTO departure (list, contact, since, ended)"  # noqa: S608
            f" SELECT list, contact, since, ? FROM membership WHERE {condition}",
            store.seconds(),
            *values,
        )
    store.run(f"DELETE FROM membership WHERE {condition}", *values)  # noqa: S608


def _lag(store: Store) -> float:
    return max(store.switches.read_lag_seconds, store.switches.count_lag_seconds)


def seen_memberships(store: Store, lag: float) -> tuple[str, tuple[float, ...]]:
    """SQL for the (list, contact) pairs a reader sees who is `lag` seconds late, with its values."""
    if lag <= 0:
        return "SELECT list, contact FROM membership", ()
    then = store.seconds() - lag
    sql = (
        "SELECT list, contact FROM membership WHERE since <= ?"
        " UNION SELECT list, contact FROM departure WHERE since <= ? AND ended > ?"
    )
    return sql, (then, then, then)


def lists_of(store: Store, contacts: Sequence[int]) -> dict[int, list[str]]:
    """The list_ids of each contact, in the order the lists were made."""
    store.choose("asked", contacts)
    found: dict[int, list[str]] = defaultdict(list)
    for row in store.all(
        "SELECT m.contact, l.list_id FROM asked CROSS JOIN membership m ON m.contact = asked.id"
        " JOIN contact_list l ON l.id = m.list ORDER BY m.contact, l.id"
    ):
        found[row["contact"]].append(row["list_id"])
    return found


def count_lists(store: Store, contact: int) -> int:
    return store.number("SELECT count(*) FROM membership WHERE contact = ?", contact)
