"""PostgreSQL itself refuses to change or delete what was recorded.

Only `novi_ams.audit.prune` gets rows deleted, by a setting that lasts for its own transaction.
"""

from typing import Any

from django.db import migrations

CREATE = """
CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('novi.pruning_audit_log', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only();
"""
DROP = """
DROP TRIGGER audit_log_is_append_only ON audit_auditentry;
DROP FUNCTION audit_log_is_append_only();
"""


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def unguard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_actor_stays")]

    operations = [migrations.RunPython(guard, unguard)]
