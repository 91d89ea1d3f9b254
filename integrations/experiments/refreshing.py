"""One refresh of the stored tokens, made the way the product always makes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.models import ConstantContactConnection
from integrations.tokens import StoredTokens


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: `lifetime` is that of the new access token, in seconds."""

    old_access_token: str = field(repr=False)
    is_new_refresh_token: bool
    lifetime: float


def refresh_now() -> Refreshed:
    """Refresh once; the new pair is stored before anything else is done with it."""
    before = ConstantContactConnection.current()
    StoredTokens().refreshed(after=before.access_token)
    after = ConstantContactConnection.current()
    lifetime = after.expires_at - after.updated_at if after.expires_at else None
    return Refreshed(
        old_access_token=before.access_token,
        is_new_refresh_token=after.refresh_token != before.refresh_token,
        lifetime=lifetime.total_seconds() if lifetime else 0.0,
    )
