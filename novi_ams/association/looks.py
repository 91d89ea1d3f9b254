"""How every status looks: its words, its tone and its icon, in this one place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum


class Tone(StrEnum):
    GOOD = "good"
    ACCENT = "accent"
    WAIT = "wait"
    NEUTRAL = "neutral"
    BAD = "bad"


@dataclass(frozen=True)
class StatusLook:
    """What `components/status.html` and `components/badge.html` show."""

    label: str
    tone: Tone
    icon: str
    explanation: str = ""

    def saying(self, label: str, explanation: str = "") -> StatusLook:
        """The same look with other words, such as “1,204 emails synced”."""
        return replace(self, label=label, explanation=explanation or self.explanation)


class Look(Enum):
    """All statuses of the product; use `.value`, a StatusLook."""

    SYNCED = StatusLook("Synced", Tone.GOOD, "filled-check")
    CONNECTED = StatusLook("Connected", Tone.GOOD, "filled-check")
    PENDING = StatusLook("Pending", Tone.ACCENT, "clock")
    SYNCING = StatusLook("Syncing", Tone.ACCENT, "spinner")
    CALCULATING = StatusLook("Calculating", Tone.ACCENT, "spinner")
    HELD = StatusLook("Held", Tone.WAIT, "flag")
    EXPIRES_SOON = StatusLook("Expires soon", Tone.WAIT, "clock")
    PAUSED = StatusLook("Paused", Tone.NEUTRAL, "paused")
    OFF = StatusLook("Off", Tone.NEUTRAL, "dashed")
    NOT_CONNECTED = StatusLook("Not connected", Tone.NEUTRAL, "dashed")
    NOT_APPLICABLE = StatusLook("N/A", Tone.NEUTRAL, "minus")
    UNSUBSCRIBED = StatusLook("Unsubscribed", Tone.NEUTRAL, "slash")
    LEFT_THE_LIST = StatusLook("Left the list", Tone.NEUTRAL, "minus")
    DO_NOT_SEND = StatusLook("Do Not Send", Tone.BAD, "slash")
    REFUSED = StatusLook("Refused", Tone.BAD, "filled-alert")
    FAILED = StatusLook("Failed", Tone.BAD, "filled-alert")
    LIST_DELETED = StatusLook("List deleted", Tone.BAD, "filled-alert")
    RECONNECT_NEEDED = StatusLook("Reconnect needed", Tone.BAD, "filled-alert")

    CURRENT = StatusLook("Current", Tone.GOOD, "filled-check")
    GRACE = StatusLook("Grace", Tone.WAIT, "clock")
    INHERITING = StatusLook("Inheriting", Tone.ACCENT, "network")
    PROSPECT = StatusLook("Prospect", Tone.NEUTRAL, "user")
    EXPIRED = StatusLook("Expired", Tone.BAD, "minus")
    NON_MEMBER = StatusLook("Non-Member", Tone.NEUTRAL, "dashed")


NOTE_ICONS = {
    Tone.GOOD: "filled-check",
    Tone.ACCENT: "spinner",
    Tone.WAIT: "flag",
    Tone.NEUTRAL: "info",
    Tone.BAD: "filled-alert",
}
