"""What this room puts into the side bar and the gear menu.

The side bar's order: Home 0, Members 10, Groups 20, Custom Fields 30, Email Sync Report 40, Audit Log 50.
"""

from django.http import HttpRequest
from django.urls import reverse

from novi_ams.association import slots
from novi_ams.association.slots import NavItem
from novi_ams.audit.links import register_page
from novi_ams.audit.models import Component


def home(request: HttpRequest) -> list[NavItem]:
    return [NavItem("", "Home", reverse("home"), "house", "association.view_association")]


def audit_log(request: HttpRequest) -> list[NavItem]:
    return [NavItem("Reporting", "Audit Log", reverse("audit_log"), "history", "audit.view_auditentry")]


def settings(request: HttpRequest) -> list[NavItem]:
    url = reverse("association_settings")
    return [NavItem("", "Association Settings", url, "sliders-horizontal", "association.change_settings")]


def admin_users(request: HttpRequest) -> list[NavItem]:
    return [NavItem("", "Admin Users", reverse("admin_users"), "users", "association.manage_admin_users")]


def register() -> None:
    slots.navigation.register(home, order=0)
    slots.navigation.register(audit_log, order=50)
    slots.gear_menu.register(settings, order=0)
    slots.gear_menu.register(admin_users, order=10)
    register_page(Component.USER, "admin_user_role")
