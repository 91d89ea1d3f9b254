"""The people who sign in: inviting them, their role, removing them, ending their sessions.

Superusers are the operator's own and are managed on the command line: nothing here touches them.
"""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.models import Group as Role
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from novi_ams.association.models import Association, User
from novi_ams.association.roles import RoleName, assign
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import Changes, record

NO_PASSWORD = "!"  # noqa: S105 - how Django marks an account that cannot sign in yet


class AddressTakenError(Exception):
    """Somebody signs in with this address already."""


class LastAdminError(Exception):
    """Nobody else could manage the association afterwards."""

    sentence = "This is the last Association Admin who can sign in. Make somebody else one first."


class InvitationNotSentError(Exception):
    """The mail server did not take the invitation; the person is there and can be invited again."""


def admin_users() -> QuerySet[User]:
    """Everybody who may sign in, by name, with their roles read along."""
    users = User.objects.filter(is_active=True).prefetch_related("groups")
    return users.order_by("last_name", "first_name", "email")


def role_of(user: User) -> RoleName | None:
    """The role, or None for an operator's account and for one without any right."""
    names = {role.name for role in user.groups.all()}
    return next((role for role in RoleName if role.value in names), None)


def is_invited(user: User) -> bool:
    """Whether the person has not chosen a password yet."""
    return not user.has_usable_password()


def invite(*, email: str, first_name: str, last_name: str, role: RoleName, actor: Actor) -> User:
    """Let somebody in: the account with its role, and a mail with a link to choose a password.

    Raises AddressTakenError, changing nothing, and InvitationNotSentError, when the account is there but the mail is
    not.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, None, first_name=first_name, last_name=last_name)
            assign(user, role)
            changes = {"Email": ("", user.email), "Role": ("", role.value)}
            _record(user, "invited", actor=actor, changes=changes)
    except IntegrityError as error:
        raise AddressTakenError from error
    send_invitation(user, actor=actor)
    return user


def invite_again(user: User, *, actor: Actor) -> None:
    """Send the link once more; earlier ones stay good until one is used. Raises InvitationNotSentError."""
    send_invitation(user, actor=actor)
    _record(user, "sent another invitation to", actor=actor)


def send_invitation(user: User, *, actor: Actor) -> None:
    association = Association.current()
    link = reverse(
        "password_reset_confirm",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )
    context = {"user": user, "by": actor.name, "association": association, "link": settings.SITE_URL + link}
    text = render_to_string("association/invitation.txt", context)
    try:
        send_mail(f"Your access to Novi AMS of {association.name}", text, None, [user.email])
    except (SMTPException, OSError) as error:
        raise InvitationNotSentError(str(error)) from error


@transaction.atomic
def change_role(user: User, role: RoleName, *, actor: Actor) -> bool:
    """Give the person another role; False where it is theirs already. Raises LastAdminError."""
    _take_turns()
    before = role_of(user)
    if before == role:
        return False
    _refuse_the_last(user)
    assign(user, role)
    _record(user, "changed", actor=actor, changes={"Role": (before or "", role.value)})
    return True


@transaction.atomic
def remove(user: User, *, actor: Actor) -> None:
    """Take the account away; whoever is signed in with it is out at once. Raises LastAdminError.

    The audit log keeps the name beside what the person did.
    """
    _take_turns()
    _refuse_the_last(user)
    _record(
        user, "removed", actor=actor, changes={"Email": (user.email, ""), "Role": (role_of(user) or "", "")}
    )
    user.delete()


@transaction.atomic
def end_sessions(user: User, *, actor: Actor) -> None:
    """Sign the person out everywhere: the generation is part of what every session must know."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    _record(user, "signed out everywhere", actor=actor)


def _take_turns() -> None:
    """One change of admins at a time, or two of them could each remove the other.

    A lock on the role's row on PostgreSQL; on SQLite every writing transaction is alone from its start.
    """
    Role.objects.select_for_update().get(name=RoleName.ASSOCIATION_ADMIN)


def _refuse_the_last(user: User) -> None:
    """Somebody else has to be left who can sign in: an invitation that nobody took up is not enough."""
    admins = User.objects.filter(groups__name=RoleName.ASSOCIATION_ADMIN, is_active=True)
    able = admins.exclude(password__startswith=NO_PASSWORD)
    if admins.filter(pk=user.pk).exists() and not able.exclude(pk=user.pk).exists():
        raise LastAdminError


def _record(user: User, action: str, *, actor: Actor, changes: Changes | None = None) -> None:
    record(Component.USER, item_id=user.pk, item_name=str(user), action=action, changes=changes, actor=actor)
