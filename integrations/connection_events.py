"""What happens to the connection, told to the audit log and to whoever listens."""

from __future__ import annotations

from django.dispatch import Signal

from integrations.models import ConstantContactConnection
from novi_ams.audit.actor import Actor
from novi_ams.audit.models import Component
from novi_ams.audit.record import record

connection_changed = Signal()
"""Sent inside the transaction of the change, with `connection` and `previous_account_id`."""


def announce(
    action: str, *, actor: Actor, detail: str = "", previous_account_id: str | None = None
) -> ConstantContactConnection:
    """Record what was done to the connection and tell the listeners; call it in the same transaction.

    `previous_account_id` is given when the account may have changed.
    """
    connection = ConstantContactConnection.current()
    record_event(action, actor=actor, detail=detail)
    connection_changed.send(
        ConstantContactConnection,
        connection=connection,
        previous_account_id=connection.account_id if previous_account_id is None else previous_account_id,
    )
    return connection


def record_event(action: str, *, actor: Actor, detail: str = "") -> None:
    record(
        Component.CONNECTION,
        item_id=1,
        item_name="Constant Contact",
        action=action,
        after=detail,
        actor=actor,
    )
