"""How moments, numbers and changed values are put into words."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher

from django.utils import dateformat, timezone

JUST_NOW = timedelta(seconds=50)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def relative(moment: datetime, *, now: datetime | None = None) -> str:
    """“4 min ago”, “2 hours ago”, “yesterday, 3:12 PM”, “Nov 12”, “in 6 min”: in the active time zone."""
    now = now or timezone.now()
    gap = abs(now - moment)
    if gap < JUST_NOW:
        return "just now"
    if gap < 12 * HOUR:
        words = span(gap)
        return f"{words} ago" if moment < now else f"in {words}"
    return _by_day(moment, now)


def span(gap: timedelta) -> str:
    """“15 min”, “1 hour”, “3 hours”."""
    if gap < HOUR - MINUTE / 2:
        return f"{max(1, round(gap / MINUTE))} min"
    hours = max(1, round(gap / HOUR))
    return f"{hours} hour" if hours == 1 else f"{hours} hours"


def _by_day(moment: datetime, now: datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    near = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((local.date() - today).days)
    if near:
        return f"{near}, {clock_time(local)}"
    return short_date(local.date(), today=today)


def clock_time(moment: datetime) -> str:
    """“9:42 AM” in the active time zone."""
    return dateformat.format(timezone.localtime(moment), "g:i A")


def short_date(day: date, *, today: date) -> str:
    """“Nov 12”, with the year when it is not this one."""
    return dateformat.format(day, "M j" if day.year == today.year else "M j, Y")


def long_moment(moment: datetime) -> str:
    """“Thursday, November 19, 2026, 9:42 AM EST”."""
    local = timezone.localtime(moment)
    return f"{dateformat.format(local, 'l, F j, Y')}, {dateformat.format(local, 'g:i A')} {local.tzname()}"


def initials(name: str) -> str:
    """“Margaret Olsen” → “MO”; an email address gives its first letter."""
    words = [word for word in re.split(r"[\s.@]+", name.split("@")[0]) if word]
    picked = words[:1] + words[-1:] if len(words) > 1 else words[:1]
    return "".join(word[0] for word in picked).upper()


SMALL_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def number_word(count: int) -> str:
    """A small count as the first word of a sentence; from ten on in figures."""
    return SMALL_NUMBERS[count] if count < len(SMALL_NUMBERS) else f"{count:,}"


def changed_parts(before: str, after: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both values cut into (text, changed?) pieces: by item where they are lists (`; `), else as a whole."""
    old, new = _pieces(before), _pieces(after)
    if len(old) == 1 and len(new) == 1:
        return [(before, before != after)], [(after, before != after)]
    same_old: set[int] = set()
    same_new: set[int] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        same_old.update(range(block.a, block.a + block.size))
        same_new.update(range(block.b, block.b + block.size))
    return _marked(old, same_old), _marked(new, same_new)


def _pieces(value: str) -> list[str]:
    return value.split("; ")


def _marked(pieces: list[str], same: set[int]) -> list[tuple[str, bool]]:
    return [(piece, index not in same) for index, piece in enumerate(pieces)]
