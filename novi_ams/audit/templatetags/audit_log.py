"""Words of the audit log."""

from datetime import date, datetime

from django import template
from django.utils import dateformat, timezone

register = template.Library()


@register.simple_tag
def day_heading(day: date) -> str:
    """“Today”, “Yesterday”, “Monday, November 16”, with the year when it is not this one."""
    today = timezone.localdate()
    near = {0: "Today", 1: "Yesterday"}.get((today - day).days)
    return near or dateformat.format(day, "l, F j" if day.year == today.year else "l, F j, Y")


@register.simple_tag
def clock(moment: datetime) -> str:
    """“9:42 AM” in the active time zone."""
    return dateformat.format(timezone.localtime(moment), "g:i A")
