"""The association itself and the people who sign in to run it."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

SHORTEST_RETENTION = 90
"""Days of the Audit Log that are always kept: a question about last quarter can be answered."""


def validate_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError("Choose one of the time zones in the list.") from error


def validate_email_list(text: str) -> None:
    """Several addresses, separated by commas or line breaks."""
    for address in split_addresses(text):
        try:
            validate_email(address)
        except ValidationError as error:
            raise ValidationError(f"“{address}” is not an email address.") from error


def split_addresses(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


class Association(models.Model):
    """The one association this installation serves."""

    name = models.CharField(max_length=200, default="My Association")
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_time_zone])
    digest_recipients = models.TextField(
        "Daily Digest Email Recipient(s)", blank=True, validators=[validate_email_list]
    )
    digest_done_on = models.DateField(null=True, editable=False)
    digest_claimed_at = models.DateTimeField(null=True, editable=False)
    audit_retention_days = models.PositiveIntegerField(
        "Keep the Audit Log for (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST_RETENTION, f"Keep at least {SHORTEST_RETENTION} days.")],
    )

    class Meta:
        permissions = [
            ("change_settings", "Can change the association's settings"),
            ("manage_admin_users", "Can manage admin users"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @classmethod
    def current(cls) -> Association:
        """The association, made with its defaults at first use."""
        return cls.objects.get_or_create(pk=1)[0]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractUser):
    """Somebody who signs in, by email address. What they may do comes from their role."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("email address", unique=True)
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_unique", violation_error_message="Taken."
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must know to stay good: a new password ends it, and so does another generation."""
        known = f"{self.password}:{self.session_generation}"
        return salted_hmac(
            "novi_ams.association.session", known, secret=secret, algorithm="sha256"
        ).hexdigest()


class Lease(models.Model):
    """Who may do the work called `name` until when; `fence` grows with every change of holder."""

    name = models.CharField(max_length=100, primary_key=True)
    holder = models.CharField(max_length=36, blank=True)
    until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
