"""Who may do what with member records, custom fields and member types."""

from django.db import migrations

from novi_ams.association.roles import RoleName, grant

ADMIN = [RoleName.ASSOCIATION_ADMIN]
EVERYBODY = list(RoleName)
RIGHTS = {
    "member.view_member": EVERYBODY,
    "member.add_member": EVERYBODY,
    "member.change_member": EVERYBODY,
    "member.delete_member": ADMIN,
    "customfield.manage_custom_fields": ADMIN,
}


def grant_rights(apps, schema_editor):
    grant(apps, "members", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_initial"),
        ("association", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_rights, migrations.RunPython.noop)]
