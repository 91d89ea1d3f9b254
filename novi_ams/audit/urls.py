"""Addresses of the audit log."""

from django.urls import path

from novi_ams.audit import views

urlpatterns = [
    path("reports/audit/", views.audit_log, name="audit_log"),
    path("reports/audit/export.csv", views.audit_log_csv, name="audit_log_csv"),
]
