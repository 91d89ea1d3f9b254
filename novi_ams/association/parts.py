"""What some components are given: the lines of a menu and the chips of a filter."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MenuItem:
    """A link; `dialog` loads it into a dialog, `post` sends a form. Pass `csrf_token` to a menu with one."""

    label: str
    url: str
    icon: str
    danger: bool = False
    dialog: bool = False
    post: bool = False


@dataclass(frozen=True)
class Chip:
    """A filter as a link, with how many it would show; `removes` draws the cross of a filter in force."""

    label: str
    url: str
    count: int | None = None
    chosen: bool = False
    removes: bool = False
    icon: str = ""
    tone: str = ""
