"""The boundaries between the steps of a cycle: wherever a worker can die and leave another state behind than before.

They are a request about to be sent; its answer, which nobody has looked at yet; and whatever was committed: an intent
and what became of it, everything else by its table. To die inside a transaction is to die before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save

from integrations.constant_contact import oauth
from integrations.constant_contact.client import Client
from integrations.constant_contact.errors import ConstantContactError
from integrations.models import Operation


class Worker(Protocol):
    """Whose cycle is watched."""

    dead: bool
    errors: set[type[Exception]]

    def come(self, boundary: str) -> None:
        """It comes to a boundary; raises Killed where it dies there."""


class Killed(BaseException):
    """The worker is gone: nothing catches this."""


ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
WRITES = re.compile(
    r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(?:integrations_)?(\w+)', re.IGNORECASE
)


def request(method: str, path: str) -> str:
    """A kind of request: `PUT /contacts/…`."""
    return f"{method} {ID.sub('…', path)}"


@contextmanager
def watched(patched: pytest.MonkeyPatch, worker: Worker) -> Iterator[None]:
    """Tell the worker of every boundary in the block; what it would store on its way out when dead is not stored."""
    with _commits(patched, worker):
        _watch_requests(patched, worker)
        yield


def _watch_requests(patched: pytest.MonkeyPatch, worker: Worker) -> None:
    send, ask, answer, come = Client._send, oauth._ask, Client._until_answered, worker.come

    def sent(client: Client, call: Any, token: str) -> Any:
        come(f"sent {request(call.method, call.path)}")
        response = send(client, call, token)
        come(f"answered {request(call.method, call.path)}")
        return response

    def asked(*details: Any) -> oauth.Grant:
        come("sent POST /token")
        with _noted(worker):
            grant = ask(*details)
        come("answered POST /token")
        return grant

    def until_answered(client: Client, call: Any) -> Any:
        with _noted(worker):
            return answer(client, call)

    patched.setattr(Client, "_send", sent)
    patched.setattr(Client, "_until_answered", until_answered)
    patched.setattr(oauth, "_ask", asked)


@contextmanager
def _noted(worker: Worker) -> Iterator[None]:
    """Note what came of a request but an answer."""
    try:
        yield
    except ConstantContactError as error:
        worker.errors.add(type(error))
        raise


@contextmanager
def _commits(patched: pytest.MonkeyPatch, worker: Worker) -> Iterator[None]:
    waiting: dict[str, None] = {}
    leave = transaction.Atomic.__exit__

    def note(what: str) -> None:
        if connection.in_atomic_block:
            waiting[what] = None
        else:
            worker.come(f"committed {what}")

    def executed(execute: Callable[..., Any], sql: str, *details: Any) -> Any:
        table = WRITES.match(sql)
        if table and worker.dead:
            raise Killed
        result = execute(sql, *details)
        if table:
            note(table[1])
        return result

    def saved(instance: Operation, **_: object) -> None:
        note(f"{instance.kind} {instance.state}")

    def left(block: transaction.Atomic, kind: Any, *details: Any) -> None:
        leave(block, kind, *details)
        if not connection.in_atomic_block:
            committed = [] if kind else list(waiting)
            waiting.clear()
            for what in committed:
                worker.come(f"committed {what}")

    patched.setattr(transaction.Atomic, "__exit__", left)
    post_save.connect(saved, sender=Operation)
    try:
        with connection.execute_wrapper(executed):
            yield
    finally:
        post_save.disconnect(saved, sender=Operation)
