"""Rows whose every change is told to the rooms above: written inside a verb of this room, or not at all.

Django sends no signal for bulk writes, so a forgotten raw write would leave groups and Constant Contact
behind the records for good. Here it raises instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import models

M_co = TypeVar("M_co", bound=models.Model, covariant=True)

_inside_a_verb: ContextVar[bool] = ContextVar("inside_a_verb", default=False)


class UnannouncedWriteError(TypeError):
    """A write that would tell nobody: use a verb of this room."""


@contextmanager
def announced_write() -> Iterator[None]:
    """Allow raw writes inside the block; only for verbs, which announce what they wrote."""
    token = _inside_a_verb.set(True)
    try:
        yield
    finally:
        _inside_a_verb.reset(token)


def _guarded(method: Callable[..., Any]) -> Any:
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not _inside_a_verb.get():
            raise UnannouncedWriteError(
                f"{method.__name__}() on {self.__class__.__name__} would tell nobody: use a verb of members."
            )
        return method(self, *args, **kwargs)

    return guarded


class AnnouncedQuerySet(models.QuerySet[M_co]):
    update = _guarded(models.QuerySet.update)
    bulk_create = _guarded(models.QuerySet.bulk_create)
    bulk_update = _guarded(models.QuerySet.bulk_update)
    delete = _guarded(models.QuerySet.delete)


class Announced(models.Model):
    """Refuses `save()` and `delete()` outside the verbs; the base manager too refuses the bulk writes."""

    save = _guarded(models.Model.save)
    delete = _guarded(models.Model.delete)

    class Meta:
        abstract = True
        base_manager_name = "objects"
