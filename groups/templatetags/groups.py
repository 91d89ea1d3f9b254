"""Words of the groups' pages."""

from django import template
from django.utils.text import capfirst

from groups.conditions.describing import describe_condition
from groups.conditions.tree import Condition

register = template.Library()


@register.filter
def in_words(condition: Condition) -> str:
    """“Member Status is Current or Grace”."""
    return capfirst(str(describe_condition(condition)))
