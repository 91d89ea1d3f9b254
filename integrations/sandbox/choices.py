"""The answers a switch may have, where it is not just on or off or a number."""

from __future__ import annotations

from enum import StrEnum


class Refresh(StrEnum):
    ROTATING = "rotating"
    LONG_LIVED = "long_lived"


class OAuthErrors(StrEnum):
    PLAIN = "plain"
    OKTA = "okta"


class RedirectCheck(StrEnum):
    REMEMBERED = "remembered"
    EXACT = "exact"
    MISMATCH = "mismatch"


class Privileges(StrEnum):
    ALL = "all"
    READ_ONLY = "read_only"


class Missing(StrEnum):
    FORBIDDEN = "403"
    UNAUTHORIZED = "401"


class LastPage(StrEnum):
    ABSENT = "absent"
    NULL = "null"


class ConflictMessage(StrEnum):
    PLAIN = "plain"
    PREFIXED = "prefixed"
    FULL_STOP = "full_stop"
    WITHOUT_ID = "without_id"


class Refusal(StrEnum):
    REFUSED = "refused"
    IGNORED = "ignored"


class Overlong(StrEnum):
    REFUSED = "refused"
    TRUNCATED = "truncated"
    ROW_ERROR = "row_error"


class RowProblem(StrEnum):
    ROW_ERROR = "row_error"
    IGNORED = "ignored"
    REFUSED = "refused"


class Deleted(StrEnum):
    REVIVED = "revived"
    IGNORED = "ignored"
    ROW_ERROR = "row_error"


class Gone(StrEnum):
    NOT_FOUND = "404"
    SHOWN = "200"


class Clash(StrEnum):
    CONFLICT = "409"
    INVALID = "400"


class OmittedEmail(StrEnum):
    REFUSED = "refused"
    KEPT = "kept"
    CLEARED = "cleared"


class OmittedPermission(StrEnum):
    KEPT = "kept"
    IMPLICIT = "implicit"


class Mangling(StrEnum):
    OFF = "off"
    TRIMS = "trims"
    REFORMATS = "reformats"


class DateValues(StrEnum):
    AS_SENT = "as_sent"
    SLASHES = "mm/dd/yyyy"
    ISO = "iso"


class NameCase(StrEnum):
    KEPT = "kept"
    LOWERED = "lowered"


class RowErrors(StrEnum):
    LINES = "lines"
    COUNTS = "counts"


class QueueFull(StrEnum):
    ARRAY = "array"
    OBJECT = "object"


class Outcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    STUCK = "stuck"


class Applied(StrEnum):
    NOTHING = "nothing"
    HALF = "half"
    ALL = "all"
