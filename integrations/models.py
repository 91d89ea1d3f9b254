"""What Constant Contact should hold (desired), what it was seen to hold (observed), and what is under way."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from groups.models import Group
from integrations.api_usage import ApiPace, ApiUsage  # noqa: F401 - Django looks for tables here
from integrations.encryption import EncryptedTextField
from members.models import Member
from novi_ams.audit.actor import SYSTEM, Actor


class ConnectionState(models.TextChoices):
    NOT_CONNECTED = "not_connected", "Not connected"
    CONNECTED = "connected", "Connected"
    RECONNECT_NEEDED = "reconnect_needed", "Reconnect needed"


class ConstantContactConnection(models.Model):
    """The one connection. Every remote id elsewhere is scoped by `account_id`."""

    state = models.CharField(max_length=20, choices=ConnectionState, default=ConnectionState.NOT_CONNECTED)
    account_id = models.CharField(max_length=64, blank=True)
    account_name = models.CharField(max_length=255, blank=True)
    site_url = models.CharField(max_length=255, blank=True)
    client_id = models.CharField(max_length=100, blank=True)
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    token_generation = models.PositiveIntegerField(default=0)
    refresh_holder = models.CharField(max_length=36, blank=True)
    refresh_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    scopes = models.CharField(max_length=255, blank=True)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    connected_by_name = models.CharField(max_length=255, blank=True)
    connected_at = models.DateTimeField(null=True)
    last_validated_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    paused = models.BooleanField(default=False)
    parked_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        permissions = [("manage_connection", "Can connect and disconnect Constant Contact")]

    def __str__(self) -> str:
        return f"Constant Contact: {self.get_state_display()}"

    @classmethod
    def current(cls) -> ConstantContactConnection:
        """The connection, made unconnected at first use."""
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def is_connected(self) -> bool:
        return self.state == ConnectionState.CONNECTED


class Observation(models.Model):
    """How far an account has been read, in Constant Contact's own clock where a watermark goes back to it."""

    account_id = models.CharField(max_length=64, primary_key=True)
    lists_read_at = models.DateTimeField(null=True)
    opt_outs_after = models.DateTimeField(null=True)
    opt_outs_read_at = models.DateTimeField(null=True)
    updated_after = models.DateTimeField(null=True)
    unsubscribed_read_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"observation of {self.account_id}"


class RemoteFieldState(models.TextChoices):
    WANTED = "wanted", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    DELETING = "deleting", "Being deleted"


class SyncField(models.Model):
    """A field that staff chose to sync, and the Constant Contact custom field that carries it.

    `position` is null for a field that was removed here and is still to be deleted there.
    """

    account_id = models.CharField(max_length=64, blank=True)
    source_key = models.CharField(max_length=100)
    label = models.CharField(max_length=50)
    is_date = models.BooleanField(default=False)
    position = models.PositiveIntegerField(null=True)
    remote_id = models.CharField(max_length=36, blank=True)
    remote_name = models.CharField(max_length=50, blank=True)
    remote_label = models.CharField(max_length=50, blank=True)
    adopt = models.BooleanField(default=False)
    we_created = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=RemoteFieldState, default=RemoteFieldState.WANTED)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position", "id"]
        permissions = [("manage_sync_fields", "Can choose the fields that sync")]
        constraints = [
            models.UniqueConstraint(
                fields=["source_key"], condition=Q(position__isnull=False), name="sync_field_once"
            )
        ]

    def __str__(self) -> str:
        return self.label


class ListState(models.TextChoices):
    WANTED = "wanted", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    GONE = "gone", "Deleted in Constant Contact"
    DELETING = "deleting", "Being deleted"


