from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "novi_ams.audit"
    label = "audit"
    verbose_name = "Audit Log"
