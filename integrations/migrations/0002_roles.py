"""Who may do what with Constant Contact.

Deleting a synced list is turning a sync off: it deletes the list there, so it is for Association Admins.
"""

from typing import Any

from django.db import migrations

from novi_ams.association.roles import RoleName, grant

BOTH = [RoleName.ASSOCIATION_ADMIN, RoleName.LIMITED_ADMIN]
ADMIN = [RoleName.ASSOCIATION_ADMIN]
RIGHTS = {
    "constantcontactconnection.view_constantcontactconnection": BOTH,
    "constantcontactconnection.manage_connection": ADMIN,
    "syncfield.view_syncfield": BOTH,
    "syncfield.manage_sync_fields": ADMIN,
    "syncedlist.view_syncedlist": BOTH,
    "syncedlist.add_syncedlist": BOTH,
    "syncedlist.change_syncedlist": BOTH,
    "syncedlist.delete_syncedlist": ADMIN,
    "contact.view_contact": BOTH,
    "contact.change_contact": BOTH,
    "syncrun.view_syncrun": BOTH,
}


def grant_rights(apps: Any, schema_editor: Any) -> None:
    grant(apps, "integrations", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_initial"),
        ("association", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_rights, migrations.RunPython.noop)]
