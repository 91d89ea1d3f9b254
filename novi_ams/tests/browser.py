"""What is asserted of every page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Dialog, Page, Route, ViewportSize

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}

NUMBER_FOR_PEOPLE = re.compile(
    r'\s(?:value|href|src|action|name|id|for|form|min|max|hx-[a-z]+|data-[a-z-]+)="[^"]*?\b\d{1,3},\d{3}\b[^"]*"'
)
"""An attribute that a browser sends or looks up, and in which a number was written as people read it."""

SETTLED = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished))"""

SLOW = """(pause) => {
    const { send, abort } = XMLHttpRequest.prototype;
    const unsent = new Map();
    XMLHttpRequest.prototype.send = function (...body) {
        const go = () => unsent.delete(this) && send.apply(this, body);
        unsent.set(this, setTimeout(go, pause));
    };
    XMLHttpRequest.prototype.abort = function () {
        clearTimeout(unsent.get(this));
        if (unsent.delete(this)) this.dispatchEvent(new ProgressEvent("abort"));
        else abort.call(this);
    };
}"""
"""Every request that a page makes by itself waits, in milliseconds, before it is sent."""

LATE_SCRIPTS = re.compile(r"/(shell|htmx-2\.min|groups-[a-z]+|bulk)[.\w]*\.js$")
"""What is not there before anything can be pressed; what a module imports follows upon it."""

_violations: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()
_errors: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


def watch(page: Page) -> None:
    """Keep what the browser complains about on this page, over all addresses that it visits."""
    violations = _violations.setdefault(page, [])
    errors = _errors.setdefault(page, [])

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            violations.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: errors.append(str(error)))


def questions_of(page: Page) -> list[str]:
    """The questions that the browser asks from now on, as they come; each is answered by staying."""
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return questions


def answer_late(page: Page, *, pause: int = 700) -> None:
    """Let the page that is shown now hear from the server only after a pause, in milliseconds, as on a poor line."""
    page.evaluate(SLOW, pause)


@contextmanager
def scripts_late(page: Page) -> Iterator[None]:
    """The page that is opened in the body gets its scripts when the body is done, as on a poor line."""
    held: list[Route] = []
    page.route(LATE_SCRIPTS, lambda script: held.append(script))
    yield
    for script in held:
        script.continue_()
    page.unroute(LATE_SCRIPTS)


def assert_no_csp_violations(page: Page) -> None:
    assert _violations[page] == []


def assert_no_script_errors(page: Page) -> None:
    assert _errors[page] == []


def assert_numbers_for_machines(html: str) -> None:
    """No address, no id and no value of a form has a comma in its number: "1,234" is no record."""
    assert NUMBER_FOR_PEOPLE.findall(html) == []


def assert_accessible(page: Page, *, within: str = "html") -> None:
    """axe finds nothing, in light and in dark. Evaluated, not injected: the policy of scripts stays on."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Colors that are still on their way from one scheme to the other have no contrast to speak of.
        page.evaluate(SETTLED)
        found = _axe(page, within)
        assert not found, "\n".join([f"{page.url} in {scheme}:", *found])
    assert_numbers_for_machines(page.content())


def _axe(page: Page, within: str) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    found: dict[str, Any] = page.evaluate(
        "([within, options]) => axe.run(within, options)", [within, options]
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert sizes[0] <= sizes[1], f"{sizes[0]} px of content in a window of {sizes[1]} px"
