"""Home and Association Settings."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from novi_ams.association import slots
from novi_ams.association.change_settings import change_settings
from novi_ams.association.digest import DigestNotSentError, digest_items, send_digest
from novi_ams.association.forms import AssociationForm
from novi_ams.association.models import Association
from novi_ams.association.settings_tabs import tabs_for
from novi_ams.association.wording import number_word


@require_safe
@permission_required("association.view_association", raise_exception=True)
def home(request: HttpRequest) -> HttpResponse:
    waiting = [item for group in slots.attention.collect(request) for item in group]
    context = {
        "greeting": greeting(timezone.localtime(), name=request.user.first_name),  # type: ignore[union-attr]
        "summary": summary(len(waiting)),
        "waiting": waiting,
        "main_panels": slots.home_main.collect(request),
        "side_panels": slots.home_side.collect(request),
    }
    return render(request, "association/home.html", context)


def greeting(local: datetime, *, name: str) -> str:
    """“Good morning, Margaret” by the hour of `local`."""
    part = "morning" if 4 <= local.hour < 12 else "afternoon" if 12 <= local.hour < 18 else "evening"
    return f"Good {part}, {name}" if name else f"Good {part}"


def summary(waiting: int) -> str:
    if not waiting:
        return "Nothing needs you."
    things = "thing needs" if waiting == 1 else "things need"
    return f"{number_word(waiting)} {things} you; nothing else does."


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("association.change_settings", raise_exception=True)
def association_settings(request: HttpRequest) -> HttpResponse:
    form = AssociationForm(request.POST if request.method == "POST" else None, instance=Association.current())
    if request.method == "POST" and form.is_valid():
        changed = change_settings(**form.cleaned_data)
        messages.success(request, "Settings saved." if changed else "Nothing had changed.")
        return redirect("association_settings")
    context = {"form": form, "tabs": tabs_for(request), "tab": "association"}
    return render(request, "association/settings.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("association.change_settings", raise_exception=True)
def send_me_digest(request: HttpRequest) -> HttpResponse:
    """Mail today's digest to the person who asks, whatever was sent already."""
    address = request.user.email  # type: ignore[union-attr]
    try:
        send_digest(Association.current(), digest_items(), to=[address])
    except DigestNotSentError as error:
        messages.error(request, f"The digest was not sent. {error}")
    else:
        messages.success(request, f"Today's digest is on its way to {address}.")
    return redirect("association_settings")
