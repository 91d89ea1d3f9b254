"""Requests a second and a day, counted by application: all accounts it is connected to share them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox.errors import quota_exceeded, throttled
from integrations.sandbox.store import Store


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class Buckets:
    """Token buckets by key, as an API gateway keeps them: a second's worth may be spent at once."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str, per_second: float) -> bool:
        """Whether there was a token left; a rate of 0 means no limit."""
        if per_second <= 0:
            return True
        now, size = self._seconds(), max(1.0, per_second)
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(size, now))
            bucket.tokens = min(size, bucket.tokens + max(0.0, now - bucket.filled) * per_second)
            bucket.filled = now
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()


def today(store: Store) -> str:
    return store.now().date().isoformat()


def requests_today(store: Store, client_id: str | None = None) -> int:
    """Requests of this UTC day that counted, by one application or by all."""
    sql = "SELECT sum(requests) FROM usage WHERE day = ? AND ? IN ('', client_id)"
    return store.number(sql, today(store), client_id or "")


def count_request(store: Store, client_id: str) -> None:
    store.run(
        "INSERT INTO usage (client_id, day, requests) VALUES (?, ?, 1)"
        " ON CONFLICT (client_id, day) DO UPDATE SET requests = requests + 1",
        client_id,
        today(store),
    )


def pace(store: Store, buckets: Buckets, client_id: str) -> None:
    """Let a request through or refuse it with one of the two 429s of the gateway."""
    switches = store.switches
    quota = switches.requests_per_day
    if switches.quota_used_up or (quota and requests_today(store, client_id) >= quota):
        raise quota_exceeded()
    passes = buckets.take(f"api {client_id}", switches.requests_per_second)
    if passes or switches.throttled_requests_count:
        count_request(store, client_id)
    if not passes:
        raise throttled()
