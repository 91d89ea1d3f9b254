"""Signing in and out, passwords, and what the audit log keeps of it: never a password, nor what may be one."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.auth.views import (
    LoginView,
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetView,
)
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.decorators import method_decorator

from novi_ams.association.admin_user_forms import ForgottenPasswordForm
from novi_ams.association.forms import SignInForm
from novi_ams.association.interrupted import SENT, send_again_page
from novi_ams.association.models import Association, User
from novi_ams.audit.actor import Actor, actor_for
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.record import record

REMEMBERED_SECONDS = 14 * 24 * 60 * 60


class SignIn(LoginView):
    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Signed in meanwhile, in another tab.
        if request.user.is_authenticated and SENT in request.POST:
            return send_again_page(request, self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = {"association_name": Association.current().name, "sent": self.request.POST.get(SENT, "")}
        return super().get_context_data(**known, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        self.request.session.set_expiry(REMEMBERED_SECONDS if form.cleaned_data["remember"] else 0)
        return (
            send_again_page(self.request, self.get_success_url()) if self.request.POST.get(SENT) else answer
        )


class ChangePassword(PasswordChangeView):
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _record(form.user, "changed the password")
        return answer


class ForgottenPassword(PasswordResetView):
    form_class = ForgottenPasswordForm


class ChooseNewPassword(PasswordResetConfirmView):
    """The link from a mail: of an invitation, or of a forgotten password."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _record(form.user, "chose a password through a mailed link")
        return answer


@receiver(user_logged_in)
def record_sign_in(sender: object, *, user: User, **kwargs: Any) -> None:
    _record(user, "signed in")


@receiver(user_logged_out)
def record_sign_out(sender: object, *, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _record(user, "signed out")


@receiver(user_login_failed)
def record_failed_sign_in(
    sender: object, *, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Each failure, and one line for a lock-out, however often somebody goes on trying behind the closed door."""
    typed = str(credentials.get("username") or "").strip().lower()
    user = User.objects.filter(email__iexact=typed).first() if typed else None
    who = Actor(_unless_secret(typed))
    is_locked = bool(getattr(request, "axes_locked_out", False))
    action = LOCKED_OUT if is_locked else "failed to sign in"
    if is_locked and _was_locked_out(who):
        return
    record(Component.SIGN_IN, item_id=user.pk if user else "", item_name=who.name, action=action, actor=who)


LOCKED_OUT = "was locked out for a while after too many failures"


def _unless_secret(typed: str) -> str:
    """An address as it was typed. Anything else may be a password in the wrong field, and is not kept."""
    try:
        validate_email(typed)
    except ValidationError:
        return "Somebody"
    return typed[:255]


def _was_locked_out(who: Actor) -> bool:
    lately = timezone.now() - get_cool_off()
    entries = AuditEntry.objects.filter(component=Component.SIGN_IN, action=LOCKED_OUT, at__gte=lately)
    return entries.filter(actor_name=who.name).exists()


def _record(user: User, action: str) -> None:
    record(Component.SIGN_IN, item_id=user.pk, item_name=str(user), action=action, actor=actor_for(user))
