"""What Constant Contact can be made to do wrong in a cycle, and how the sandbox shows that it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.constant_contact.errors import (
    Conflict,
    ConstantContactError,
    Forbidden,
    Invalid,
    InvalidClient,
    InvalidGrant,
    NotFound,
    OutcomeUnknown,
    QueueFull,
    QuotaExceeded,
    Throttled,
    Unauthorized,
    Unavailable,
)
from integrations.sandbox import activities
from integrations.sandbox.grants import DEFAULT_CLIENT
from integrations.sandbox.late_work import WORK_KEPT
from integrations.sandbox.request_log import LoggedRequest
from integrations.sandbox.server import SandboxServer
from integrations.tests.chaos.boundaries import request

OVER_AND_OVER = 30
ON_ORDER = "failed on order"
IMPORT = "/activities/contacts_json_import"
ROOM = activities.MAX_QUEUED

Order = Callable[[SandboxServer, int], Any]
"""The number is drawn: how much later something is, for what is to be later."""


@dataclass(frozen=True)
class Before:
    """What the sandbox had when a fault was ordered."""

    at: datetime
    jobs: int

    @classmethod
    def now(cls, sandbox: SandboxServer) -> Before:
        return cls(timezone.now(), len(sandbox.activities()))


@dataclass(frozen=True)
class Fault:
    """`order` brings it about. It struck where the log shows an answer of `status` (0 is none, None any) with `note`
    to a request whose path has `path` in it, or where a job ended as `outcome`. `error` is what the client makes of
    it, where it cannot but make that of it.
    """

    order: Order
    note: str = ""
    status: int | None = 0
    path: str = "/v3/"
    outcome: str = ""
    error: type[ConstantContactError] | None = None

    def struck(self, sandbox: SandboxServer, before: Before) -> list[str]:
        """The kinds of requests or jobs that it struck since then."""
        if self.outcome:
            jobs = sandbox.activities()[before.jobs :]
            return [one["kind"] for one in jobs if one["state"] == self.outcome]
        return [
            request(one.method, one.path.removeprefix("/v3"))
            for one in sandbox.requests(before.at)
            if self._shows_in(one)
        ]

    def _shows_in(self, one: LoggedRequest) -> bool:
        answered_so = self.status in (None, one.status)
        return answered_so and one.note == self.note and self.path in one.path


def _answer(
    status: int,
    body: str = "array",
    error: type[ConstantContactError] | None = None,
    *,
    times: int = 1,
    method: str | None = None,
    path: str | None = None,
) -> Fault:
    """The next request is answered so, and nothing done."""

    def order(sandbox: SandboxServer, _later: int) -> None:
        sandbox.faults.fail_next(times, status=status, body=body, method=method, path=path)

    return Fault(order, ON_ORDER, status, error=error)


def _answer_after_work(status: int, body: str) -> Fault:
    def order(sandbox: SandboxServer, _later: int) -> None:
        sandbox.faults.fail_next(1, status=status, body=body, after_work=True)

    return Fault(order, "failed after the work", status)


def _jobs_end(outcome: str) -> Fault:
    return Fault(lambda sandbox, _: sandbox.faults.next_activities(outcome, 2), outcome=outcome)


def _renewal(order: Order, **shows: Any) -> Fault:
    """The token is refused, and so it is renewed."""

    def both(sandbox: SandboxServer, later: int) -> None:
        sandbox.faults.fail_next(1, status=401, body="object")
        order(sandbox, later)

    return Fault(both, path="/token", **shows)


def _change_secret(sandbox: SandboxServer, _later: int) -> None:
    sandbox.register_client(DEFAULT_CLIENT[0], "another secret")


def _no_room(sandbox: SandboxServer, _later: int) -> None:
    activities.MAX_QUEUED = 0


FAULTS: dict[str, Fault] = {
    "drop before the work": Fault(
        lambda sandbox, _: sandbox.faults.drop_before_work(1), "connection dropped"
    ),
    "drop after the work": Fault(lambda sandbox, _: sandbox.faults.drop_after_work(1), "answer lost"),
    "drop, and the work comes later": Fault(
        lambda sandbox, later: sandbox.faults.work_later(1, after=1 + later % 6, path="/v3/"),
        WORK_KEPT,
        error=OutcomeUnknown,
    ),
    "500 empty": _answer(500, "empty"),
    "500 after the work": _answer_after_work(500, "html"),
    "503 html": _answer(503, "html"),
    "503 over and over": _answer(503, "html", Unavailable, times=OVER_AND_OVER, method="GET"),
    "408 after the work": _answer_after_work(408, "empty"),
    "truncated": Fault(lambda sandbox, _: sandbox.faults.truncate(1), "body truncated", None),
    "400": _answer(400, "array", Invalid),
    "401": _answer(401, "object"),
    "401 over and over": _answer(401, "object", Unauthorized, times=OVER_AND_OVER, path="/v3/"),
    "401, and the renewal is lost": _renewal(
        lambda sandbox, _: sandbox.faults.drop_after_work(1, path="/token"), note="answer lost"
    ),
    "401, and the grant was revoked": _renewal(
        lambda sandbox, _: sandbox.people.revoke_grant(), status=400, error=InvalidGrant
    ),
    "401, and the secret was changed": _renewal(_change_secret, status=401, error=InvalidClient),
    "403": _answer(403, "object", Forbidden),
    "404 to an import": _answer(404, "array", NotFound, method="POST", path=IMPORT),
    "409": _answer(409, "array", Conflict),
    "429": _answer(429, "empty"),
    "429 over and over": _answer(429, "empty", Throttled, times=OVER_AND_OVER),
    "broken json": _answer(200, "broken_json"),
    "quota used up": Fault(
        lambda sandbox, _: sandbox.set(quota_used_up=True), status=429, error=QuotaExceeded
    ),
    "queue full": Fault(_no_room, status=429, error=QueueFull),
    "jobs fail": _jobs_end("failed"),
    "jobs time out": _jobs_end("timed_out"),
    "jobs are cancelled": _jobs_end("cancelled"),
}


def mend(sandbox: SandboxServer) -> None:
    """What was ordered goes wrong no more. Late work still comes."""
    sandbox.faults.clear()
    sandbox.set(quota_used_up=False)
    sandbox.register_client(*DEFAULT_CLIENT)
    activities.MAX_QUEUED = ROOM
