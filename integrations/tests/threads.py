"""The same work in several threads at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(count: int, work: Callable[[], T]) -> list[T]:
    """What each of `count` threads answered; what one raised is raised."""
    barrier = Barrier(count)

    def run() -> T:
        barrier.wait(timeout=10)
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [each.result(timeout=60) for each in [pool.submit(run) for _ in range(count)]]
