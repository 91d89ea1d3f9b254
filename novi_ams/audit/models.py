"""The audit log's one table: append-only."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnlyError(TypeError):
    """Somebody tried to rewrite history."""


class Component(models.TextChoices):
    """What kind of thing was changed; the first column of the Audit Log."""

    MEMBER = "member", "Member"
    GROUP = "group", "Group"
    CUSTOM_FIELD = "custom_field", "Custom field"
    MEMBER_TYPE = "member_type", "Member type"
    SETTING = "setting", "Setting"
    CONNECTION = "connection", "Connection"
    SYNC_FIELD = "sync_field", "Sync field"
    LIST = "list", "Constant Contact list"
    IMPORT = "import", "Import"
    BULK = "bulk", "Bulk action"
    USER = "user", "Admin user"
    SIGN_IN = "sign_in", "Sign-in"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit log cannot be edited.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit log cannot be edited.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("The audit log cannot be deleted from.")


class AuditEntry(models.Model):
    """One field of one thing that changed, or one thing that happened (then `field` is blank).

    Names are copied, so that an entry still reads well when the person and the thing are gone; `actor` may then lead
    nowhere, because removing a person does not touch the log.
    """

    at = models.DateTimeField(db_index=True)
    batch = models.UUIDField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=255)
    component = models.CharField(max_length=20, choices=Component)
    item_id = models.CharField(max_length=64, blank=True)
    item_name = models.CharField(max_length=255)
    action = models.CharField(max_length=100)
    field = models.CharField(max_length=255, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["component", "item_id", "-at"]),
            models.Index(fields=["actor", "-at"]),
        ]
        verbose_name_plural = "audit entries"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("The audit log cannot be edited.")
        # An entry made up with the id of another one must not replace it.
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The audit log cannot be deleted from.")
