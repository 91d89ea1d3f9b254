"""Forms of the shell: signing in and the association's settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone

from novi_ams.association.models import Association, split_addresses

US_ZONES = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}
NOT_PLACES = ("Etc/", "SystemV/", "posix", "right", "localtime", "Factory")


def zone_choices(now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones of the United States first, then every place by continent; with the offset of `now`."""
    names = (name for name in available_timezones() if "/" in name and not name.startswith(NOT_PLACES))
    return [
        ("United States", [(name, f"{label} ({_offset(name, now)})") for name, label in US_ZONES.items()]),
        ("All zones", [(name, name.replace("_", " ")) for name in sorted({*names, "UTC"} - set(US_ZONES))]),
    ]


def _offset(name: str, now: datetime) -> str:
    text = now.astimezone(ZoneInfo(name)).strftime("%z")
    return f"UTC{text[:3].replace('-', '−')}:{text[3:]}"


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        # Says nothing about which of the two was wrong, nor whether the account exists or is switched off.
        "invalid_login": "Email and password do not go together. Try again, or reset the password.",
        "inactive": "Email and password do not go together. Try again, or reset the password.",
    }
    remember = forms.BooleanField(label="Keep me signed in on this computer", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Email"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": not self.is_bound, "maxlength": 254}
        )

    def clean_username(self) -> str:
        """Lower case, so that spelling an address in another way gives no further attempts at its password."""
        return str(self.cleaned_data["username"]).strip().lower()


class AssociationForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Dates change, and the Daily Digest is mailed at 8:30 AM, in this zone.",
        error_messages={"invalid_choice": "Choose one of the time zones in the list."},
    )

    class Meta:
        model = Association
        fields = ("name", "time_zone", "digest_recipients", "audit_retention_days")
        help_texts: ClassVar[dict[str, str]] = {
            "name": "Shown in the side bar and in the Daily Digest.",
            "digest_recipients": "One address a line, or separated by commas. Leave blank to send no digest.",
            "audit_retention_days": "Leave blank to keep it for ever. Older entries go with the next clean-up.",
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {"digest_recipients": forms.Textarea(attrs={"rows": 4})}
        error_messages: ClassVar[dict[str, dict[str, str]]] = {
            "name": {"required": "Give the association a name."},
            "audit_retention_days": {"invalid": "Give a whole number of days, or leave it blank."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(timezone.now())

    def clean_digest_recipients(self) -> str:
        """One address a line, whatever they were separated by."""
        return "\n".join(dict.fromkeys(split_addresses(self.cleaned_data["digest_recipients"])))
