"""Template tags of the shell; `docs/look.md` shows each in use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from novi_ams.association import wording
from novi_ams.association.icons import draw_icon
from novi_ams.association.looks import NOTE_ICONS, Tone
from novi_ams.association.slots import Panel

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16, tone: str = "") -> SafeString:
    return draw_icon(str(name), size=int(size), tone=str(tone))


@register.simple_tag
def note_icon(tone: str = "") -> SafeString:
    return draw_icon(NOTE_ICONS[Tone(tone or Tone.NEUTRAL)])


@register.simple_tag(takes_context=True)
def panel(context: template.Context, piece: Panel) -> SafeString:
    """A slot's panel, rendered with its own context and the current request."""
    return render_to_string(piece.template, dict(piece.context), request=context.get("request"))


@register.simple_tag
def when(moment: datetime | None, none: str = "–") -> str | SafeString:
    """A moment in relative words, absolute on hover; `none` for no moment."""
    if moment is None:
        return none
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        wording.long_moment(moment),
        wording.relative(moment),
    )


@register.simple_tag
def number(value: float | None, href: str = "", none: str = "–") -> str | SafeString:
    """A count with thousands separators, a link to its rows where `href` is given; zero is never a link."""
    if value is None:
        return none
    words = f"{value:,}"
    return format_html('<a href="{}">{}</a>', href, words) if href and value else words


@register.simple_tag
def counted(value: int, one: str, many: str = "") -> str:
    """“1 person”, “1,204 people”."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


@register.filter
def initials(name: object) -> str:
    return wording.initials(str(name))


@register.filter
def span(gap: timedelta) -> str:
    return wording.span(gap)


@register.simple_tag
def diff(before: str, after: str) -> SafeString:
    """Two grid cells, before and after; only what changed is tinted."""
    old, new = wording.changed_parts(before, after)
    return format_html("<span>{}</span><span>{}</span>", _tinted(old, "del"), _tinted(new, "ins"))


def _tinted(parts: list[tuple[str, bool]], tag: str) -> SafeString:
    if parts == [("", True)] or parts == [("", False)]:
        return mark_safe('<span class="faint">blank</span>')
    whole = ' class="whole"' if len(parts) == 1 else ""
    changed = f"<{tag}{whole}>{{}}</{tag}>"
    pieces = (format_html(changed, text) if is_new else text for text, is_new in parts)
    return format_html_join("; ", "{}", ((piece,) for piece in pieces))


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, page: int, param: str = "page") -> str:
    """The current address with another page number, filters kept."""
    request: HttpRequest = context.request  # type: ignore[attr-defined]
    query = request.GET.copy()
    query[param] = str(page)
    return f"?{query.urlencode()}"


def _messages(context: template.Context) -> list[Any]:
    """The request's messages, read once and shared by notes and toasts."""
    request = context.get("request")
    if request is None or not hasattr(request, "_messages"):
        return []
    if not hasattr(request, "read_messages"):
        request.read_messages = list(messages.get_messages(request))
    return list(request.read_messages)


@register.simple_tag(takes_context=True)
def page_notes(context: template.Context) -> SafeString:
    """Warnings and errors: they stay in the page."""
    found = [message for message in _messages(context) if message.level >= messages.WARNING]
    return _rendered("components/note.html", ({"text": one, "tone": _note_tone(one.level)} for one in found))


@register.simple_tag(takes_context=True)
def page_toasts(context: template.Context) -> SafeString:
    """What worked: said once and gone after six seconds."""
    found = [message for message in _messages(context) if message.level < messages.WARNING]
    return _rendered("components/toast.html", ({"text": one} for one in found))


def _note_tone(level: int) -> Tone:
    return Tone.BAD if level >= messages.ERROR else Tone.WAIT


def _rendered(name: str, contexts: Any) -> SafeString:
    return format_html_join("", "{}", ((render_to_string(name, one),) for one in contexts))
