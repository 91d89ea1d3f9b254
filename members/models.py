"""Member records: companies and people in family trees, their types and their custom fields."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.utils import timezone

from members.announced import Announced, AnnouncedQuerySet
from members.folding import search_words
from members.jobs import BulkAction, BulkRow, Import, ImportRow, RememberedColumn

__all__ = [
    "AppliesTo",
    "BulkAction",
    "BulkRow",
    "CompanyRole",
    "CustomField",
    "FieldType",
    "Import",
    "ImportRow",
    "Kind",
    "Member",
    "MemberQuerySet",
    "MemberType",
    "RememberedColumn",
    "RoleKind",
    "Status",
]


class Kind(models.TextChoices):
    COMPANY = "company", "Company"
    PERSON = "person", "Person"


class Status(models.TextChoices):
    """Membership status, in the order of standing that decides who wins a shared address."""

    CURRENT = "current", "Current"
    GRACE = "grace", "Grace"
    INHERITING = "inheriting", "Inheriting"
    PROSPECT = "prospect", "Prospect"
    EXPIRED = "expired", "Expired"
    NON_MEMBER = "non_member", "Non-Member"

    @property
    def standing(self) -> int:
        """Place in the order of standing; 0 is best."""
        return list(Status).index(self)

    @classmethod
    def standing_expression(cls, path: str = "status") -> Case:
        """The same, in SQL, for the status at `path`."""
        cases = (When(**{path: status}, then=Value(status.standing)) for status in cls)
        return Case(*cases, default=Value(len(cls)), output_field=IntegerField())


class MemberTypeQuerySet(AnnouncedQuerySet["MemberType"]):
    pass


class MemberType(Announced):
    """Changed by the verbs of `members.member_types`."""

    name = models.CharField(max_length=100, unique=True)
    position = models.PositiveIntegerField(default=0)

    objects = MemberTypeQuerySet.as_manager()

    class Meta(Announced.Meta):
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(AnnouncedQuerySet["Member"]):
    def in_good_order(self) -> MemberQuerySet:
        """Active and approved: the only records that groups may hold."""
        return self.filter(active=True, approved=True)

    def search(self, text: str) -> MemberQuerySet:
        """Records that hold every word of `text` in a name, an email, a phone number or an address."""
        found = self
        for spellings in search_words(text):
            found = found.filter(_any_of(Q(search_text__contains=word) for word in spellings))
        return found

    def with_role_facts(self) -> MemberQuerySet:
        """Annotate `standing` (0 is best), `is_primary_contact`, `is_other_contact` (billing, management)."""
        roles = CompanyRole.objects.filter(person=OuterRef("pk"))
        return self.annotate(
            standing=Status.standing_expression(),
            is_primary_contact=Exists(roles.filter(role=RoleKind.PRIMARY_CONTACT)),
            is_other_contact=Exists(roles.exclude(role=RoleKind.PRIMARY_CONTACT)),
        )


def _any_of(conditions: Iterator[Q]) -> Q:
    combined = Q()
    for condition in conditions:
        combined |= condition
    return combined


class Member(Announced):
    """A company or a person.

    `email` is the Professional Contact email, the one that syncs; several records may share it. `email_key`
    is it trimmed and casefolded; `display_name`, `sort_name`, `email_key`, `search_text` and `folded` are
    derived by `members.derived`. Changed by the verbs of `members.records` only.

    `folded` holds {key of a text field: its casefolded text}, without a key for what is blank: comparing on
    it is what makes text conditions behave alike on SQLite and PostgreSQL.
    """

    kind = models.CharField("Record Type", max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )

    name = models.CharField("Name", max_length=255, blank=True)
    prefix = models.CharField("Prefix", max_length=25, blank=True)
    first_name = models.CharField("First Name", max_length=100, blank=True)
    middle_name = models.CharField("Middle Name", max_length=100, blank=True)
    last_name = models.CharField("Last Name", max_length=100, blank=True)
    suffix = models.CharField("Suffix", max_length=25, blank=True)
    credentials = models.CharField("Credentials", max_length=255, blank=True)
    job_title = models.CharField("Job Title", max_length=100, blank=True)

    email = models.CharField("Email", max_length=254, blank=True)
    phone = models.CharField("Phone", max_length=50, blank=True)
    mobile = models.CharField("Mobile", max_length=50, blank=True)
    fax = models.CharField("Fax", max_length=50, blank=True)
    website = models.CharField("Website", max_length=255, blank=True)
    county = models.CharField("County", max_length=100, blank=True)
    billing_address1 = models.CharField("Billing Address 1", max_length=255, blank=True)
    billing_address2 = models.CharField("Billing Address 2", max_length=255, blank=True)
    billing_city = models.CharField("Billing City", max_length=100, blank=True)
    billing_state = models.CharField("Billing State", max_length=100, blank=True)
    billing_zip = models.CharField("Billing Zip Code", max_length=20, blank=True)
    billing_country = models.CharField("Billing Country", max_length=100, blank=True)
    shipping_address1 = models.CharField("Shipping Address 1", max_length=255, blank=True)
    shipping_address2 = models.CharField("Shipping Address 2", max_length=255, blank=True)
    shipping_city = models.CharField("Shipping City", max_length=100, blank=True)
    shipping_state = models.CharField("Shipping State", max_length=100, blank=True)
    shipping_zip = models.CharField("Shipping Zip Code", max_length=20, blank=True)
    shipping_country = models.CharField("Shipping Country", max_length=100, blank=True)

    personal_email = models.CharField("Personal Email", max_length=254, blank=True)
    personal_phone = models.CharField("Personal Phone", max_length=50, blank=True)
    personal_mobile = models.CharField("Personal Mobile", max_length=50, blank=True)
    personal_address1 = models.CharField("Personal Address 1", max_length=255, blank=True)
    personal_address2 = models.CharField("Personal Address 2", max_length=255, blank=True)
    personal_city = models.CharField("Personal City", max_length=100, blank=True)
    personal_state = models.CharField("Personal State", max_length=100, blank=True)
    personal_zip = models.CharField("Personal Zip Code", max_length=20, blank=True)
    personal_country = models.CharField("Personal Country", max_length=100, blank=True)
    account_email = models.EmailField("User Account Email", null=True, blank=True, unique=True)

    member_type = models.ForeignKey(
        MemberType, verbose_name="Member Type", null=True, blank=True, on_delete=models.PROTECT
    )
    status = models.CharField("Member Status", max_length=12, choices=Status, default=Status.NON_MEMBER)
    original_join_date = models.DateField("Original Join Date", null=True, blank=True)
    member_since = models.DateField("Member Since", null=True, blank=True)
    expires = models.DateField("Membership Expires", null=True, blank=True)
    auto_renew = models.BooleanField("Auto-Renew", default=False)
    inherits_benefits = models.BooleanField("Inherits Benefits from Parent", default=False)

    active = models.BooleanField("Active", default=True)
    approved = models.BooleanField("Approved", default=True)
    do_not_send = models.BooleanField("Do Not Send Marketing Emails", default=False)
    notes = models.TextField("Notes", blank=True)

    import_id = models.CharField("Import ID", max_length=50, null=True, blank=True, unique=True)
    custom = models.JSONField(default=dict, blank=True)

    display_name = models.CharField(max_length=255, editable=False)
    sort_name = models.CharField(max_length=255, editable=False)
    email_key = models.CharField(max_length=254, blank=True, editable=False, db_index=True)
    search_text = models.TextField(blank=True, editable=False)
    folded = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("Created", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("Last Updated", default=timezone.now, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta(Announced.Meta):
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"]),
            models.Index(fields=["active", "sort_name", "id"]),
            models.Index(fields=["status", "sort_name", "id"]),
            models.Index(fields=["expires"]),
            # What the line above the list and the chart on Home count, read from the index alone.
            models.Index(fields=["active", "kind", "status"]),
            models.Index(fields=["id"], condition=Q(approved=False), name="member_waits_for_approval"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="member_is_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_company(self) -> bool:
        return self.kind == Kind.COMPANY


class RoleKind(models.TextChoices):
    PRIMARY_CONTACT = "primary", "Primary Contact"
    BILLING_CONTACT = "billing", "Billing Contact"
    MANAGEMENT_ACCESS = "management", "Management Access"


class CompanyRoleQuerySet(AnnouncedQuerySet["CompanyRole"]):
    pass


class CompanyRole(Announced):
    """A person's role at a company of their family tree. One primary and one billing contact a company."""

    company = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="roles_given")
    person = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=10, choices=RoleKind)

    objects = CompanyRoleQuerySet.as_manager()

    class Meta(Announced.Meta):
        constraints = [
            models.UniqueConstraint(fields=["company", "person", "role"], name="role_once"),
            models.UniqueConstraint(
                fields=["company", "role"],
                condition=~Q(role=RoleKind.MANAGEMENT_ACCESS),
                name="one_primary_and_billing_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.company}"


class FieldType(models.TextChoices):
    TEXT = "text", "Text"
    LONG_TEXT = "long_text", "Long text"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    CHECKBOX = "checkbox", "Checkbox"
    OPTION = "option", "Set of options (one)"
    OPTIONS = "options", "Set of options (many)"


class AppliesTo(models.TextChoices):
    BOTH = "both", "Companies and people"
    COMPANY = Kind.COMPANY.value, "Companies"
    PERSON = Kind.PERSON.value, "People"


class CustomFieldQuerySet(AnnouncedQuerySet["CustomField"]):
    pass


class CustomField(Announced):
    """A definition; the values stand in `Member.custom` under `key` (immutable, `[a-z][a-z0-9_]*`, no `__`).

    Stored values, normalised by type (unset means that the key is absent, never null): text and long text:
    str; number: int or float; date: ISO string; checkbox: true (No is the absent key); one option: str;
    many options:
    `;a;b;` in the definition's order. `members.field_types` reads and writes them; `members.custom_fields`
    has the verbs. A key is never given out twice: what refers to a deleted field must not meet its
    namesake.
    """

    key = models.CharField(max_length=50, unique=True, editable=False)
    label = models.CharField("Name", max_length=100, unique=True)
    type = models.CharField(max_length=10, choices=FieldType)
    section = models.CharField(max_length=100, blank=True)
    applies_to = models.CharField(max_length=10, choices=AppliesTo, default=AppliesTo.BOTH)
    help_text = models.CharField(max_length=255, blank=True)
    required = models.BooleanField(default=False)
    options = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = CustomFieldQuerySet.as_manager()

    class Meta(Announced.Meta):
        ordering = ["section", "position", "label"]
        permissions = [("manage_custom_fields", "Can define custom fields")]

    def __str__(self) -> str:
        return self.label
