"""Icons as inline SVG: the product's own for statuses, Lucide's for everything else."""

from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

OWN_ICONS = Path(__file__).resolve().parents[2] / "templates" / "components" / "icons"
# Lucide draws on 24 units with a stroke of 2; at 16 px that would be heavier than our own icons.
LUCIDE_STROKE = "1.75"


@cache
def draw_icon(name: str, *, size: int = 16, tone: str = "") -> SafeString:
    """The SVG of `name`, `size` pixels wide, hidden from screen readers: a word always stands beside it.

    Raises lucide.IconDoesNotExist for a name that neither set knows.
    """
    css_class = f"tone-{tone}" if tone else ""
    own = OWN_ICONS / f"{name}.svg"
    if own.exists():
        return _draw_own(own.read_text().strip(), size=size, css_class=css_class)
    extra = {"class": css_class} if css_class else {}
    drawn: str = lucide(name, size=size, stroke_width=LUCIDE_STROKE, aria_hidden="true", **extra)
    return mark_safe(" ".join(drawn.split()))  # noqa: S308 - a package's own file


def _draw_own(svg: str, *, size: int, css_class: str) -> SafeString:
    if css_class and 'class="spinner"' not in svg:
        svg = svg.replace("<svg", f'<svg class="{css_class}"', 1)
    return mark_safe(  # noqa: S308 - our own file
        svg.replace("<svg", f'<svg width="{size}" height="{size}" aria-hidden="true"', 1)
    )
