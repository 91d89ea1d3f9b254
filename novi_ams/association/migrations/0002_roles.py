from django.db import migrations

from novi_ams.association.roles import RoleName, grant


def grant_rights(apps, schema_editor):
    admin, limited = RoleName.ASSOCIATION_ADMIN, RoleName.LIMITED_ADMIN
    grant(
        apps,
        "association",
        {
            "association.view_association": [admin, limited],
            "association.change_settings": [admin],
            "association.manage_admin_users": [admin],
        },
    )
    grant(apps, "audit", {"auditentry.view_auditentry": [admin, limited]})


class Migration(migrations.Migration):
    dependencies = [
        ("association", "0001_initial"),
        ("audit", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_rights, migrations.RunPython.noop)]
