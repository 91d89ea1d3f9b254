"""Long streams cut into pieces that fit in memory and in a transaction."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` items, none of them empty."""
    stream = iter(items)
    while chunk := list(islice(stream, size)):
        yield chunk
