"""The Admin Users page and its dialogs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from novi_ams.association.admin_user_forms import TAKEN, InviteForm, RoleForm
from novi_ams.association.admin_users import (
    AddressTakenError,
    InvitationNotSentError,
    LastAdminError,
    admin_users,
    change_role,
    end_sessions,
    invite,
    invite_again,
    is_invited,
    remove,
    role_of,
)
from novi_ams.association.models import User
from novi_ams.association.parts import MenuItem
from novi_ams.association.roles import RoleName
from novi_ams.audit.actor import current_actor

MANAGE = "association.manage_admin_users"
OPERATOR = "Operator"


@dataclass(frozen=True)
class PersonRow:
    user: User
    is_you: bool

    @property
    def role(self) -> str:
        if self.user.is_superuser:
            return OPERATOR
        return role_of(self.user) or "No role"

    @property
    def is_invited(self) -> bool:
        return is_invited(self.user)

    @property
    def key(self) -> str:
        return str(self.user.pk)

    @property
    def menu_label(self) -> str:
        return f"Actions for {self.user}"

    @property
    def menu(self) -> list[MenuItem]:
        """What may be done with the account; nothing with an operator's."""
        if self.user.is_superuser:
            return []
        role = MenuItem("Change role", self._to("admin_user_role"), "id-card", dialog=True)
        again = MenuItem("Send the invitation again", self._to("admin_user_invite_again"), "mail", post=True)
        out = MenuItem("Sign out everywhere", self._to("admin_user_sign_out"), "log-out", post=True)
        gone = MenuItem("Remove", self._to("admin_user_remove"), "trash-2", danger=True, dialog=True)
        return [role, again if self.is_invited else out, gone]

    def _to(self, name: str) -> str:
        return reverse(name, args=[self.user.pk])


@require_safe
@permission_required(MANAGE, raise_exception=True)
def people(request: HttpRequest) -> HttpResponse:
    rows = [PersonRow(user, is_you=user.pk == request.user.pk) for user in admin_users()]
    return render(request, "association/admin_users.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE, raise_exception=True)
def invite_person(request: HttpRequest) -> HttpResponse:
    form = InviteForm(_sent(request), initial={"role": RoleName.LIMITED_ADMIN.value})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            invited = invite(
                email=fields["email"],
                first_name=fields["first_name"],
                last_name=fields["last_name"],
                role=form.chosen,
                actor=current_actor(),
            )
        except AddressTakenError:
            form.add_error("email", TAKEN)
        except InvitationNotSentError as error:
            _not_sent(request, error)
            return redirect("admin_users")
        else:
            messages.success(request, f"An invitation is on its way to {invited.email}.")
            return redirect("admin_users")
    return _dialog(request, "association/admin_user_invite.html", form=form, keep="Cancel")


def _not_sent(request: HttpRequest, error: InvitationNotSentError) -> None:
    messages.error(
        request,
        f"The invitation was not sent; the mail server did not take it: {error} "
        "The person is in the list: send it again from the menu there.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE, raise_exception=True)
def role(request: HttpRequest, pk: int) -> HttpResponse:
    user = _manageable(pk)
    form = RoleForm(_sent(request), initial={"role": role_of(user)})
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_role(user, form.chosen, actor=current_actor())
        except LastAdminError as error:
            form.add_error("role", error.sentence)
        else:
            said = f"{user} is {form.chosen} now." if changed else "Nothing had changed."
            messages.success(request, said)
            return redirect("admin_users")
    return _dialog(request, "association/admin_user_role.html", person=user, form=form, keep="Cancel")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE, raise_exception=True)
def remove_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming the person; then remove."""
    user, problem = _manageable(pk), ""
    if request.method == "POST":
        try:
            remove(user, actor=current_actor())
        except LastAdminError as error:
            problem = error.sentence
        else:
            messages.success(request, f"{user} was removed and cannot sign in any more.")
            return redirect("admin_users" if user.email != _email(request) else "login")
    template = "association/admin_user_remove.html"
    return _dialog(request, template, person=user, problem=problem, keep="Keep")


@require_POST
@permission_required(MANAGE, raise_exception=True)
def invite_person_again(request: HttpRequest, pk: int) -> HttpResponse:
    user = _manageable(pk)
    if not is_invited(user):
        messages.info(request, f"{user} has chosen a password already.")
        return redirect("admin_users")
    try:
        invite_again(user, actor=current_actor())
    except InvitationNotSentError as error:
        _not_sent(request, error)
    else:
        messages.success(request, f"Another invitation is on its way to {user.email}.")
    return redirect("admin_users")


@require_POST
@permission_required(MANAGE, raise_exception=True)
def sign_person_out(request: HttpRequest, pk: int) -> HttpResponse:
    user = _manageable(pk)
    end_sessions(user, actor=current_actor())
    if user.pk == request.user.pk:
        return _out(request)
    messages.success(request, f"{user} is signed out on every computer.")
    return redirect("admin_users")


@require_POST
def sign_me_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of whoever asks, this one too."""
    end_sessions(request.user, actor=current_actor())  # type: ignore[arg-type]
    return _out(request)


def _out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


def _sent(request: HttpRequest) -> QueryDict | None:
    """The form that was sent, an empty one too; None where none was."""
    return request.POST if request.method == "POST" else None


def _manageable(pk: int) -> User:
    """The person, or 404; an operator's account is nobody's to manage here."""
    return get_object_or_404(admin_users().filter(is_superuser=False), pk=pk)


def _email(request: HttpRequest) -> str:
    return request.user.email  # type: ignore[union-attr]


def _dialog(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    form = context.get("form")
    wrong = context.get("problem") or (isinstance(form, RoleForm) and form.is_bound)
    page = {"back": reverse("admin_users"), "crumbs": [("Admin Users", reverse("admin_users"))], **context}
    return render(request, template, page, status=422 if wrong else 200)
