"""How far a job is, how fast it goes and how long it takes, for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from members.jobs import Job
from novi_ams.association.wording import span

SLOW_START = timedelta(minutes=2)


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    note: str


def progress_of(job: Job) -> Progress:
    """“1,204 of 100,000”, with rate and time left once there is something to go by."""
    return Progress(job.done, job.total, _note(job))


def _note(job: Job) -> str:
    since = job.started_at or job.created_at
    passed = timezone.now() - since
    if not job.done:
        waits = "It waits for the worker. " if passed > SLOW_START else "It starts in a moment. "
        return waits + "You can leave this page."
    rate = job.done / max(passed.total_seconds(), 1)
    left = timedelta(seconds=(job.total - job.done) / rate)
    time_left = f"about {span(left)} left" if left > timedelta(seconds=50) else "less than a minute left"
    return f"{rate:,.0f} a second, {time_left}. You can leave this page."
