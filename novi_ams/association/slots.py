"""Places that a lower room leaves open for an upper one to fill, so that no lower room names an upper one.

A room declares its slots as module-level `Slot` objects; upper rooms register into them in
`AppConfig.ready()`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar

from django.http import HttpRequest

P = ParamSpec("P")
R = TypeVar("R")


class Slot(Generic[P, R]):
    """An ordered set of functions; `collect` calls each and leaves out those that answer None."""

    def __init__(self) -> None:
        self._fillers: list[tuple[int, Callable[P, R | None]]] = []

    def register(self, filler: Callable[P, R | None], *, order: int = 100) -> None:
        self._fillers.append((order, filler))
        self._fillers.sort(key=lambda pair: pair[0])

    def collect(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        found = (filler(*args, **kwargs) for _, filler in self._fillers)
        return [one for one in found if one is not None]


@dataclass(frozen=True)
class Panel:
    """A piece of a page: a template and what it is rendered with. `{% panel p %}` renders it."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NavItem:
    """One line of the side bar under `section` (blank for none), or of the gear menu."""

    section: str
    label: str
    url: str
    icon: str
    permission: str = ""


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    key: str
    count: int | None = None


@dataclass(frozen=True)
class Attention:
    """Something on Home or in the Daily Digest that waits for a person."""

    icon: str
    tone: str
    title: str
    detail: str
    action: str
    url: str


navigation: Slot[[HttpRequest], list[NavItem]] = Slot()
gear_menu: Slot[[HttpRequest], list[NavItem]] = Slot()
settings_tabs: Slot[[HttpRequest], Tab] = Slot()
banners: Slot[[HttpRequest], Panel] = Slot()
side_foot: Slot[[HttpRequest], Panel] = Slot()
attention: Slot[[HttpRequest], list[Attention]] = Slot()
digest_items: Slot[[], list[Attention]] = Slot()
"""The Daily Digest; filled without a request, inside the association's time zone. Addresses begin with a slash."""
home_main: Slot[[HttpRequest], Panel] = Slot()
home_side: Slot[[HttpRequest], Panel] = Slot()
