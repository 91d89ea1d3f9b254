"""The table of questions, in the order in which they are asked, and why some are not asked at all."""

from __future__ import annotations

from integrations.experiments import (
    consent,
    custom_fields,
    imports,
    jobs,
    lists,
    people,
    row_problems,
    sign_in,
)
from integrations.experiments.findings import Question
from integrations.sandbox.switches import Topic

_T = Topic

# fmt: off
QUESTIONS = (
    Question(_T.GATEWAY, "The last page's _links", sign_in.last_page_links, "last_page_links"),
    Question(_T.GATEWAY, "A request without a token", sign_in.missing_authorization, "missing_authorization"),
    Question(_T.OAUTH, "Refresh tokens work once or stay the same", sign_in.refresh_tokens, "refresh_tokens"),
    Question(_T.OAUTH, "Lifetime of an access token", sign_in.access_token_seconds, "access_token_seconds"),
    Question(_T.OAUTH, "A refresh ends the access token before it",
             sign_in.refresh_kills_access_tokens, "refresh_kills_access_tokens"),
    Question(_T.OAUTH, "Shape of the token endpoint's errors", sign_in.oauth_errors, "oauth_errors"),

    Question(_T.LISTS, "A taken list name is a conflict", lists.taken_list_name),
    Question(_T.LISTS, "List names are unique without regard to case",
             lists.list_names_ignore_case, "list_names_ignore_case"),
    Question(_T.LISTS, "Renaming a list to a name that is taken", lists.list_rename_clash, "list_rename_clash"),
    Question(_T.LISTS, "A list is found by its name, with its description", lists.descriptions_come_back),
    Question(_T.LISTS, "GET of a deleted list", lists.deleted_list, "deleted_list"),
    Question(_T.LISTS, "A deleted list keeps its name",
             lists.deleted_list_names_reserved, "deleted_list_names_reserved"),
    Question(_T.LISTS, "Deleted lists are among the lists", lists.deleted_lists_are_listed, "deleted_lists_are_listed"),
    Question(_T.ACTIVITIES, "The deletion of a list is among the jobs",
             jobs.list_deletions_are_listed, "list_deletions_are_listed"),
    Question(_T.CONTACTS, "When a search shows a new contact", jobs.search_lag, "search_lag_seconds"),
    Question(_T.LISTS, "Who leaves the last list stays a contact", lists.last_list_left),

    Question(_T.FIELDS, "A taken label is a conflict", custom_fields.taken_label),
    Question(_T.FIELDS, "Case of a custom field's name", custom_fields.field_name_case, "field_name_case"),
    Question(_T.FIELDS, "A new label gives a custom field a new name",
             custom_fields.renaming_changes_name, "renaming_changes_name"),
    Question(_T.FIELDS, "Deleting a custom field removes its values",
             custom_fields.deleting_field_removes_values, "deleting_field_removes_values"),
    Question(_T.FIELDS, "Values of date fields must be dates",
             custom_fields.bad_dates_refused, "bad_dates_refused"),
    Question(_T.FIELDS, "How dates are given back", custom_fields.date_values, "date_values"),

    Question(_T.CONTACTS, "Wording of the conflict for a known address", people.email_conflict, "email_conflict"),
    Question(_T.CONTACTS, "Addresses are compared without regard to case", people.addresses_ignore_case),
    Question(_T.CONTACTS, "PUT without permission_to_send",
             people.put_without_permission, "put_without_permission"),
    Question(_T.CONTACTS, "PUT without email_address", people.put_without_email, "put_without_email"),
    Question(_T.CONTACTS, "PUT empties core properties that it leaves out", people.put_nulls_the_rest),
    Question(_T.CONTACTS, "PUT replaces all custom fields when it has some", people.put_replaces_fields),
    Question(_T.CONTACTS, "Too long values in POST and PUT", people.overlong_values, "overlong_values"),
    Question(_T.CONTACTS, "Values come back as they were sent", people.mangling, "mangling"),
    Question(_T.CONTACTS, "GET of a deleted contact", people.deleted_contact, "deleted_contact"),
    Question(_T.CONTACTS, "A deleted contact keeps its address", people.deleting_keeps_the_address),
    Question(_T.CONTACTS, "A deleted contact loses its custom field values",
             people.deleting_clears_values, "deleting_clears_values"),
    Question(_T.CONTACTS, "Deleting a contact moves updated_at",
             people.deleting_moves_updated_at, "deleting_moves_updated_at"),
    Question(_T.CONTACTS, "Deleting a contact twice does no harm", people.second_delete),

    Question(_T.CONTACTS, "An opt-out takes a contact off its lists", consent.opting_out_leaves_lists),
    Question(_T.CONTACTS, "optout_after finds who opted out", consent.optout_after_finds),
    Question(_T.CONTACTS, "PUT of lists to an unsubscribed contact",
             consent.lists_on_unsubscribed, "lists_on_unsubscribed"),
    Question(_T.CONTACTS, "PUT leaves an unsubscribed contact unsubscribed", consent.put_leaves_opted_out),
    Question(_T.IMPORT, "An import leaves the unsubscribed off the list", consent.import_leaves_opted_out),

    Question(_T.IMPORT, "An import gives new contacts implicit permission", imports.new_permission),
    Question(_T.IMPORT, "A blank value in an import clears the value",
             imports.import_clears_blanks, "import_clears_blanks"),
    Question(_T.IMPORT, "An import leaves what it does not name", imports.import_keeps_the_rest),
    Question(_T.IMPORT, "A deleted contact in an import", imports.import_of_deleted, "import_of_deleted"),
    Question(_T.IMPORT, "An import that changes nothing moves updated_at",
             imports.import_moves_unchanged, "import_moves_unchanged"),
    Question(_T.IMPORT, "Of two rows for an address the last one wins", imports.last_row_wins),
    Question(_T.IMPORT, "A cf: name that does not exist",
             row_problems.import_unknown_field, "import_unknown_field"),
    Question(_T.IMPORT, "A list that does not exist", row_problems.import_unknown_list, "import_unknown_list"),
    Question(_T.IMPORT, "Too long values in an import",
             row_problems.import_overlong_values, "import_overlong_values"),
    Question(_T.IMPORT, "Addresses of 51 to 80 characters", row_problems.import_long_emails, "import_long_emails"),
    Question(_T.IMPORT, "Failed rows are named by line", row_problems.row_errors, "row_errors"),
    Question(_T.IMPORT, "Good rows are imported beside a bad one", row_problems.good_rows_survive),

    Question(_T.ACTIVITIES, "How long an import of one row takes", jobs.activity_seconds, "activity_seconds"),
    Question(_T.ACTIVITIES, "Jobs run one after the other", jobs.serial_activities, "serial_activities"),
    Question(_T.CONTACTS, "When a list's people show after an import", jobs.read_lag, "read_lag_seconds"),
    Question(_T.LISTS, "When a list's count is right after an import", jobs.count_lag, "count_lag_seconds"),

    Question(_T.CONTACTS, "A 51st list in a PUT",
             row_problems.fifty_first_list, "fifty_first_list", needs_many_lists=True),
    Question(_T.IMPORT, "A 51st list in an import",
             row_problems.import_fifty_first_list, "import_fifty_first_list", needs_many_lists=True),
)
# fmt: on

