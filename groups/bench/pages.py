"""How long pages take on the server, beside the slowest of their queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple

from django.test import Client
from django.urls import reverse

from groups.bench.recording import Statement, recorded, run_again
from groups.models import Group
from members.models import CustomField
from novi_ams.association.models import User

WARM_UP, RUNS = 3, 15
"""The best of the runs counts: the others measure what else the machine does."""

MOST_TIMES = 3
"""A page should take no longer than so many times its slowest query."""

MEANINGFUL_SECONDS, MOST_SECONDS = 0.001, 0.030
"""Where not one query takes a millisecond, the page is held to a time of its own: its processor's."""


@dataclass(frozen=True)
class PageTime:
    """`seconds` from request to rendered answer, middleware included; `slowest_query_seconds` is the slowest of its
    `queries` alone, sent again as bare SQL and read to its last row. The processor's part of each stands beside it,
    for a machine that has other things to do; on SQLite, which works in this process, it holds the queries, too."""

    seconds: float
    slowest_query_seconds: float
    cpu_seconds: float
    slowest_query_cpu_seconds: float
    queries: int

    @property
    def times(self) -> float | None:
        """The page in slowest queries, by the processor; None where that says nothing."""
        if self.slowest_query_cpu_seconds < MEANINGFUL_SECONDS:
            return None
        return self.cpu_seconds / self.slowest_query_cpu_seconds

    def as_dict(self) -> dict[str, Any]:
        return {name: round(value, 5) for name, value in asdict(self).items()}


def addresses() -> Mapping[str, str]:
    """{name in bench.json: address}; a group is the one with the most people."""
    largest = Group.objects.order_by("-member_count", "pk")[0]
    field = CustomField.objects.get(key="union_local")
    return {
        "page_members": reverse("members"),
        "page_search": f"{reverse('members')}?q=kowalski",
        "page_filter": f"{reverse('members')}?custom.{field.key}=Local+18",
        "page_groups": reverse("groups"),
        "page_group": reverse("group", args=[largest.pk]),
        "page_group_members": reverse("group_members", args=[largest.pk]),
    }


NAMES = ("page_members", "page_search", "page_filter", "page_groups", "page_group", "page_group_members")


def measure_pages() -> Iterator[tuple[str, PageTime]]:
    client = Client()
    client.force_login(User.objects.order_by("pk")[0])
    for name, address in addresses().items():
        yield name, measure_page(client, address)


def measure_page(client: Client, address: str) -> PageTime:
    """Raises RuntimeError where the page is not shown."""

    def look() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    for _ in range(WARM_UP):
        look()
    asked: list[Statement] = []
    with recorded(asked):
        look()
    # By turns, so that neither finds the processor's caches warmer than the other.
    works: list[Callable[[], None]] = [look, *(partial(run_again, [one]) for one in asked)]
    page, *queries = zip(*([_timed(work) for work in works] for _ in range(RUNS)), strict=True)
    best = [Taken(min(one.wall for one in runs), min(one.cpu for one in runs)) for runs in queries]
    return PageTime(
        seconds=min(one.wall for one in page),
        cpu_seconds=min(one.cpu for one in page),
        slowest_query_seconds=max(one.wall for one in best),
        slowest_query_cpu_seconds=max(one.cpu for one in best),
        queries=len(asked),
    )


class Taken(NamedTuple):
    """Seconds by the clock and of the processor."""

    wall: float
    cpu: float


def _timed(work: Callable[[], None]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def lines(measured: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The pages as a table in Markdown."""
    pages = {name: PageTime(**measured[name]) for name in NAMES if name in measured}
    if pages:
        yield "| page | queries | ms | slowest query ms | CPU ms | slowest query CPU ms | times |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, page in pages.items():
        taken = (page.seconds, page.slowest_query_seconds, page.cpu_seconds, page.slowest_query_cpu_seconds)
        cells = [name, str(page.queries), *(f"{seconds * 1000:.1f}" for seconds in taken)]
        yield f"| {' | '.join(cells)} | {_verdict(page)} |"


def _verdict(page: PageTime) -> str:
    if page.times is None:
        within = "within" if page.cpu_seconds <= MOST_SECONDS else "over"
        return f"no query of a millisecond; {within} {MOST_SECONDS * 1000:.0f} ms"
    return f"{page.times:.1f} of {MOST_TIMES}"
