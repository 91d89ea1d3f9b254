"""What this room puts into the pages of the rooms below."""

from __future__ import annotations

from groups import slots as groups
from integrations.attention import digest_items
from integrations.custom_field_deleting import field_uses
from integrations.forgetting import consequences as contact_consequences
from integrations.forgetting import order_deletion
from integrations.views import group_panels, group_preview, home_panels, member_panels, shell_panels
from integrations.views.group import group_tab
from integrations.views.of_member import email_sync_tab
from integrations.views.settings import settings_tab
from members import slots as members
from novi_ams.association import slots


def register() -> None:
    slots.navigation.register(shell_panels.report_item, order=40)
    slots.settings_tabs.register(settings_tab, order=50)
    slots.banners.register(shell_panels.reconnect_banner, order=10)
    slots.banners.register(shell_panels.wrong_site_banner, order=20)
    slots.side_foot.register(shell_panels.side_foot)
    slots.attention.register(home_panels.attention, order=10)
    slots.digest_items.register(digest_items, order=10)
    slots.home_side.register(home_panels.email_sync, order=10)
    slots.home_side.register(home_panels.api_requests, order=20)
    groups.tabs.register(group_tab, order=50)
    groups.list_columns.register(group_panels.sync_column, order=10)
    groups.list_columns.register(group_panels.last_synced_column, order=20)
    groups.list_filters.register(group_panels.family_filter)
    groups.list_summaries.register(group_panels.list_summary)
    groups.row_actions.register(group_panels.row_actions)
    groups.status_lines.register(group_panels.status_line)
    groups.save_preview.register(group_preview.save_panel)
    groups.delete_consequences.register(group_panels.delete_consequence)
    groups.member_columns.register(group_panels.member_column)
    groups.member_filters.register(group_panels.member_filter)
    members.tabs.register(email_sync_tab, order=60)
    members.side_panels.register(member_panels.email_sync, order=20)
    members.delete_consequences.register(member_panels.leaving_lists)
    members.delete_consequences.register(contact_consequences)
    members.on_delete.register(order_deletion)
    members.deactivate_consequences.register(member_panels.leaving_lists)
    members.field_uses.register(field_uses)
