"""The two roles, and how each room's migration grants its own rights to them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import Group as Role

from novi_ams.association.models import User


class RoleName(StrEnum):
    ASSOCIATION_ADMIN = "Association Admin"
    LIMITED_ADMIN = "Limited Admin"


def grant(apps: Any, app_label: str, rights: Mapping[str, Sequence[RoleName]]) -> None:
    """Give each `model.codename` of `rights` to its roles; for RunPython in a migration.

    Permissions are normally made after all migrations, too late for this, so they are made here.
    """
    content_types, permissions = apps.get_model("contenttypes.ContentType"), apps.get_model("auth.Permission")
    roles = {name: apps.get_model("auth.Group").objects.get_or_create(name=name)[0] for name in RoleName}
    for key, names in rights.items():
        model, codename = key.split(".")
        content_type = content_types.objects.get_or_create(app_label=app_label, model=model)[0]
        permission = permissions.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": codename.replace("_", " ")}
        )[0]
        for name in names:
            roles[name].permissions.add(permission)


def assign(user: User, role: RoleName) -> None:
    """Make `role` the user's only role."""
    user.groups.set([Role.objects.get(name=role)])
