"""Everything the sandbox remembers, in one SQLite file of its own, behind one lock."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.sandbox import switches as switch_table
from integrations.sandbox.switches import Switches

Clock = Callable[[], datetime]

SCHEMA = Path(__file__).with_name("schema.sql")


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return str(uuid.uuid4())


def stamp(moment: datetime) -> str:
    """A moment as Constant Contact writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """The data of all accounts, and the clock.

    One connection behind one re-entrant lock: what happens inside `unit()` happens entirely or not at all,
    and nobody sees it half done.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._clock = clock or utc_now
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA.read_text(encoding="utf-8"))
        self._shift = timedelta(seconds=float(self.setting("clock_shift") or 0))
        self.switches = self._stored_switches()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _stored_switches(self) -> Switches:
        stored = json.loads(self.setting("switches") or "{}")
        known = {name: value for name, value in stored.items() if name in switch_table.names()}
        return switch_table.change(Switches(), known)

    # Time

    def now(self) -> datetime:
        return self._clock().astimezone(UTC) + self._shift

    def seconds(self) -> float:
        return self.now().timestamp()

    def stamp(self) -> str:
        return stamp(self.now())

    def shift_clock(self, seconds: float) -> None:
        self._shift += timedelta(seconds=seconds)
        self.remember("clock_shift", str(self._shift.total_seconds()))

    # Transactions

    @contextmanager
    def unit(self) -> Iterator[None]:
        """One transaction; units inside it are part of it."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    # Statements

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def number(self, sql: str, *values: Any) -> int:
        row = self.one(sql, *values)
        return int(row[0]) if row and row[0] is not None else 0

    def run(self, sql: str, *values: Any) -> int:
        """Number of rows changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._lock:
            self._db.executemany(sql, rows)

    def insert(self, table: str, values: dict[str, Any]) -> int:
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._lock:
            sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
            return int(self._db.execute(sql, list(values.values())).lastrowid or 0)

    def update(self, table: str, row: int, values: dict[str, Any]) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self.run(f"UPDATE {table} SET {columns} WHERE id = ?", *values.values(), row)  # noqa: S608

    def choose(self, name: str, rows: Iterable[int]) -> None:
        """Fill the temporary table `name (id)` with these ids, to join with."""
        with self._lock:
            self._db.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY)")
            self._db.execute(f"DELETE FROM {name}")  # noqa: S608
            self._db.executemany(
                f"INSERT OR IGNORE INTO {name} VALUES (?)",  # noqa: S608
                ((row,) for row in rows),
            )

    # Settings and switches

    def setting(self, name: str) -> str | None:
        row = self.one("SELECT value FROM setting WHERE name = ?", name)
        return str(row["value"]) if row else None

    def remember(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value)

    def set_switches(self, changes: dict[str, object]) -> None:
        with self._lock:
            self.use_switches(switch_table.change(self.switches, changes))

    def use_switches(self, switches: Switches) -> None:
        with self._lock:
            self.switches = switches
            self.remember("switches", json.dumps(switch_table.as_json(switches)))

    def forget_everything(self) -> None:
        """Empty every table but the clock and the switches."""
        with self.unit():
            for row in self.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
                if row["name"] != "setting":
                    self.run(f"DELETE FROM {row['name']}")  # noqa: S608
            self.run("DELETE FROM setting WHERE name NOT IN ('switches', 'clock_shift')")