class SyncedList(models.Model):
    """A group's list. It outlives the group until the list is deleted there, so `group` may be empty.

    `ordered_by` is the person who last ordered that the list be made, renamed or deleted: the audit log names them
    when it is done. `rename_to` is the name that the list is to get there, blank for none. `unseen_count` is by how
    much `remote_count` exceeded those seen when the list was last paged: contacts without an address, known by SMS
    only. The four counts of people are shown only while they are neither `counts_stale` nor `counting`.
    """

    group = models.OneToOneField(Group, null=True, on_delete=models.SET_NULL, related_name="synced_list")
    group_name = models.CharField(max_length=255)
    account_id = models.CharField(max_length=64, blank=True)
    list_id = models.CharField(max_length=36, blank=True)
    name = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=ListState, default=ListState.WANTED)
    error = models.CharField(max_length=500, blank=True)
    paused = models.BooleanField(default=False)
    remote_count = models.PositiveIntegerField(null=True)
    unseen_count = models.IntegerField(default=0)
    synced_count = models.PositiveIntegerField(default=0)
    pending_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    held_count = models.PositiveIntegerField(default=0)
    unmailed_count = models.PositiveIntegerField(default=0)
    counts_stale = models.BooleanField(default=True)
    counting = models.BooleanField(default=False)
    needs_paging = models.BooleanField(default=False)
    removed_total = models.PositiveIntegerField(default=0)
    added_total = models.PositiveIntegerField(default=0)
    held_because = models.CharField(max_length=255, blank=True)
    leavers_since = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    last_synced_at = models.DateTimeField(null=True)
    turned_on_at = models.DateTimeField(auto_now_add=True)
    turned_on_by = models.CharField(max_length=255, blank=True)
    rename_to = models.CharField(max_length=255, blank=True)
    rename_error = models.CharField(max_length=500, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ordered_by_name = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "list_id"], condition=~Q(list_id=""), name="list_once_an_account"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.group_name

    @property
    def is_on(self) -> bool:
        return self.state != ListState.DELETING

    @property
    def ordered_by_actor(self) -> Actor:
        return Actor(self.ordered_by_name, self.ordered_by_id) if self.ordered_by_name else SYSTEM


class ListSize(models.Model):
    """How large a list was at a moment, and how many a background change had put on and taken off it by then.

    One an hour, and one at each approval: what the guard measures a change against.
    """

    synced_list = models.ForeignKey(SyncedList, on_delete=models.CASCADE, related_name="sizes")
    at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField()
    removed_total = models.PositiveIntegerField()
    added_total = models.PositiveIntegerField()
    approved = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["synced_list", "at"])]

    def __str__(self) -> str:
        return f"{self.count} on {self.synced_list_id} at {self.at:%Y-%m-%d %H:%M}"


class ContactState(models.TextChoices):
    """Why an address is or is not in Constant Contact; what a person reads is in `integrations.statuses`."""

    PENDING = "pending"
    SYNCED = "synced"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    UNSUBSCRIBED = "unsubscribed"
    DELETED_THERE = "deleted_there"
    REFUSED = "refused"


class Contact(models.Model):
    """One address: what its contact should hold, and what it was seen to hold.

    `desired_hash` covers the mapped values of the winner and the mapping itself; `observed_hash` the same of what
    Constant Contact last showed. They are equal exactly when the values are. `precise` asks for the call that touches
    this contact alone, where an import would do the wrong thing. `email_key` is the address trimmed
    and casefolded. A contact without a winner is nobody's any more, or a stranger on one of our lists.
    """

    account_id = models.CharField(max_length=64)
    email_key = models.CharField(max_length=254)
    email = models.CharField(max_length=254)
    contact_id = models.CharField(max_length=36, blank=True)
    winner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="won_contacts")
    former = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="successors")
    blocked_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    desired_hash = models.CharField(max_length=32, blank=True)
    observed_hash = models.CharField(max_length=32, blank=True)
    repaired_hash = models.CharField(max_length=32, blank=True)
    shown_value = models.CharField(max_length=600, blank=True)

    state = models.CharField(max_length=20, choices=ContactState, default=ContactState.PENDING)
    permission = models.CharField(max_length=25, blank=True)
    opted_out_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    recheck_at = models.DateTimeField(null=True)
    creating_since = models.DateTimeField(null=True)
    wave = models.PositiveIntegerField(null=True)
    precise = models.BooleanField(default=False)
    we_created = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "email_key"], name="contact_once_an_address")
        ]
        indexes = [
            models.Index(fields=["contact_id"]),
            # Each begins with the account, or SQLite reads all of the account's contacts by the constraint's index.
            models.Index(
                fields=["account_id", "wave"], condition=Q(wave__isnull=False), name="contact_in_wave"
            ),
            models.Index(
                fields=["account_id"],
                condition=~Q(desired_hash=F("observed_hash")) & ~Q(desired_hash=""),
                name="contact_differs",
            ),
            models.Index(
                fields=["account_id", "recheck_at"],
                condition=Q(recheck_at__isnull=False),
                name="contact_recheck",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class MembershipState(models.TextChoices):
    OPEN = "open"
    LEFT = "left"
    HELD = "held"
    KEPT = "kept"
    REFUSED = "refused"


MEMBERSHIP_DIFFERS = ~Q(wanted=F("seen"))
"""For queries also where other conditions imply it: the index of the few that differ serves only those that say so."""


class ListMembership(models.Model):
    """An address and one of our lists: should it be there (`wanted`), was it seen there (`seen`).

    `stand_in` is the one record of the group that stands for the address. `added_by_us` is true only where we put
    it there, or where a person ordered that it be taken off: nothing else ever is. `background` says that nobody
    confirmed what is wanted now (an import, a bulk edit, midnight): the guard may hold it (HELD), and a person may
    decide to leave it as it is (KEPT).
    """

    # Without indexes of their own: those below and the constraint begin with each, and there are millions of rows.
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    synced_list = models.ForeignKey(
        SyncedList, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    stand_in = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    wanted = models.BooleanField(default=False)
    seen = models.BooleanField(default=False)
    added_by_us = models.BooleanField(default=False)
    consent = models.BooleanField(default=False)
    background = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MembershipState, default=MembershipState.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "synced_list"], name="list_membership_once")
        ]
        indexes = [
            models.Index(
                fields=["synced_list", "contact"],
                condition=MEMBERSHIP_DIFFERS,
                name="membership_differs",
            ),
            models.Index(fields=["synced_list", "seen"]),
            models.Index(fields=["stand_in", "synced_list"]),
        ]

    def __str__(self) -> str:
        return f"{self.contact} on {self.synced_list}"


