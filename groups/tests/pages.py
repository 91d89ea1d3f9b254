"""What the page tests have in common: a signed-in client, and the form of a group as a browser sends it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from novi_ams.tests.people import association_admin, client_of

OHIO_FORM: dict[str, Any] = {
    "name": "Ohio",
    "basis": "conditions",
    "match.root": "all",
    "item": ["row:r1:root"],
    "field.r1": "billing_state",
    "operator.r1": "is",
    "value.r1": "Ohio",
    "do": "save",
}


def form(**changes: Any) -> dict[str, Any]:
    """The form with “Billing State is Ohio”; `r1__value="Texas"` stands for `value.r1`."""
    renamed = {".".join(reversed(key.split("__"))): value for key, value in changes.items()}
    return {**OHIO_FORM, **renamed}


def by_hand(**changes: Any) -> dict[str, Any]:
    """The form of a group of picked records."""
    return {"name": "Board", "basis": "records", "do": "save", **changes}


def signed_in() -> Client:
    return client_of(association_admin())


def warmed_up() -> Client:
    """A client whose first page, which reads and makes more than later ones, is behind it."""
    client = signed_in()
    client.get("/")
    return client


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def text_of(answer: Any) -> str:
    """The page's words, without tags, in one line."""
    parser = _Words()
    parser.feed(answer.content.decode())
    return " ".join("".join(parser.said).split())
