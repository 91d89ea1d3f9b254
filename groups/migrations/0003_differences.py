"""The temporary table of differences; made by each connection for itself, so nothing is made here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_roles")]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("member_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("had", models.SmallIntegerField()),
                ("wanted", models.SmallIntegerField()),
            ],
            options={"managed": False, "default_permissions": ()},
        )
    ]
