"""Memberships keep three indexes: two that Django gave their keys repeat the beginning of others."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0003_differences"),
        ("members", "0005_counts_on_home"),
    ]

    operations = [
        migrations.AlterField(
            model_name="groupmember",
            name="group",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="groups.group",
            ),
        ),
        migrations.AlterField(
            model_name="groupmember",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="group_memberships",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="grouprecord",
            name="group",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="records",
                to="groups.group",
            ),
        ),
        migrations.AddIndex(
            model_name="groupmember",
            index=models.Index(fields=["group", "is_beneficiary"], name="groups_grou_group_i_e445df_idx"),
        ),
    ]
