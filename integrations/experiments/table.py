"""What was found, as a table for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from integrations.constant_contact.account import Account
from integrations.experiments.findings import Answer, Verdict
from integrations.experiments.questions import NOT_ASKED
from integrations.experiments.running import Report

WIDTHS = (12, 38, 44, 36)
"""Characters of the columns: verdict, question, finding, switch."""

HEADER = ("", "QUESTION", "FINDING", "SWITCH")


def lines(report: Report) -> Iterator[str]:
    """The table, what could not be asked, the switches to set, and what it took."""
    yield from _row(HEADER)
    yield from _row(tuple("-" * width for width in WIDTHS))
    for answer in report.answers:
        yield from _row((answer.verdict, answer.asks, answer.saw, _switch(answer)))
    yield ""
    yield "NOT ASKED"
    for name, why in NOT_ASKED.items():
        yield from _indented(f"{name}: {why}")
    yield ""
    yield from _switches_to_set(report)
    yield ""
    yield from _end(report)


def _row(cells: tuple[str, ...]) -> Iterator[str]:
    wrapped = [wrap(cell, width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        yield "  ".join(f"{part:<{width}}" for part, width in zip(parts, WIDTHS, strict=True)).rstrip()


def _indented(text: str) -> list[str]:
    return wrap(text, sum(WIDTHS), initial_indent="  ", subsequent_indent="      ")


def _switch(answer: Answer) -> str:
    if not answer.switch:
        return "-"
    if answer.verdict is Verdict.OPEN:
        return answer.switch
    return f"{answer.switch} = {'?' if answer.value is None else written(answer.value)}"


def written(value: object) -> str:
    """A switch's value as the sandbox's page and `SandboxServer.set` take it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def switches_to_set(report: Report) -> Mapping[str, object]:
    """The switches that make a sandbox behave like this account, by name: those found different."""
    return {
        each.switch: each.value
        for each in report.answers
        if each.switch and each.verdict is Verdict.DIFFERENT and each.value is not None
    }


def _switches_to_set(report: Report) -> Iterator[str]:
    switches = switches_to_set(report)
    if switches:
        yield "To make the sandbox behave like this account, set:"
        yield from (f"  {name} = {written(value)}" for name, value in switches.items())
    else:
        yield "The sandbox behaves like this account as it is; no switch has to be set."
    unknown = [each for each in report.answers if each.verdict is Verdict.DIFFERENT and each.value is None]
    if unknown:
        yield "Different in a way for which there is no switch; the sync should be looked at for these:"
        for each in unknown:
            yield from _indented(f"{each.asks}: {each.saw}")


def _end(report: Report) -> Iterator[str]:
    asked = [each for each in report.answers if each.verdict is not Verdict.OPEN]
    different = sum(each.verdict is Verdict.DIFFERENT for each in asked)
    yield (
        f"{len(asked)} questions answered, {different} not as assumed, {len(report.answers) - len(asked)} open. "
        f"{report.requests} requests used."
    )
    if report.left_behind:
        yield "COULD NOT BE DELETED, please delete it in Constant Contact:"
        yield from (f"  {each}" for each in report.left_behind)
    else:
        yield "Everything that was made is deleted."


def as_json(report: Report, account: Account) -> dict[str, Any]:
    """The same for machines."""
    return {
        "account": {"id": account.account_id, "name": account.name},
        "answers": [_answer(each) for each in report.answers],
        "not_asked": dict(NOT_ASKED),
        "set": dict(switches_to_set(report)),
        "requests": report.requests,
        "left_behind": list(report.left_behind),
        "stopped": report.stopped,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "topic": answer.topic,
        "question": answer.asks,
        "verdict": answer.verdict,
        "finding": answer.saw,
        "switch": answer.switch or None,
        "value": answer.value,
        "assumed": answer.assumed,
    }
