"""Trouble on order: the next requests fail, hang up or dawdle.

Standing trouble (be down, be slow, every n-th request) is in `switches.py`; what is here happens a number of
times and is then over. Kept in memory: a restart forgets it.
"""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass
from enum import StrEnum

from werkzeug.wrappers import Response

from integrations.sandbox.errors import html_response, json_response


class Trouble(StrEnum):
    FAIL = "fail"
    FAIL_AFTER_WORK = "fail after work"
    DROP_BEFORE_WORK = "drop before work"
    DROP_AFTER_WORK = "drop after work"
    WORK_LATER = "work later"
    TRUNCATE = "truncate"
    SLOW = "slow"


class Body(StrEnum):
    EMPTY = "empty"
    HTML = "html"
    ARRAY = "array"
    OBJECT = "object"
    BROKEN_JSON = "broken_json"


@dataclass(slots=True)
class Fault:
    """`left` more requests that match get this trouble; work that is done later is done before the answer to the
    `after`-th request from then.
    """

    trouble: Trouble
    left: int
    method: str | None = None
    path: str | None = None
    status: int = 503
    body: Body = Body.EMPTY
    seconds: float = 0.0
    after: int = 1

    def matches(self, method: str, path: str) -> bool:
        if self.method is not None and self.method.upper() != method:
            return False
        if self.trouble is Trouble.WORK_LATER and method == "GET":
            return False
        return self.path is None or fnmatch.fnmatch(path, f"*{self.path}*")


class Faults:
    """The orders that are not used up; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._counts = {"requests": 0, "writes": 0}

    def order(self, fault: Fault) -> None:
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def pending(self) -> int:
        with self._lock:
            return sum(fault.left for fault in self._orders)

    def take(self, method: str, path: str) -> list[Fault]:
        """The faults this request gets: the first matching one of each kind of trouble."""
        with self._lock:
            taken: dict[Trouble, Fault] = {}
            for fault in self._orders:
                if fault.trouble not in taken and fault.matches(method, path):
                    taken[fault.trouble] = fault
                    fault.left -= 1
            self._orders = [fault for fault in self._orders if fault.left > 0]
            return list(taken.values())

    def is_nth(self, what: str, every: int) -> bool:
        """Count one more of these (`requests`, `writes`); whether it is an n-th one."""
        if every <= 0:
            return False
        with self._lock:
            self._counts[what] += 1
            return self._counts[what] % every == 0


def failure(fault: Fault) -> Response:
    bodies = {
        Body.EMPTY: Response(b"", status=fault.status),
        Body.HTML: html_response(f"{fault.status} Service Temporarily Unavailable", fault.status),
        Body.ARRAY: json_response(
            [{"error_key": "contacts.api.internal_error", "error_message": "An internal error occurred"}],
            fault.status,
        ),
        Body.OBJECT: json_response({"message": "Internal server error"}, fault.status),
        Body.BROKEN_JSON: Response(b'{"contacts":[{"contact', fault.status, mimetype="application/json"),
    }
    return bodies[fault.body]
