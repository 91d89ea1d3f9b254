"""The API's endpoints: path, method, the scope and the user privilege each needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from integrations.sandbox import (
    accounts,
    activities,
    bulk,
    contact_search,
    contacts,
    exports,
    fields,
    imports,
    lists,
    sign_up,
)

Handler = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    handler: Handler
    scope: str | None
    privilege: str | None


_READ, _WRITE = "contacts:read", "contacts:write"
_LISTS_READ, _LISTS_WRITE = "contacts:lists:read", "contacts:lists:write"
_DATA = "contact_data"

# (method, path below /v3, handler, scope, privilege); reading activities needs contacts:write, as documented.
_TABLE: tuple[tuple[str, str, Handler, str | None, str | None], ...] = (
    ("GET", "account/summary", accounts.get_summary, "account_read", "account:read"),
    ("GET", "account/user/privileges", accounts.get_privileges, None, None),
    ("GET", "contacts", contact_search.get_contacts, _DATA, _READ),
    ("POST", "contacts", contacts.post_contact, _DATA, _WRITE),
    ("GET", "contacts/counts", contacts.get_counts, _DATA, _READ),
    ("POST", "contacts/sign_up_form", sign_up.post_sign_up, _DATA, _WRITE),
    ("PUT", "contacts/resubscribe/<contact_id>", sign_up.put_resubscribe, _DATA, _WRITE),
    ("GET", "contacts/<contact_id>", contacts.get_contact, _DATA, _READ),
    ("PUT", "contacts/<contact_id>", contacts.put_contact, _DATA, _WRITE),
    ("DELETE", "contacts/<contact_id>", contacts.delete_contact, _DATA, _WRITE),
    ("GET", "contact_lists", lists.get_lists, _DATA, _LISTS_READ),
    ("POST", "contact_lists", lists.post_list, _DATA, _LISTS_WRITE),
    ("GET", "contact_lists/<list_id>", lists.get_list, _DATA, _LISTS_READ),
    ("PUT", "contact_lists/<list_id>", lists.put_list, _DATA, _LISTS_WRITE),
    ("DELETE", "contact_lists/<list_id>", lists.delete_list, _DATA, _LISTS_WRITE),
    ("GET", "contact_custom_fields", fields.get_fields, _DATA, _READ),
    ("POST", "contact_custom_fields", fields.post_field, _DATA, _WRITE),
    ("GET", "contact_custom_fields/<custom_field_id>", fields.get_field, _DATA, _READ),
    ("PUT", "contact_custom_fields/<custom_field_id>", fields.put_field, _DATA, _WRITE),
    ("DELETE", "contact_custom_fields/<custom_field_id>", fields.delete_field, _DATA, _WRITE),
    ("GET", "activities", activities.get_activities, _DATA, _WRITE),
    ("GET", "activities/<activity_id>", activities.get_activity, _DATA, _WRITE),
    ("POST", "activities/contacts_json_import", imports.post_import, _DATA, _WRITE),
    ("POST", "activities/add_list_memberships", bulk.post_add_memberships, _DATA, _WRITE),
    ("POST", "activities/remove_list_memberships", bulk.post_remove_memberships, _DATA, _WRITE),
    ("POST", "activities/list_delete", bulk.post_list_delete, _DATA, _WRITE),
    ("POST", "activities/custom_fields_delete", bulk.post_fields_delete, _DATA, _WRITE),
    ("POST", "activities/contact_delete", bulk.post_contact_delete, _DATA, _WRITE),
    ("POST", "activities/contact_exports", exports.post_export, _DATA, _WRITE),
    ("GET", "contact_exports/<file_export_id>", exports.get_export, _DATA, _WRITE),
)

ENDPOINTS = [Endpoint(handler, scope, privilege) for _, _, handler, scope, privilege in _TABLE]

API = Map(
    [
        Rule(f"/v3/{path}", methods=[method], endpoint=number)
        for number, (method, path, *_) in enumerate(_TABLE)
    ],
    strict_slashes=False,
)
