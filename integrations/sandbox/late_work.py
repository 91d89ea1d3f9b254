"""Requests that were taken and not answered, whose work is done only when the caller has looked elsewhere already."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Request

WORK_KEPT = "no answer; the work comes later"
WORKED_LATE = "worked late; an earlier request's"


@dataclass(slots=True)
class _Kept:
    request: Request
    after: int


class LateWork:
    """Kept in memory, as faults are; each request is carried out once."""

    def __init__(self, carry_out: Callable[[Request], None]) -> None:
        self._lock = threading.Lock()
        self._carry_out = carry_out
        self._kept: list[_Kept] = []

    def keep(self, request: Request, *, after: int) -> None:
        """Carry it out before the answer to the `after`-th request from now."""
        # The socket is about to close: what was sent is read now.
        request.get_data()
        with self._lock:
            self._kept.append(_Kept(request, after))

    def come_closer(self) -> None:
        """One more request has come in: carry out what is due before it."""
        with self._lock:
            for one in self._kept:
                one.after -= 1
            due = [one for one in self._kept if one.after <= 0]
            self._kept = [one for one in self._kept if one.after > 0]
        for one in due:
            self._carry_out(one.request)

    def finish(self) -> None:
        """Carry out everything now."""
        with self._lock:
            due, self._kept = self._kept, []
        for one in due:
            self._carry_out(one.request)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
