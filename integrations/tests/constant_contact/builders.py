"""A client against canned answers: nothing here sleeps or leaves the machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.constant_contact.budget import Purpose
from integrations.constant_contact.client import Client
from integrations.constant_contact.errors import QuotaExceeded

API = "https://api.cc.email/v3"
ID = "04fe9a97-a579-43c5-bb1a-58ed29bf0a6a"
OTHER_ID = "1618ae62-4752-11e9-9c8a-fa163e6b01c1"
SECRET = "ey-very-secret-access-token"


@dataclass
class Tokens:
    """Gives `current`, and `after_refresh` once the current one was refused."""

    current: str = SECRET
    after_refresh: str = "ey-refreshed"
    refreshes: int = 0

    def token(self) -> str:
        return self.current

    def refreshed(self, *, after: str) -> str:
        self.refreshes += 1
        self.current = self.after_refresh
        return self.current


@dataclass
class CountingBudget:
    left: int = 1_000
    taken: list[Purpose] = field(default_factory=list)
    told_exhausted: bool = False

    def take(self, purpose: Purpose) -> None:
        if len(self.taken) >= self.left:
            raise QuotaExceeded("no requests left")
        self.taken.append(purpose)

    def exhausted(self) -> None:
        self.told_exhausted = True


@dataclass
class Waited:
    """Stands in for sleeping and remembers the seconds."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def make_client(**options: Any) -> Client:
    return Client(
        options.pop("api_url", API),
        options.pop("tokens", None) or Tokens(),
        options.pop("budget", None) or CountingBudget(),
        sleep=options.pop("sleep", None) or Waited(),
        **options,
    )


def contact_json(**changes: Any) -> dict[str, Any]:
    """A contact as Constant Contact shows it (SW ContactResource)."""
    return {
        "contact_id": ID,
        "email_address": {
            "address": "ada@example.org",
            "permission_to_send": "implicit",
            "created_at": "2026-01-02T03:04:05Z",
            "updated_at": "2026-01-02T03:04:05Z",
            "opt_in_source": "Account",
            "confirm_status": "off",
        },
        "first_name": "Ada",
        "last_name": "Lovelace",
        "job_title": "Countess",
        "company_name": "Analytical Engines",
        "birthday_month": 12,
        "birthday_day": 10,
        "anniversary": "2006-11-15",
        "update_source": "Account",
        "create_source": "Account",
        "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:05Z",
        "custom_fields": [
            {"custom_field_id": "ours", "value": "Regular"},
            {"custom_field_id": "theirs", "value": "Tesla S 2017"},
            {"custom_field_id": "choices", "choice_ids": ["000001"]},
        ],
        "list_memberships": ["list-1", "list-2"],
        "taggings": ["tag-1"],
        **changes,
    }


def activity_json(**changes: Any) -> dict[str, Any]:
    """A job as Constant Contact shows it (SW Activity)."""
    return {
        "activity_id": ID,
        "state": "initialized",
        "created_at": "2026-01-23T13:48:44.108Z",
        "updated_at": "2026-01-23T13:48:44.108Z",
        "percent_done": 1,
        "activity_errors": [],
        "_links": {"self": {"href": f"/v3/activities/{ID}"}},
        **changes,
    }
