"""Changing the association's own settings."""

from django.db import transaction

from novi_ams.association.models import Association
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

LABELS = {
    "name": "Name",
    "time_zone": "Time zone",
    "digest_recipients": "Daily Digest Email Recipient(s)",
    "audit_retention_days": "Keep the Audit Log for (days)",
}


@transaction.atomic
def change_settings(
    *,
    name: str,
    time_zone: str,
    digest_recipients: str,
    audit_retention_days: int | None,
    actor: Actor | None = None,
) -> list[str]:
    """Save the settings with their audit entries; returns the labels of those that changed.

    Without `audit_retention_days` the log is kept for ever.
    """
    association = Association.current()
    wanted: dict[str, str | int | None] = {
        "name": name,
        "time_zone": time_zone,
        "digest_recipients": digest_recipients,
        "audit_retention_days": audit_retention_days,
    }
    changes = {
        LABELS[key]: (getattr(association, key), value)
        for key, value in wanted.items()
        if getattr(association, key) != value
    }
    if not changes:
        return []
    for key, value in wanted.items():
        setattr(association, key, value)
    # Only these: a worker may be noting at this moment that today's digest is done.
    association.save(update_fields=list(wanted))
    record(
        Component.SETTING,
        item_id="association",
        item_name="Association Settings",
        action="changed",
        changes=changes,
        actor=actor,
    )
    return list(changes)
