"""Groups of members: a definition, and the membership calculated from it."""

from __future__ import annotations

from django.db import models

from members.models import Member


class Basis(models.TextChoices):
    RECORDS = "records", "Limit to Specific Records"
    CONDITIONS = "conditions", "Conditions"


class CalculationState(models.TextChoices):
    IDLE = "idle", "Calculated"
    WAITING = "waiting", "Calculating"
    FAILED = "failed", "Failed"


class BeneficiaryKind(models.TextChoices):
    """Whom a member of the group brings along."""

    INHERITING = "inheriting", "People inheriting benefits"
    PEOPLE = "people", "All people of the company"
    PRIMARY = "primary", "Primary contacts"
    BILLING = "billing", "Billing contacts"
    MANAGEMENT = "management", "Management-access contacts"


class Category(models.Model):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """`conditions` is the tree of `groups.conditions` as JSON; `version` grows with every new definition.

    `calculated_version` is the version that the stored membership was calculated from: absence from a group
    means something only while the two are equal and `state` is idle.
    """

    name = models.CharField(max_length=255)
    description = models.CharField(max_length=255, blank=True)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.CONDITIONS)
    conditions = models.JSONField(default=dict, blank=True)
    beneficiaries = models.JSONField(default=list, blank=True)
    uses_today = models.BooleanField(default=False, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    calculated_version = models.PositiveIntegerField(default=0, editable=False)
    background = models.BooleanField(default=False, editable=False)
    state = models.CharField(
        max_length=10, choices=CalculationState, default=CalculationState.WAITING, editable=False
    )
    error = models.CharField(max_length=500, blank=True, editable=False)
    calculated_at = models.DateTimeField(null=True, editable=False)
    calculated_for = models.DateField(null=True, editable=False)
    member_count = models.PositiveIntegerField(default=0, editable=False)
    beneficiary_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_calculated(self) -> bool:
        return self.state == CalculationState.IDLE and self.calculated_version == self.version


class GroupRecord(models.Model):
    """A record picked by hand for a group on the basis of specific records."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="records", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "member"], name="group_record_once")]

    def __str__(self) -> str:
        return f"{self.member} picked for {self.group}"


class GroupMember(models.Model):
    """Calculated: who is in the group. A record that is both member and beneficiary counts as a member.

    Three indexes and no more, for 100,000 rows are written at once: the constraint finds a group's row of a record,
    one finds a record's groups, and one alone answers how many members and beneficiaries a group has.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members", db_index=False)
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="group_memberships", db_index=False
    )
    is_beneficiary = models.BooleanField(default=False)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "member"], name="group_member_once")]
        indexes = [models.Index(fields=["member", "group"]), models.Index(fields=["group", "is_beneficiary"])]

    def __str__(self) -> str:
        return f"{self.member} in {self.group}"


class StaleMember(models.Model):
    """A mark: this record's memberships have to be recalculated.

    Rows, not flags: a worker deletes exactly the marks it read before it read the values, so that an edit
    made meanwhile keeps its own mark. No foreign key: the record may be gone.
    """

    member_id = models.BigIntegerField()
    background = models.BooleanField(default=False)
    marked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"member {self.member_id} is stale"


class Difference(models.Model):
    """A record whose stored standing in the group that is being calculated is not what it ought to be.

    A temporary table, made by `groups.whole_groups` and seen by its own connection alone.
    """

    member_id = models.BigIntegerField(primary_key=True)
    had = models.SmallIntegerField()
    wanted = models.SmallIntegerField()

    class Meta:
        managed = False
        default_permissions = ()

    def __str__(self) -> str:
        return f"member {self.member_id}: {self.had} → {self.wanted}"
