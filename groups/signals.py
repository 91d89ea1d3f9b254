"""What the room above is told about groups; always inside the transaction of the change."""

from django.dispatch import Signal

membership_changed = Signal()
"""`places: Mapping[int, Iterable[int]]`: {group id: ids of members that joined or left}, all groups of one change at
once, and read when they are iterated; `background: bool`: no person confirmed this effect (import, bulk edit,
midnight)."""

membership_rebuilt = Signal()
"""All of the group was recalculated: `group_id: int`. Sent after `membership_changed`."""

group_deleting = Signal()
"""Sent before the group's row goes: `group: Group`, `actor: Actor`."""
