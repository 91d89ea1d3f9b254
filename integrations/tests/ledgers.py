"""Rows as the reconciler leaves them, for what counts and shows them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from groups.models import CalculationState, Group, GroupMember
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    Contact,
    ContactState,
    ListMembership,
    ListState,
    SyncedList,
)
from members.models import Kind, Member
from members.records import create_member
from novi_ams.audit.actor import Actor

TESTER = Actor("Tess Tester")
ACCOUNT = "acme"


def connected(**values: Any) -> ConstantContactConnection:
    """The connection as it is after somebody connected."""
    connection = ConstantContactConnection.current()
    connection.state, connection.account_id = ConnectionState.CONNECTED, ACCOUNT
    connection.account_name, connection.connected_at = "Acme Association", timezone.now()
    connection.connected_by_name, connection.site_url = "Margaret Olsen", settings.SITE_URL
    for name, value in values.items():
        setattr(connection, name, value)
    connection.save()
    return connection


def person(email: str, first: str = "Ada", last: str = "Lovelace", **values: Any) -> Member:
    return create_member(
        {"kind": Kind.PERSON, "first_name": first, "last_name": last, "email": email, **values}, actor=TESTER
    )


def group(name: str, *members: Member) -> Group:
    """A calculated group that holds exactly these."""
    made = Group.objects.create(
        name=name, state=CalculationState.IDLE, version=1, calculated_version=1, member_count=len(members)
    )
    GroupMember.objects.bulk_create(GroupMember(group=made, member=one) for one in members)
    return made


def synced(group: Group, **values: Any) -> SyncedList:
    """A list that exists in Constant Contact."""
    defaults = {
        "account_id": ACCOUNT,
        "list_id": f"list-{group.pk}",
        "name": group.name,
        "state": ListState.READY,
        "last_synced_at": timezone.now(),
        "counts_stale": False,
    }
    return SyncedList.objects.create(group=group, group_name=group.name, **{**defaults, **values})


def contact(member: Member, state: str = ContactState.SYNCED, **values: Any) -> Contact:
    """The contact of the member's address, with the values it should have."""
    defaults = {
        "contact_id": f"contact-{member.pk}",
        "desired_hash": "a",
        "observed_hash": "a",
        "winner": member,
    }
    return Contact.objects.create(
        account_id=ACCOUNT,
        email_key=member.email_key,
        email=member.email,
        state=state,
        since=timezone.now(),
        **{**defaults, **values},
    )


def on_list(where: SyncedList, who: Contact, stand_in: Member | None = None, **values: Any) -> ListMembership:
    """The contact's membership, seen on the list and ours unless told otherwise."""
    defaults = {"wanted": True, "seen": True, "added_by_us": True, "since": timezone.now()}
    return ListMembership.objects.create(
        synced_list=where, contact=who, stand_in=stand_in, **{**defaults, **values}
    )


def stranger(where: SyncedList, email: str) -> ListMembership:
    """Somebody whom a person in Constant Contact put on the list."""
    row = Contact.objects.create(
        account_id=ACCOUNT, email_key=email, email=email, contact_id=f"contact-{email}"
    )
    return on_list(where, row, wanted=False, added_by_us=False)


def put_on(where: SyncedList, *members: Member) -> None:
    """Synced, every one of them."""
    for one in members:
        on_list(where, contact(one), one)
