"""Who is connected, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.constant_contact.client import Client

NEEDED_PRIVILEGES = frozenset(
    {"account:read", "contacts:read", "contacts:write", "contacts:lists:read", "contacts:lists:write"}
)


@dataclass(frozen=True)
class Account:
    account_id: str
    name: str
    email: str
    country_code: str
    time_zone: str


def read(client: Client) -> Account:
    """The connected account. Needs the scope account_read (SW getAccountById, Customer)."""
    data = client.get("/account/summary") or {}
    return Account(
        account_id=data.get("encoded_account_id") or "",
        name=data.get("organization_name") or "",
        email=data.get("contact_email") or "",
        country_code=data.get("country_code") or "",
        time_zone=data.get("time_zone_id") or "",
    )


def privileges(client: Client) -> frozenset[str]:
    """Names of everything the person who connected may do, e.g. contacts:write (SW getUserPrivileges)."""
    return frozenset(entry["privilege_name"] for entry in client.get("/account/user/privileges") or [])
