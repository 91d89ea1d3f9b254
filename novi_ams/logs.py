"""Keeping secrets out of the logs."""

import re
from collections.abc import MutableMapping
from typing import Any

SECRET_KEYS = re.compile(r"token|secret|password|authorization|code_verifier|cookie", re.IGNORECASE)
SECRET_TEXT = re.compile(
    r"(Bearer|Basic)\s+[\w.~+/=-]+|((?:access_token|refresh_token|code|code_verifier|client_secret)=)[^&\s\"']+",
    re.IGNORECASE,
)


def redact_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values that look like credentials: by key, and inside text."""
    for key, value in event.items():
        if SECRET_KEYS.search(key):
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = SECRET_TEXT.sub(r"\1\2[redacted]", value)
    return event
