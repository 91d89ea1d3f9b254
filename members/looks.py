"""How a member's status looks, and the marks that stand beside it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from members.models import Member, Status
from novi_ams.association.looks import Look, StatusLook, Tone

STATUS_LOOKS: dict[str, StatusLook] = {status.value: Look[status.name].value for status in Status}
INACTIVE = StatusLook("Inactive", Tone.NEUTRAL, "minus", "In no group, so it is mailed nothing.")
NOT_APPROVED = StatusLook("Not approved", Tone.WAIT, "clock", "In no group until somebody approves it.")
SOON_DAYS = 60


def status_look(member: Member) -> StatusLook:
    return STATUS_LOOKS[member.status]


def marks(member: Member) -> list[StatusLook]:
    """What keeps a record out of groups or mailings."""
    found = [
        (not member.active, INACTIVE),
        (not member.approved, NOT_APPROVED),
        (member.do_not_send, Look.DO_NOT_SEND.value),
    ]
    return [look for holds, look in found if holds]


def coming_up(day: date) -> StatusLook | None:
    """“in 50 days” for a day of the next sixty, else None."""
    days = (day - timezone.localdate()).days
    if not 0 <= days <= SOON_DAYS:
        return None
    words = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return Look.EXPIRES_SOON.value.saying(words)
