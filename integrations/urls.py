"""Addresses of this room."""

from django.urls import include, path

from integrations.views import (
    activity,
    connecting,
    group,
    group_preview,
    help,
    list_orders,
    of_member,
    person_remedy,
    report,
    settings,
    shell_panels,
    sync_fields,
    unlisted,
)

named = [
    path("settings/integrations/", settings.integrations, name="settings"),
    path("settings/integrations/connection/", settings.connection_state, name="connection"),
    path("settings/integrations/progress/", settings.progress, name="progress"),
    path("settings/integrations/foot/", shell_panels.foot, name="foot"),
    path("settings/integrations/connect/", connecting.connect, name="connect"),
    path("settings/integrations/test/", settings.test, name="test"),
    path("settings/integrations/disconnect/", settings.disconnect_dialog, name="disconnect"),
    path("settings/integrations/other-account/", settings.other_account, name="other_account"),
    path("settings/integrations/this-site/", settings.this_site, name="this_site"),
    path("settings/integrations/pause/", settings.pause_everything, name="pause_everything"),
    path("settings/integrations/fields/", sync_fields.edit, name="edit_fields"),
    path("groups/<int:pk>/integrations/", group.integrations, name="group"),
    path("groups/<int:pk>/integrations/panel/", group.panel, name="group_panel"),
    path("groups/<int:pk>/integrations/line/", group.status_line, name="status_line"),
    path("groups/<int:pk>/integrations/save/", group.save, name="save"),
    path("groups/<int:pk>/integrations/off/", group.turn_off_dialog, name="turn_off"),
    path("groups/<int:pk>/integrations/pause/", group.pause_sync, name="pause"),
    path("groups/<int:pk>/integrations/resume/", group.resume_sync, name="resume"),
    path("groups/<int:pk>/integrations/check/", group.check, name="check"),
    path("groups/<int:pk>/integrations/again/", group.create_again, name="create_again"),
    path("groups/<int:pk>/integrations/preview/", group_preview.preview_sync, name="preview"),
    path("groups/<int:pk>/integrations/held/", group.held, name="held"),
    path("groups/<int:pk>/integrations/leavers/", group.leavers, name="leavers"),
    path("groups/<int:pk>/integrations/addresses/", list_orders.addresses, name="addresses"),
    path("members/<int:pk>/email-sync/", of_member.of_member, name="of_member"),
    path("groups/<int:pk>/integrations/rename/", list_orders.rename, name="rename"),
    path("groups/<int:pk>/integrations/strangers/", list_orders.remove_from_list, name="remove_strangers"),
    path("reports/email-sync/", report.report, name="report"),
    path("reports/email-sync/export.csv", report.report_csv, name="report_csv"),
    path("reports/email-sync/try-again/", report.try_refused_again, name="try_refused_again"),
    path(
        "reports/email-sync/contacts/<int:pk>/try-again/", person_remedy.try_contact_again, name="try_again"
    ),
    path(
        "reports/email-sync/lists/<int:list_pk>/<int:member_pk>/add-back/",
        person_remedy.add_person_back,
        name="add_back",
    ),
    path("reports/contacts-on-no-list/", unlisted.unlisted, name="unlisted"),
    path("reports/contacts-on-no-list/export.csv", unlisted.unlisted_csv, name="unlisted_csv"),
    path("reports/sync-activity/", activity.activity, name="activity"),
    path("reports/sync-activity/now/", activity.running, name="running"),
    path("integrations/constant-contact/callback/", connecting.callback, name="callback"),
]

urlpatterns = [
    path("help/", help.answers, name="help"),
    path("", include((named, "integrations"))),
]
