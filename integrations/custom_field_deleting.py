"""A custom field that is deleted stops syncing; its field in Constant Contact keeps its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from integrations.models import SyncField
from integrations.sync.marks import mark_every_contact
from integrations.tasks import wake
from members.signals import custom_field_changed
from members.slots import FieldUse
from novi_ams.audit.models import Component
from novi_ams.audit.record import record


def stop_syncing(*, key: str, deleted: bool, **_: Any) -> None:
    row = SyncField.objects.filter(source_key=key, position__isnull=False).first() if deleted else None
    if row is None:
        return
    record(
        Component.SYNC_FIELD,
        item_id=row.source_key,
        item_name=row.label,
        action="removed",
        after="its custom field was deleted; it stays in Constant Contact with its values",
    )
    row.delete()
    mark_every_contact()
    wake("a custom field that synced was deleted")


def field_uses(keys: Sequence[str]) -> Mapping[str, Sequence[FieldUse]]:
    """The custom fields that sync, for the page that deletes them."""
    use = FieldUse(
        "Fields that sync to Constant Contact",
        reverse("integrations:settings"),
        "It stops syncing. Constant Contact keeps the field and its values.",
    )
    found = SyncField.objects.filter(source_key__in=keys, position__isnull=False)
    return {key: [use] for key in found.values_list("source_key", flat=True)}


def connect_receivers() -> None:
    custom_field_changed.connect(stop_syncing, dispatch_uid="integrations.stop_syncing_deleted_field")
