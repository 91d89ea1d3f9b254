"""What the public documents of Constant Contact leave open, and what may go wrong: one switch each.

Every switch names where its default comes from: documented, stated by staff, observed in the wild, inferred,
unknown (nobody knows; a sync has to survive either way), or a knob that exists only to make trouble.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, cast, get_type_hints

from integrations.sandbox.choices import (
    Applied,
    Clash,
    ConflictMessage,
    DateValues,
    Deleted,
    Gone,
    LastPage,
    Mangling,
    Missing,
    NameCase,
    OAuthErrors,
    OmittedEmail,
    OmittedPermission,
    Outcome,
    Overlong,
    Privileges,
    QueueFull,
    RedirectCheck,
    Refresh,
    Refusal,
    RowErrors,
    RowProblem,
)


class Source(StrEnum):
    DOCUMENTED = "documented"
    STAFF = "stated by staff"
    OBSERVED = "observed"
    INFERRED = "inferred"
    UNKNOWN = "unknown"
    KNOB = "knob"


class Topic(StrEnum):
    TROUBLE = "What may go wrong"
    PACING = "Pacing"
    OAUTH = "Signing in"
    GATEWAY = "The gateway"
    CONTACTS = "Contacts"
    LISTS = "Lists"
    FIELDS = "Custom fields"
    IMPORT = "Import"
    ACTIVITIES = "Activities"


@dataclass(frozen=True, slots=True)
class About:
    """What a switch is for, and where its default comes from."""

    topic: Topic
    source: Source
    meaning: str


_T, _S = Topic, Source


@dataclass(frozen=True, kw_only=True)
class Switches:
    """How this stand-in behaves; change some with `dataclasses.replace` or `SandboxServer.set`."""

    down: Annotated[bool, About(_T.TROUBLE, _S.KNOB, "Answer 503 with an HTML page to everything")] = False
    slow_seconds: Annotated[
        float, About(_T.TROUBLE, _S.KNOB, "Wait this many seconds before every answer")
    ] = 0.0
    refuse_every: Annotated[
        int, About(_T.TROUBLE, _S.KNOB, "Answer 500 to every n-th API request (0: never)")
    ] = 0
    lose_answer_every: Annotated[
        int, About(_T.TROUBLE, _S.KNOB, "Do the work of every n-th write, then hang up (0: never)")
    ] = 0
    quota_used_up: Annotated[bool, About(_T.TROUBLE, _S.KNOB, "Answer that the day's quota is used up")] = (
        False
    )

    requests_per_second: Annotated[
        float,
        About(_T.PACING, _S.DOCUMENTED, "Requests a second and client id, as a token bucket (0: no pacing)"),
    ] = 4.0
    requests_per_day: Annotated[
        int, About(_T.PACING, _S.DOCUMENTED, "Requests a UTC day and client id (0: no limit)")
    ] = 10_000
    throttled_requests_count: Annotated[
        bool, About(_T.PACING, _S.UNKNOWN, "Throttled requests count towards the day")
    ] = True
    token_requests_per_second: Annotated[
        float, About(_T.PACING, _S.STAFF, "Token requests a second and client id (0: no pacing)")
    ] = 1.0

    refresh_tokens: Annotated[
        Refresh, About(_T.OAUTH, _S.STAFF, "Refresh tokens work once, or stay the same")
    ] = Refresh.ROTATING
    access_token_seconds: Annotated[int, About(_T.OAUTH, _S.STAFF, "Lifetime of an access token")] = 86_400
    code_seconds: Annotated[int, About(_T.OAUTH, _S.STAFF, "Lifetime of an authorization code")] = 300
    rotation_grace_seconds: Annotated[
        float, About(_T.OAUTH, _S.UNKNOWN, "A refresh token that was just rotated works this much longer")
    ] = 0.0
    refresh_kills_access_tokens: Annotated[
        bool, About(_T.OAUTH, _S.INFERRED, "A refresh ends earlier access tokens at once")
    ] = False
    second_authorization_kills_first: Annotated[
        bool, About(_T.OAUTH, _S.UNKNOWN, "Connecting the same app again revokes the earlier grant")
    ] = False
    oauth_errors: Annotated[
        OAuthErrors, About(_T.OAUTH, _S.INFERRED, "Shape of the token endpoint's errors")
    ] = OAuthErrors.PLAIN
    redirect_uris: Annotated[
        RedirectCheck,
        About(_T.OAUTH, _S.KNOB, "First host is remembered, exact match needed, or nothing matches"),
    ] = RedirectCheck.REMEMBERED

    missing_authorization: Annotated[
        Missing, About(_T.GATEWAY, _S.INFERRED, "Status without an Authorization header")
    ] = Missing.FORBIDDEN
    application_active: Annotated[
        bool, About(_T.GATEWAY, _S.DOCUMENTED, "The application is active; if not, everything is 403")
    ] = True
    privileges: Annotated[
        Privileges, About(_T.GATEWAY, _S.DOCUMENTED, "What the person who connected may do")
    ] = Privileges.ALL
    last_page_links: Annotated[LastPage, About(_T.GATEWAY, _S.OBSERVED, "_links on the last page")] = (
        LastPage.ABSENT
    )

    email_conflict: Annotated[
        ConflictMessage, About(_T.CONTACTS, _S.OBSERVED, "Wording of the 409 for an email that exists")
    ] = ConflictMessage.PLAIN
    lists_on_unsubscribed: Annotated[
        Refusal, About(_T.CONTACTS, _S.INFERRED, "Putting an unsubscribed contact on lists with PUT")
    ] = Refusal.REFUSED
    put_without_permission: Annotated[
        OmittedPermission,
        About(
            _T.CONTACTS,
            _S.UNKNOWN,
            "PUT without permission_to_send keeps the permission or makes it implicit",
        ),
    ] = OmittedPermission.KEPT
    put_may_resubscribe: Annotated[
        bool, About(_T.CONTACTS, _S.UNKNOWN, "PUT with another permission_to_send undoes an opt-out")
    ] = True
    put_without_email: Annotated[
        OmittedEmail, About(_T.CONTACTS, _S.UNKNOWN, "PUT without email_address")
    ] = OmittedEmail.REFUSED
    deleted_contact: Annotated[Gone, About(_T.CONTACTS, _S.UNKNOWN, "GET of a deleted contact")] = Gone.SHOWN
    deleting_clears_values: Annotated[
        bool, About(_T.CONTACTS, _S.UNKNOWN, "A deleted contact loses its custom field values")
    ] = False
    deleting_moves_updated_at: Annotated[
        bool, About(_T.CONTACTS, _S.UNKNOWN, "Deleting a contact moves its updated_at")
    ] = True
    overlong_values: Annotated[
        Overlong, About(_T.CONTACTS, _S.UNKNOWN, "Too long values in POST and PUT: refused or truncated")
    ] = Overlong.REFUSED
    fifty_first_list: Annotated[Refusal, About(_T.CONTACTS, _S.UNKNOWN, "A 51st list in POST and PUT")] = (
        Refusal.REFUSED
    )
    mangling: Annotated[
        Mangling, About(_T.CONTACTS, _S.KNOB, "The service trims or reformats what it is sent")
    ] = Mangling.OFF
    unsubscribing_moves_updated_at: Annotated[
        bool, About(_T.CONTACTS, _S.STAFF, "Unsubscribing moves the contact's updated_at")
    ] = False
    leaving_moves_updated_at: Annotated[
        bool, About(_T.CONTACTS, _S.UNKNOWN, "Leaving one list through the profile moves updated_at")
    ] = False
    read_lag_seconds: Annotated[
        float, About(_T.CONTACTS, _S.UNKNOWN, "GET /contacts?lists= shows memberships this much later")
    ] = 0.0

    search_lag_seconds: Annotated[
        float,
        About(
            _T.CONTACTS, _S.UNKNOWN, "GET /contacts leaves out whoever was changed less long ago than this"
        ),
    ] = 0.0

    deleted_lists_are_listed: Annotated[
        bool,
        About(_T.LISTS, _S.UNKNOWN, "GET /contact_lists shows deleted lists unless asked for active ones"),
    ] = False
    deleted_list_names_reserved: Annotated[
        bool, About(_T.LISTS, _S.UNKNOWN, "A deleted list keeps its name")
    ] = False
    list_names_ignore_case: Annotated[
        bool, About(_T.LISTS, _S.UNKNOWN, "List names are unique without regard to case")
    ] = True
    list_rename_clash: Annotated[Clash, About(_T.LISTS, _S.INFERRED, "PUT of a list name that is taken")] = (
        Clash.CONFLICT
    )
    deleted_list: Annotated[Gone, About(_T.LISTS, _S.UNKNOWN, "GET of a deleted list")] = Gone.NOT_FOUND
    count_lag_seconds: Annotated[
        float, About(_T.LISTS, _S.UNKNOWN, "membership_count lags this much behind")
    ] = 0.0

    field_name_case: Annotated[NameCase, About(_T.FIELDS, _S.DOCUMENTED, "Case of a custom field's name")] = (
        NameCase.KEPT
    )
    renaming_changes_name: Annotated[
        bool, About(_T.FIELDS, _S.UNKNOWN, "A new label gives a custom field a new name")
    ] = False
    deleting_field_removes_values: Annotated[
        bool, About(_T.FIELDS, _S.INFERRED, "Deleting a custom field removes its values")
    ] = True
    bad_dates_refused: Annotated[
        bool, About(_T.FIELDS, _S.UNKNOWN, "Values of date fields must be dates")
    ] = True
    date_values: Annotated[
        DateValues, About(_T.FIELDS, _S.UNKNOWN, "How values of date fields are given back")
    ] = DateValues.AS_SENT

    import_clears_blanks: Annotated[
        bool, About(_T.IMPORT, _S.INFERRED, "A blank value in an import clears the value")
    ] = False
    import_of_deleted: Annotated[Deleted, About(_T.IMPORT, _S.INFERRED, "A deleted contact in an import")] = (
        Deleted.REVIVED
    )
    import_moves_unchanged: Annotated[
        bool, About(_T.IMPORT, _S.UNKNOWN, "An import that changes nothing still moves updated_at")
    ] = True
    import_unknown_field: Annotated[
        RowProblem, About(_T.IMPORT, _S.UNKNOWN, "A cf: name that does not exist")
    ] = RowProblem.ROW_ERROR
    import_unknown_list: Annotated[Refusal, About(_T.IMPORT, _S.UNKNOWN, "A list_id that does not exist")] = (
        Refusal.REFUSED
    )
    import_overlong_values: Annotated[
        Overlong, About(_T.IMPORT, _S.UNKNOWN, "Too long values in an import")
    ] = Overlong.ROW_ERROR
    import_long_emails: Annotated[
        RowProblem,
        About(_T.IMPORT, _S.UNKNOWN, "Emails of 51 to 80 characters: a row error, or accepted (ignored)"),
    ] = RowProblem.ROW_ERROR
    import_fifty_first_list: Annotated[
        RowProblem, About(_T.IMPORT, _S.UNKNOWN, "A 51st list: a row error, or silently left out (ignored)")
    ] = RowProblem.ROW_ERROR
    row_errors: Annotated[
        RowErrors, About(_T.IMPORT, _S.OBSERVED, "Failed rows are named by line, or only counted")
    ] = RowErrors.LINES

    activity_seconds: Annotated[float, About(_T.ACTIVITIES, _S.OBSERVED, "How long an activity takes")] = 1.0
    serial_activities: Annotated[
        bool, About(_T.ACTIVITIES, _S.INFERRED, "Activities of an account run one after the other")
    ] = True
    list_deletions_are_listed: Annotated[
        bool, About(_T.ACTIVITIES, _S.UNKNOWN, "GET /activities shows the deletions of lists")
    ] = True
    activity_outcome: Annotated[Outcome, About(_T.ACTIVITIES, _S.KNOB, "How activities end")] = (
        Outcome.COMPLETED
    )
    unfinished_work: Annotated[
        Applied, About(_T.ACTIVITIES, _S.UNKNOWN, "How much of a failed activity's work was done")
    ] = Applied.NOTHING
    queue_full: Annotated[
        QueueFull, About(_T.ACTIVITIES, _S.INFERRED, "Shape of the 429 for more than 1,000 queued activities")
    ] = QueueFull.ARRAY


def names() -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(Switches))


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Switches, include_extras=True)


def about(name: str) -> About:
    return cast(About, _hints()[name].__metadata__[0])


def kind(name: str) -> type:
    """The type of a switch: bool, int, float or one of `choices`."""
    return cast(type, _hints()[name].__origin__)


def change(switches: Switches, changes: dict[str, object]) -> Switches:
    """Switches with some changed.

    Values may be given as they are written in JSON or in a form.
    Raises TypeError for an unknown name and ValueError for a value the switch cannot have.
    """
    unknown = sorted(set(changes) - set(names()))
    if unknown:
        raise TypeError(f"There is no switch named {', '.join(unknown)}")
    return dataclasses.replace(switches, **{name: _converted(name, value) for name, value in changes.items()})


def _converted(name: str, value: object) -> Any:
    wanted = kind(name)
    if wanted is bool:
        return _truth(name, value)
    if wanted in (int, float) and not isinstance(value, int | float | str):
        raise ValueError(f"{name} must be a number, not {value!r}")
    try:
        return wanted(value)
    except ValueError as error:
        raise ValueError(f"{name} cannot be {value!r}") from error


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    known = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False, "": False}
    if str(value).lower() not in known:
        raise ValueError(f"{name} must be on or off, not {value!r}")
    return known[str(value).lower()]


def as_json(switches: Switches) -> dict[str, Any]:
    return dataclasses.asdict(switches)
