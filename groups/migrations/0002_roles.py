"""Who may work with groups: both roles; deleting is for Association Admins."""

from typing import Any

from django.db import migrations

from novi_ams.association.roles import RoleName, grant

BOTH = [RoleName.ASSOCIATION_ADMIN, RoleName.LIMITED_ADMIN]
RIGHTS = {
    "group.view_group": BOTH,
    "group.add_group": BOTH,
    "group.change_group": BOTH,
    "group.delete_group": [RoleName.ASSOCIATION_ADMIN],
}


def grant_rights(apps: Any, schema_editor: Any) -> None:
    grant(apps, "groups", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0001_initial"),
        ("association", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_rights, migrations.RunPython.noop)]
