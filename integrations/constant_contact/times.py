"""Constant Contact's timestamps."""

from __future__ import annotations

from datetime import UTC, datetime


def parse_time(text: str | None) -> datetime | None:
    """An aware datetime from any form in use: with Z or offset, with or without fraction, or a bare date."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def format_time(moment: datetime) -> str:
    """As the filters of collections want it, e.g. 2026-01-31T08:00:00.000Z (SW getContacts.updated_after)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
