"""What each role may do in this room, as the migrations granted it."""

import pytest

from novi_ams.association.roles import RoleName, assign
from novi_ams.tests.people import association_admin, limited_admin, person

pytestmark = pytest.mark.django_db
RIGHTS = [
    ("association.view_association", True),
    ("audit.view_auditentry", True),
    ("association.change_settings", False),
    ("association.manage_admin_users", False),
]


@pytest.mark.parametrize(("right", "for_limited"), RIGHTS)
def test_rights_of_the_roles(right: str, for_limited: bool) -> None:
    assert association_admin().has_perm(right)
    assert limited_admin().has_perm(right) is for_limited
    assert not person().has_perm(right)


def test_a_new_role_takes_the_place_of_the_old_one() -> None:
    user = association_admin()
    assign(user, RoleName.LIMITED_ADMIN)
    assert [role.name for role in user.groups.all()] == [RoleName.LIMITED_ADMIN]
