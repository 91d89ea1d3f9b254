"""Who is acting: set by the middleware for a request and by tasks for the person who caused them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from novi_ams.association.models import User


@dataclass(frozen=True)
class Actor:
    """A person (`user_id`) or a part of the product (`user_id` is None), with the name that is shown."""

    name: str
    user_id: int | None = None


SYSTEM = Actor("Novi AMS")
CONSTANT_CONTACT = Actor("Constant Contact")

_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)
_batch: ContextVar[UUID | None] = ContextVar("batch", default=None)


def actor_for(user: User | None) -> Actor:
    """The actor for a signed-in user, or the product itself for nobody."""
    return Actor(user.get_full_name() or user.email, user.pk) if user else SYSTEM


def current_actor() -> Actor:
    return _actor.get()


def current_batch() -> UUID:
    """The id that ties together what one request or task did."""
    return _batch.get() or uuid4()


@contextmanager
def acting_as(actor: Actor, *, batch: UUID | None = None) -> Iterator[None]:
    """Attribute everything recorded inside to `actor`, under one batch id: `batch`, or a new one."""
    actor_token, batch_token = _actor.set(actor), _batch.set(batch or uuid4())
    try:
        yield
    finally:
        _actor.reset(actor_token)
        _batch.reset(batch_token)
