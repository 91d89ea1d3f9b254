"""Telling the worker that there is work, after the transaction; only to hurry it.

Nothing depends on it: what is to be done stands in the database, and a sweep finds what nobody was told of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from threading import Lock, Thread

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)

PATIENCE = 0.5
"""Seconds that a request waits for the broker. The Redis client tries for six before it gives up."""


def tell_worker(task: str, **words: str) -> None:
    """Have the task called by name once this transaction is committed; once, however often this is said.

    `words` are keyword arguments that only describe: those of the first who says it are the ones that are sent.
    """
    teller = _teller(task)
    waiting = transaction.get_connection().run_on_commit
    messages = (getattr(callback, "__self__", None) for _, callback, *_ in waiting)
    if not any(isinstance(one, _Message) and one.teller is teller for one in messages):
        transaction.on_commit(_Message(teller, words).send, robust=True)


@dataclass(eq=False)
class _Teller:
    """Sends one task's name to the broker, from a thread, so that a dead broker delays nobody.

    While one message is still on its way the next is left out: the task reads all there is to do.
    """

    task: str
    lock: Lock
    thread: Thread | None = None

    def tell(self, words: Mapping[str, str]) -> None:
        with self.lock:
            if self.thread and self.thread.is_alive():
                return
            send = _in_this_context(lambda: self.send(words))
            self.thread = Thread(target=send, name=f"tell {self.task}", daemon=True)
            self.thread.start()
        self.thread.join(PATIENCE)

    def send(self, words: Mapping[str, str]) -> None:
        try:
            current_app.send_task(self.task, kwargs=dict(words), retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            logger.warning(
                "worker_not_told", task=self.task, error=str(error), cure="the sweep finds the work"
            )


@dataclass(frozen=True, eq=False)
class _Message:
    """What is sent after the commit."""

    teller: _Teller
    words: Mapping[str, str]

    def send(self) -> None:
        self.teller.tell(self.words)


@cache
def _teller(task: str) -> _Teller:
    return _Teller(task, Lock())


def _in_this_context(function: Callable[[], None]) -> Callable[[], None]:
    """With the request's id and person, which the log lines of the task carry on."""
    context = copy_context()
    return lambda: context.run(function)