_TROUBLE = "This makes trouble on purpose; it is no question about the service."
_LIMITS = (
    "Finding out means going over the limit on purpose, and the limit is the application's: every installation with "
    "the same client id would stand still."
)

NOT_ASKED = {
    "down": _TROUBLE,
    "slow_seconds": _TROUBLE,
    "refuse_every": _TROUBLE,
    "lose_answer_every": _TROUBLE,
    "quota_used_up": _TROUBLE,
    "requests_per_second": _LIMITS,
    "requests_per_day": _LIMITS,
    "throttled_requests_count": _LIMITS,
    "token_requests_per_second": _LIMITS,
    "code_seconds": "A person has to sign in and then wait at the callback.",
    "rotation_grace_seconds": "Using a spent refresh token may end the connection, which a person would have to renew.",
    "second_authorization_kills_first": "A person has to sign in a second time: connect, connect again from another "
    "browser, and see whether the first grant still refreshes.",
    "redirect_uris": "A person has to sign in with an address that is not registered.",
    "application_active": "This check would not have got this far with a deactivated application.",
    "privileges": "This check would not have begun without the rights a sync needs.",
    "put_may_resubscribe": "Giving a permission to somebody unsubscribed breaks Constant Contact's terms, even for a "
    "contact made up for it; the product never does it.",
    "unsubscribing_moves_updated_at": "A person has to unsubscribe by the link in an email; then compare updated_at.",
    "leaving_moves_updated_at": "A person has to leave one list by the profile link in an email; then compare "
    "updated_at.",
    "activity_outcome": _TROUBLE,
    "unfinished_work": "It needs a job that fails by itself, which cannot be brought about from outside.",
    "queue_full": "It needs 1,000 jobs waiting, which would keep the account busy for hours.",
}
"""Switches that no experiment can tell, and why."""
