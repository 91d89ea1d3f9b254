"""Pages of a collection: limits, cursors and `_links`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.choices import LastPage
from integrations.sandbox.errors import invalid
from integrations.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of which question: the arguments as first asked, and the last row already shown."""

    asked: dict[str, str]
    after: int


def read_page(arguments: Mapping[str, str]) -> Page:
    """A cursor holds the whole question, so it must come alone."""
    if "cursor" not in arguments:
        return Page(dict(arguments), 0)
    if len(arguments) > 1:
        raise invalid("cursor cannot be combined with other query parameters")
    try:
        asked, after = json.loads(base64.urlsafe_b64decode(arguments["cursor"]))
        return Page(dict(asked), int(after))
    except (ValueError, TypeError) as error:
        raise invalid("cursor does not have a valid value") from error


def next_link(path: str, page: Page, after: int) -> dict[str, Any]:
    text = json.dumps([page.asked, after], separators=(",", ":"))
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    return {"_links": {"next": {"href": f"/v3/{path}?cursor={cursor}"}}}


def last_link(store: Store) -> dict[str, Any]:
    return {"_links": None} if store.switches.last_page_links is LastPage.NULL else {}


def read_limit(asked: Mapping[str, str], *, highest: int) -> int:
    text = asked.get("limit", "50")
    if not text.isdecimal() or not 1 <= int(text) <= highest:
        raise invalid(f"limit must be between 1 and {highest}")
    return int(text)
