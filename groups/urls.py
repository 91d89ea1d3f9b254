"""Addresses of this room."""

from django.urls import path

from groups.views import (
    builder,
    copying,
    editing,
    frame,
    history,
    listing,
    of_member,
    people,
    picking,
    previewing,
)

urlpatterns = [
    path("groups/", listing.groups, name="groups"),
    path("groups/add/", editing.add, name="group_add"),
    path("groups/add/preview/", previewing.preview_new, name="group_preview_new"),
    path("groups/add/records/", picking.records_new, name="group_records_new"),
    path("groups/conditions/new/", builder.new_condition, name="group_condition_new"),
    path("groups/conditions/new-set/", builder.new_condition_set, name="group_condition_set_new"),
    path("groups/conditions/changed/", builder.changed_condition, name="group_condition_changed"),
    path("groups/<int:pk>/", editing.details, name="group"),
    path("groups/<int:pk>/head/", frame.group_head, name="group_head"),
    path("groups/<int:pk>/preview/", previewing.preview_changed, name="group_preview"),
    path("groups/<int:pk>/records/", picking.records_changed, name="group_records"),
    path("groups/<int:pk>/members/", people.members, name="group_members"),
    path("groups/<int:pk>/why/", people.explain, name="group_why"),
    path("groups/<int:pk>/audit/", history.audit, name="group_audit"),
    path("groups/<int:pk>/copy/", copying.copy, name="group_copy"),
    path("groups/<int:pk>/delete/", copying.delete, name="group_delete"),
    path("members/<int:pk>/groups/", of_member.member_groups, name="member_groups"),
]
