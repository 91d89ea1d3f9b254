"""The requests that came in, for people to look at and for tests to count."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.store import Store

KEPT = 200_000
SHOWN_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """`status` is 0 for a request that got no answer; `ms` is how long it took."""

    id: int
    time: datetime
    method: str
    path: str
    query: str
    status: int
    ms: float
    client_id: str
    note: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"time": self.time.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LoggedRequest:
        return cls(**values | {"time": datetime.fromisoformat(values["time"])})


def log(store: Store, entry: dict[str, Any]) -> None:
    row = store.insert("request_log", entry)
    if row % 1_000 == 0:
        store.run("DELETE FROM request_log WHERE id <= ?", row - KEPT)


def logged(row: sqlite3.Row) -> LoggedRequest:
    moment = datetime.fromtimestamp(row["time"], UTC)
    names = ("method", "path", "query", "status", "ms", "client_id", "note")
    return LoggedRequest(row["id"], moment, *(row[name] for name in names))


def requests_since(store: Store, since: datetime | None = None) -> list[LoggedRequest]:
    """All requests since a moment, oldest first."""
    start = since.timestamp() if since else 0.0
    return [logged(row) for row in store.all("SELECT * FROM request_log WHERE time >= ? ORDER BY id", start)]


def latest(store: Store, n: int) -> list[LoggedRequest]:
    return [logged(row) for row in store.all("SELECT * FROM request_log ORDER BY id DESC LIMIT ?", n)]


def clear(store: Store) -> None:
    store.run("DELETE FROM request_log")
