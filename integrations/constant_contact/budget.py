"""Who may send a request now: the client asks before each one."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Purpose(StrEnum):
    """What a request is for; what people wait for comes first."""

    PERSON = "person"
    SYNC = "sync"
    OBSERVE = "observe"
    BACKFILL = "backfill"


class Budget(Protocol):
    def take(self, purpose: Purpose) -> None:
        """Wait until one request may be sent. Raises QuotaExceeded when the day has none left for
        `purpose`.
        """

    def exhausted(self) -> None:
        """Constant Contact itself said that the day's requests are used up."""


class Unlimited:
    """No pacing and no quota."""

    def take(self, purpose: Purpose) -> None:
        pass

    def exhausted(self) -> None:
        pass
