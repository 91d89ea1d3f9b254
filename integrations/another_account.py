"""Connected to another account: every remote id was the old one's, so everything is made and filled anew."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrations.models import (
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    MembershipState,
    Operation,
    OperationState,
    RemoteFieldState,
    StaleContact,
    SyncedList,
    SyncField,
)
from integrations.sync.operations import OPEN


def start_afresh(*, connection: ConstantContactConnection, previous_account_id: str, **_: Any) -> None:
    """Forget what was seen in the account before; opt-outs and leavers known from there still hold.

    Receives `connection_changed`, inside its transaction. Lists in the old account are left alone.
    """
    if not previous_account_id or previous_account_id == connection.account_id:
        return
    Operation.objects.filter(account_id=previous_account_id, state__in=OPEN).update(
        state=OperationState.FAILED, outcome="another account was connected", finished_at=timezone.now()
    )
    SyncedList.objects.filter(state=ListState.DELETING).delete()
    SyncedList.objects.update(
        account_id="", list_id="", name="", state=ListState.WANTED, error="", gone_at=None,
        remote_count=None, needs_paging=False, written_at=None,
    )  # fmt: skip
    ListMembership.objects.filter(state=MembershipState.REFUSED).update(state=MembershipState.OPEN, reason="")
    ListMembership.objects.update(seen=False, added_by_us=False)
    _forget_contacts(connection.account_id)
    SyncField.objects.filter(state=RemoteFieldState.DELETING).delete()
    SyncField.objects.update(
        account_id="", remote_id="", remote_name="", remote_label="", we_created=False,
        state=RemoteFieldState.WANTED, error="", adopt=True,
    )  # fmt: skip


def _forget_contacts(account_id: str) -> None:
    Contact.objects.filter(winner__isnull=True).exclude(state=ContactState.UNSUBSCRIBED).delete()
    gone = Contact.objects.filter(
        state__in=[ContactState.SYNCED, ContactState.REFUSED, ContactState.DELETED_THERE]
    )
    gone.update(state=ContactState.PENDING, reason="", since=timezone.now())
    Contact.objects.update(
        account_id=account_id, contact_id="", observed_hash="", repaired_hash="", shown_value="", wave=None,
        precise=False, former=None, we_created=False, attempts=0, not_before=None, read_at=None,
        written_at=None, recheck_at=None,
    )  # fmt: skip
    keys = Contact.objects.filter(winner__isnull=False).values_list("email_key", flat=True)
    StaleContact.objects.bulk_create(
        (StaleContact(email_key=key) for key in keys.iterator(chunk_size=1000)), batch_size=1000
    )
