"""Forms of the Admin Users page, and of a forgotten password."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordResetForm
from django.forms.boundfield import BoundWidget

from novi_ams.association.models import User
from novi_ams.association.roles import RoleName

TAKEN = "Somebody signs in with this address already."
ROLES = {
    RoleName.ASSOCIATION_ADMIN: "May do everything.",
    RoleName.LIMITED_ADMIN: "Works with members and groups. Cannot delete in them, define fields, connect "
    "Constant Contact, choose the fields that sync, or manage admin users.",
}


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        choices=[(role.value, role.value) for role in RoleName],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose one of the two roles."},
    )

    @property
    def chosen(self) -> RoleName:
        return RoleName(self.cleaned_data["role"])

    @property
    def choices(self) -> list[tuple[BoundWidget, str]]:
        """Each radio button with what the role may do."""
        return list(zip(self["role"].subwidgets, ROLES.values(), strict=True))


class InviteForm(RoleForm):
    email = forms.EmailField(
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the address.", "invalid": "This is not an email address."},
    )
    first_name = forms.CharField(label="First name", max_length=150, required=False)
    last_name = forms.CharField(label="Last name", max_length=150, required=False)
    field_order = ("email", "first_name", "last_name", "role")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(TAKEN)
        return email


class ForgottenPasswordForm(PasswordResetForm):
    """Also mails those who were invited and have not chosen a password yet: their first link may have run out."""

    def get_users(self, email: str) -> Iterator[User]:
        return iter(User.objects.filter(email__iexact=email, is_active=True))

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mails from a thread: how long the answer takes must not tell whether somebody signs in with the address."""
        Thread(target=super().send_mail, args=args, kwargs=kwargs, name="mail a link").start()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()