class ContactDeletion(models.Model):
    """An order to delete the contact in Constant Contact, because its record was deleted; gone when that is done.

    `member_id` has no foreign key: the record is gone. It and the name are for the audit log.
    """

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="deletion")
    member_id = models.BigIntegerField()
    member_name = models.CharField(max_length=255)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ordered_by_name = models.CharField(max_length=255)
    ordered_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"deletion of the contact of {self.member_name}"

    @property
    def actor(self) -> Actor:
        return Actor(self.ordered_by_name, self.ordered_by_id)


class StaleContact(models.Model):
    """A mark: what this address should hold has to be worked out again. Rows, not flags; see `StaleMember`."""

    email_key = models.CharField(max_length=254, db_index=True)
    background = models.BooleanField(default=False)
    marked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.email_key} is stale"


class OperationKind(models.TextChoices):
    CREATE_LIST = "create_list", "Make a list"
    RENAME_LIST = "rename_list", "Rename a list"
    DELETE_LIST = "delete_list", "Delete a list"
    CREATE_FIELD = "create_field", "Make a field"
    DELETE_FIELD = "delete_field", "Delete a field"
    IMPORT = "import", "Import contacts"
    REMOVE = "remove", "Take contacts off lists"
    DELETE_CONTACT = "delete_contact", "Delete a contact"


class OperationState(models.TextChoices):
    INTENDED = "intended", "About to be sent"
    SUBMITTED = "submitted", "Running"
    UNKNOWN = "unknown", "Answer lost"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Operation(models.Model):
    """Something asked of Constant Contact whose repetition would do harm or cost: written before the call.

    `key` goes into a new list's description: a list is recognised as ours by that alone.
    """

    account_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=OperationKind)
    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=OperationState, default=OperationState.INTENDED)
    wave = models.PositiveIntegerField(null=True, db_index=True)
    synced_list = models.ForeignKey(
        SyncedList, null=True, on_delete=models.SET_NULL, related_name="operations"
    )
    sync_field = models.ForeignKey(SyncField, null=True, on_delete=models.SET_NULL, related_name="operations")
    payload = models.JSONField(default=dict)
    activity_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=500, blank=True)
    fence = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account_id", "state"],
                condition=Q(state__in=["intended", "submitted", "unknown"]),
                name="operation_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"


class RunState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


class SyncRun(models.Model):
    """What a person sees of one cycle that did something."""

    account_id = models.CharField(max_length=64, blank=True)
    trigger = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING)
    added = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=500, blank=True)
    log = models.JSONField(default=list)

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"sync of {self.started_at:%Y-%m-%d %H:%M}"


class ListEvent(models.Model):
    """One line of a list's activity, in words: what the sync did or found."""

    synced_list = models.ForeignKey(SyncedList, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    icon = models.CharField(max_length=20)
    text = models.CharField(max_length=255)
    detail = models.CharField(max_length=255, blank=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text
