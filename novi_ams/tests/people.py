"""People who sign in, for tests; without a password, because hashing one takes longer than most tests."""

from http.cookies import Morsel
from itertools import count
from typing import Any

from django.conf import settings
from django.test import Client

from novi_ams.association.models import User
from novi_ams.association.roles import RoleName, assign

_numbers = count(1)
BACKEND = "novi_ams.association.role_backend.RoleBackend"


def person(role: RoleName | None = None, **values: Any) -> User:
    """Somebody who may sign in, with `role` or with no right at all."""
    defaults = {
        "email": f"person{next(_numbers)}@example.org",
        "first_name": "Margaret",
        "last_name": "Olsen",
    }
    user = User.objects.create_user(**{**defaults, **values})
    if role:
        assign(user, role)
    return user


def association_admin(**values: Any) -> User:
    return person(RoleName.ASSOCIATION_ADMIN, **values)


def limited_admin(**values: Any) -> User:
    return person(RoleName.LIMITED_ADMIN, **values)


def superuser(**values: Any) -> User:
    return person(None, is_superuser=True, is_staff=True, **values)


def client_of(user: User, *, enforce_csrf_checks: bool = False) -> Client:
    """A test client in which `user` is signed in."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(user, backend=BACKEND)
    return client


def session_cookie(user: User) -> Morsel[str]:
    """The cookie that makes a browser this person's."""
    return client_of(user).cookies[settings.SESSION_COOKIE_NAME]
