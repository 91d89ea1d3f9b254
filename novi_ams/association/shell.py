"""What every page of the signed-in product is framed with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from novi_ams.association import slots
from novi_ams.association.models import Association
from novi_ams.association.slots import NavItem

_KEPT = "novi_ams_shell"


@dataclass
class NavSection:
    label: str
    items: list[NavItem] = field(default_factory=list)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The side bar, banners and association name; nothing before sign-in or for a fragment.

    Put together once a request: every cell that a room above renders asks for it again.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    kept: dict[str, Any] | None = getattr(request, _KEPT, None)
    if kept is None:
        kept = _frame(request)
        setattr(request, _KEPT, kept)
    return kept


def _frame(request: HttpRequest) -> dict[str, Any]:
    items = [item for item in _collected(slots.navigation, request) if _may(request, item)]
    return {
        "association": getattr(request, "association", None) or Association.current(),
        "navigation": sections_of(items),
        "current_nav": current_item(items, request.path),
        "gear_menu": [item for item in _collected(slots.gear_menu, request) if _may(request, item)],
        "help_url": url_or_none("help"),
        "banners": slots.banners.collect(request),
        "side_foot": slots.side_foot.collect(request),
    }


def _collected(slot: slots.Slot[[HttpRequest], list[NavItem]], request: HttpRequest) -> list[NavItem]:
    return [item for group in slot.collect(request) for item in group]


def _may(request: HttpRequest, item: NavItem) -> bool:
    return not item.permission or request.user.has_perm(item.permission)


def sections_of(items: Iterable[NavItem]) -> list[NavSection]:
    """Items under their sections, both in the order in which they first appear."""
    sections: dict[str, NavSection] = {}
    for item in items:
        sections.setdefault(item.section, NavSection(item.section)).items.append(item)
    return list(sections.values())


def current_item(items: Iterable[NavItem], path: str) -> str:
    """The address of the item whose page this is, or that this page lies under; the longest match wins."""
    above = (item.url for item in items if item.url != "/" and path.startswith(item.url))
    return path if path == "/" else max(above, key=len, default="")


def url_or_none(name: str) -> str | None:
    """The address called `name`, or None while no room offers it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
