"""Every limit of Constant Contact's in one table, each with where it comes from.

Sources: SW = the provider's own Swagger definition (the operation or definition is named), G = developer
guide page, STAFF = said by Constant Contact staff, OURS = chosen by us, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def _limit(value: float, source: str) -> Any:
    return field(default=value, metadata={"source": source})


@dataclass(frozen=True)
class Limits:
    # fmt: off
    import_bytes: int = _limit(4_000_000, "SW bulkImportContactsJSON: over 4 MB the rest is silently dropped")
    import_safe_bytes: int = _limit(3_500_000, "OURS: well under 4 MB, whichever way a megabyte is counted")
    import_rows: int = _limit(40_000, "G import_contacts")
    import_lists: int = _limit(50, "SW ContactsJsonImport.list_ids")
    import_email_characters: int = _limit(50, "SW JsonImportContact.email")

    membership_contacts: int = _limit(500, "SW ListActivityRemoveContacts.source.contact_ids")
    membership_lists: int = _limit(50, "SW ListActivityRemoveContacts.list_ids")
    queued_activities: int = _limit(1_000, "SW Activities429ErrorResponse, per account")
    activity_days: int = _limit(10, "G activity_status: how long a finished activity can be read")

    contact_lists: int = _limit(50, "SW ContactResource.list_memberships, all lists of the account together")
    contact_fields: int = _limit(25, "SW ContactResource.custom_fields")
    email_characters: int = _limit(80, "SW EmailAddress.address")
    text_characters: int = _limit(50, "SW ContactPutRequest: first_name, last_name, job_title, company_name")
    value_characters: int = _limit(255, "SW ContactCustomField.value")

    lists: int = _limit(1_000, "G lists_overview, per account")
    list_name_characters: int = _limit(255, "SW ListInput.name")
    list_description_characters: int = _limit(255, "G lists_post; the schema names none")

    fields: int = _limit(100, "SW postCustomFields, per account")
    field_label_characters: int = _limit(50, "SW CustomFieldRequest.label")

    contact_page: int = _limit(500, "SW getContacts.limit")
    contact_page_lists: int = _limit(25, "SW getContacts.lists")
    list_page: int = _limit(500, "SW getLists.limit: the prose says 500, the schema 1,000")
    field_page: int = _limit(100, "SW getCustomFields.limit")
    activity_page: int = _limit(500, "SW getActivityStatusCollection.limit")

    requests_per_second: float = _limit(4, "G rate_limits, per client id")
    requests_per_day: int = _limit(10_000, "G rate_limits, per client id, from 00:00 UTC")
    token_seconds: float = _limit(1.0, "STAFF: one request a second to the token endpoint")
    token_lifetime_seconds: int = _limit(3_600, "OURS: where an answer leaves out `expires_in`, which it may")
    code_seconds: int = _limit(300, "STAFF: lifetime of an authorization code")

    connect_seconds: float = _limit(10.0, "OURS: a handshake that takes longer does not come")
    read_seconds: float = _limit(60.0, "OURS: API Gateway gives up after 29 s; the rest is for the upload")
    token_read_seconds: float = _limit(20.0, "OURS: a token answer is small")
    read_attempts: int = _limit(4, "OURS: a read is repeated this often before it has failed")
    throttled_seconds: float = _limit(30.0, "OURS: how long one request waits out `throttled` altogether")
    # fmt: on

    @property
    def call_seconds(self) -> float:
        """The longest that one attempt can take: what a lease has to outlast."""
        return self.connect_seconds + self.read_seconds


LIMITS = Limits()


def source_of(name: str) -> str:
    """Where the limit comes from."""
    return str(next(each.metadata["source"] for each in fields(Limits) if each.name == name))
