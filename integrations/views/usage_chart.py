"""Requests to Constant Contact as small bar charts: the hours of a day, the days of a month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import dateformat, timezone

from integrations.activity import requests_by_day, requests_by_hour, start_of_day

WIDTH, HEIGHT, HOURS, DAYS = 300, 92, 24, 30
STEPS = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    is_now: bool
    label: str


def chart_of_today(client_id: str) -> dict[str, Any]:
    """What `integrations/chart_hours.html` shows: the hours of the UTC day, in the association's time."""
    start = start_of_day()
    counts = requests_by_hour(client_id, start)
    top = top_of(counts.values())
    return {
        "used": sum(counts.values()),
        "limit": settings.CONSTANT_CONTACT_REQUESTS_PER_DAY,
        "bars": list(hour_bars(counts, start, top=top)),
        "top": top,
        "middle": top // 2,
        "begins": hour_of(start),
        "noon": hour_of(start + timedelta(hours=HOURS // 2)),
    }


def chart_of_month(client_id: str) -> dict[str, Any]:
    """What `integrations/chart_days.html` shows: the last 30 UTC days, and how many requests a day may have."""
    counts = requests_by_day(client_id, days=DAYS)
    days, limit = list(counts), settings.CONSTANT_CONTACT_REQUESTS_PER_DAY
    top = top_of(counts.values())
    return {
        "bars": list(day_bars(counts, top=top)),
        "top": top,
        "middle": top // 2,
        "limit": limit,
        "limit_y": round(HEIGHT - limit / top * HEIGHT, 2) if 0 < limit <= top else None,
        "first": day_of(days[0]),
        "last": day_of(days[-1]),
        "sum": sum(counts.values()),
        "most": max(counts.values()),
        "most_on": day_of(max(days, key=lambda day: counts[day])),
    }


def top_of(counts: Any) -> int:
    """The end of the scale: the next round number."""
    highest = max(counts, default=0)
    return next((step for step in STEPS if step >= highest), highest)


def hour_of(moment: datetime) -> str:
    """“7 PM”, with minutes where the zone has them."""
    local = timezone.localtime(moment)
    return dateformat.format(local, "g:i A" if local.minute else "g A")


def day_of(day: date) -> str:
    return dateformat.format(day, "M j")


def hour_bars(counts: Mapping[datetime, int], start: datetime, *, top: int) -> Iterator[Bar]:
    """A bar an hour, none for an hour without requests."""
    now = timezone.now()
    for number in range(HOURS):
        hour = start + timedelta(hours=number)
        is_now = hour <= now < hour + timedelta(hours=1)
        if count := counts.get(hour, 0):
            share = count / top
            yield _bar(number, HOURS, share, is_now=is_now, label=f"{hour_of(hour)}: {count:,}")


def day_bars(counts: Mapping[date, int], *, top: int) -> Iterator[Bar]:
    """A bar a day, none for a day without requests."""
    last = len(counts) - 1
    for number, (day, count) in enumerate(counts.items()):
        if count:
            share = count / top
            yield _bar(number, len(counts), share, is_now=number == last, label=f"{day_of(day)}: {count:,}")


def _bar(number: int, of: int, share: float, *, is_now: bool, label: str) -> Bar:
    """The bar's place among `of`; at least two units high."""
    wide, height = WIDTH / of, max(2.0, min(1.0, share) * HEIGHT)
    return Bar(
        x=round(number * wide + 1.5, 2),
        y=round(HEIGHT - height, 2),
        width=round(wide - 3, 2),
        height=round(height, 2),
        is_now=is_now,
        label=label,
    )
