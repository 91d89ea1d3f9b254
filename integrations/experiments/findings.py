"""What an experiment answers, and how that compares with what the product assumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from integrations.experiments.laboratory import Laboratory
from integrations.sandbox.switches import Switches, Topic

QUICK_SECONDS = 5.0
"""A delay of up to so many seconds makes no difference to a sync, which looks again after longer pauses."""


@dataclass(frozen=True)
class Finding:
    """What was seen, in words, and the value its switch has then.

    `value` is None where the sandbox has no value for it. Without a switch it says whether the product's
    assumption holds.
    """

    saw: str
    value: object = None


@dataclass(frozen=True)
class Question:
    """`switch` is the sandbox's, blank where it has none. `needs_many_lists`: asked only when that is allowed."""

    topic: Topic
    asks: str
    experiment: Callable[[Laboratory], Finding]
    switch: str = ""
    needs_many_lists: bool = False


class Verdict(StrEnum):
    AS_ASSUMED = "as assumed"
    DIFFERENT = "different"
    OPEN = "open"


@dataclass(frozen=True)
class Answer:
    """A question with what was found; `value` and `assumed` are written as the sandbox takes them."""

    topic: Topic
    asks: str
    verdict: Verdict
    saw: str
    switch: str = ""
    value: object = None
    assumed: object = None


def judged(question: Question, finding: Finding) -> Answer:
    """Compare a finding with the default of its switch, which is what the product assumes."""
    assumed = getattr(Switches(), question.switch) if question.switch else True
    return Answer(
        topic=question.topic,
        asks=question.asks,
        verdict=Verdict.AS_ASSUMED if _agrees(finding.value, assumed) else Verdict.DIFFERENT,
        saw=finding.saw,
        switch=question.switch,
        value=finding.value if question.switch else None,
        assumed=assumed if question.switch else None,
    )


def open_question(question: Question, why: str) -> Answer:
    """A question that got no answer this time."""
    return Answer(question.topic, question.asks, Verdict.OPEN, why, question.switch)


def _agrees(value: object, assumed: object) -> bool:
    if isinstance(assumed, float) and isinstance(value, float):
        return abs(value - assumed) <= QUICK_SECONDS
    return value == assumed
