"""Work on many records that goes on in the background. It stands in rows, so that after a crash any worker
carries on where the last committed chunk ended; a person sees how far it is and can stop it.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from novi_ams.audit.actor import Actor

REF_LENGTH = 50
"""An Import ID has at most so many characters."""


class Stage(models.TextChoices):
    UPLOADING = "uploading", "Uploading"
    PREPARING = "preparing", "Not started"
    CHECKING = "checking", "Being checked"
    READY = "ready", "Checked, not imported"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


AT_WORK = frozenset({Stage.CHECKING, Stage.RUNNING})
"""A worker has something to do."""
ENDED = frozenset({Stage.DONE, Stage.CANCELLED, Stage.FAILED})


class Job(models.Model):
    """`attempts` counts how often a worker began without finishing a chunk: what kills workers must end.

    `batch` ties together in the audit log what several runs of one job did.
    """

    state = models.CharField(max_length=10, choices=Stage, default=Stage.PREPARING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    batch = models.UUIDField(default=uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_name, self.user_id)

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


class MatchBy(models.TextChoices):
    EITHER = "either", "Import ID, then email"
    IMPORT_ID = "import_id", "Import ID only"
    EMAIL = "email", "Email only"


class Import(Job):
    """An uploaded file. `headers` are its columns; `mapping` has for each the key of the field it goes to,
    blank for none. `newest_member` is the newest record that the check has seen.
    """

    name = models.CharField(max_length=255)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    headers: Any = models.JSONField(default=list)
    mapping: Any = models.JSONField(default=list)
    match_by = models.CharField(max_length=10, choices=MatchBy, default=MatchBy.EITHER)
    clears_blanks = models.BooleanField(default=False)
    newest_member = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return self.name


class RowOutcome(models.TextChoices):
    UNKNOWN = "", "Not checked"
    UPDATE = "update", "Update"
    CREATE = "create", "Create"
    UNCHANGED = "unchanged", "Unchanged"
    ERROR = "error", "Left out"


class ImportRow(models.Model):
    """A row of the file, from line `line`, with `cells` as they stand there.

    `outcome` is what the check foresees, and in the end what became of it. `details`: (field, before, after) of
    an update, (column, value, reason) of an error. `waiting`: still to do in the current pass. `import_ref` and
    `parent_ref` are the Import IDs of record and parent; `level` is 0 for who needs nobody else of the file, 1
    for who stands below one of those, and so on (-1: unknown yet). `identity` is equal for rows about one record.
    """

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    cells: Any = models.JSONField()
    outcome = models.CharField(max_length=10, choices=RowOutcome, default=RowOutcome.UNKNOWN, blank=True)
    details: Any = models.JSONField(default=list)
    member_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    waiting = models.BooleanField(default=True)
    import_ref = models.CharField(max_length=REF_LENGTH, blank=True)
    parent_ref = models.CharField(max_length=REF_LENGTH, blank=True)
    level = models.SmallIntegerField(null=True)
    identity = models.CharField(max_length=600, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["job", "waiting", "level", "line"]),
            models.Index(fields=["job", "outcome", "line"]),
            models.Index(fields=["job", "line"]),
            models.Index(fields=["job", "import_ref"]),
            models.Index(fields=["job", "identity"]),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"


class RememberedColumn(models.Model):
    """To which field a column of this name (folded) went the last time; blank: to none."""

    name = models.CharField(max_length=255, unique=True)
    target = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.name


class BulkAction(Job):
    """Something done to records that a person selected. `verb` is its key, `options` what the person chose;
    `query` is the list, filtered, from which they were selected."""

    verb = models.CharField(max_length=50)
    options: Any = models.JSONField(default=dict)
    words = models.CharField(max_length=500, blank=True)
    query = models.TextField(blank=True)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return self.words or self.verb


class BulkRow(models.Model):
    """A selected record; `reason` says why it was left out. No foreign key: the record may be gone."""

    job = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="rows")
    member_id = models.BigIntegerField()
    waiting = models.BooleanField(default=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["job", "waiting", "member_id"])]
        constraints = [models.UniqueConstraint(fields=["job", "member_id"], name="selected_once")]

    def __str__(self) -> str:
        return f"record {self.member_id}"
