"""Both roles work with groups; only an Association Admin deletes them."""

from __future__ import annotations

import pytest

from novi_ams.association.models import User
from novi_ams.association.roles import RoleName, assign

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "may_delete"), [(RoleName.ASSOCIATION_ADMIN, True), (RoleName.LIMITED_ADMIN, False)]
)
def test_what_each_role_may_do_with_groups(role: RoleName, may_delete: bool) -> None:
    user = User.objects.create_user("grace@example.com")
    assign(user, role)
    assert user.has_perms(["groups.view_group", "groups.add_group", "groups.change_group"])
    assert user.has_perm("groups.delete_group") is may_delete
