"""The measurements as a table in Markdown, beside what others would have asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.bench.peers import PEERS, requests_of
from integrations.bench.scenarios import COURSES, Course, Scenario

HEADER = (
    "scenario", "requests", "at most", "of these fields", "local s", "floor s", "times", "CPU s", "floor CPU s",
    "times", "wall s", "peak MB",
)  # fmt: skip
"""Local: this process alone, without waiting for answers and pauses. CPU: the processor's part of that."""


def lines(measured: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One row a scenario that was measured."""
    yield _row([*HEADER, *(f"{peer.name} ({peer.formula})" for peer in PEERS)])
    yield _row(["---", *["---:"] * (len(HEADER) - 1 + len(PEERS))])
    for course in COURSES:
        for scenario in course.scenarios:
            if scenario.name in measured:
                yield _row(_cells(course, scenario, measured[scenario.name]))


def _cells(course: Course, scenario: Scenario, found: Mapping[str, Any]) -> list[str]:
    return [
        scenario.name,
        f"{found['requests']:,}",
        f"{scenario.most + found['fields_created']:,}",
        f"{found['fields_created']}",
        f"{found['seconds']:.2f}",
        f"{found['floor_seconds']:.2f}",
        f"{found['seconds'] / found['floor_seconds']:.1f}",
        f"{found['cpu_seconds']:.2f}",
        f"{found['floor_cpu_seconds']:.2f}",
        f"{found['cpu_seconds'] / found['floor_cpu_seconds']:.1f}",
        f"{found['wall_seconds']:.2f}",
        f"{found['peak_mb']:.0f}",
        *(
            requests_of(peer, scenario.change, members=course.members, touched=scenario.touched)
            for peer in PEERS
        ),
    ]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
