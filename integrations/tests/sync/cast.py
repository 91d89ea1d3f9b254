"""A small fixed cast for whole cycles: a connected account, groups picked by hand, and shortcuts to edit them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from groups.membership import recalculate, recalculate_group
from groups.models import Basis, Group, GroupRecord
from integrations.models import (
    ConnectionState,
    ConstantContactConnection,
    ListState,
    Operation,
    SyncedList,
    SyncField,
)
from integrations.sandbox.controls import Controls
from integrations.sync.cycle import Outcome, run_cycle
from integrations.sync.marks import mark_group
from integrations.tasks import wake as wake
from members.models import Kind, Member
from members.records import create_member, save_member
from novi_ams.association.models import Lease
from novi_ams.audit.actor import Actor

TESTER = Actor("Tess Tester")


def connect(sandbox: Controls) -> ConstantContactConnection:
    """Store a grant of the sandbox as if somebody had come through the pop-up."""
    return store_grant(sandbox.issue_token())


def store_grant(grant: Mapping[str, Any]) -> ConstantContactConnection:
    connection = ConstantContactConnection.current()
    connection.state = ConnectionState.CONNECTED
    connection.account_id, connection.account_name = "acme", "Acme Association"
    connection.site_url, connection.client_id = settings.SITE_URL, settings.CONSTANT_CONTACT_CLIENT_ID
    connection.access_token, connection.refresh_token = grant["access_token"], grant["refresh_token"]
    connection.expires_at = timezone.now() + timedelta(seconds=grant["expires_in"])
    connection.connected_at = timezone.now()
    connection.save()
    return connection


def expire_leases() -> None:
    """As if the time of whoever held them were over."""
    Lease.objects.filter(until__isnull=False).update(until=timezone.now() - timedelta(seconds=1))


def let_time_pass() -> None:
    """As if so much time were over that no lease holds any more and no request can still be on its way."""
    expire_leases()
    Operation.objects.update(created_at=timezone.now() - timedelta(minutes=5))


def person(email: str, first: str = "Ada", last: str = "Lovelace", **values: Any) -> Member:
    return create_member(
        {"kind": Kind.PERSON, "first_name": first, "last_name": last, "email": email, **values}, actor=TESTER
    )


def company(name: str, email: str = "", **values: Any) -> Member:
    return create_member({"kind": Kind.COMPANY, "name": name, "email": email, **values}, actor=TESTER)


def edit(member: Member, **changes: Any) -> Member:
    return save_member(member, changes, actor=TESTER)


def group(name: str, *members: Member) -> Group:
    """A group of exactly these records."""
    made = Group.objects.create(name=name, basis=Basis.RECORDS)
    put_in(made, *members)
    return made


def put_in(where: Group, *members: Member) -> None:
    GroupRecord.objects.bulk_create(GroupRecord(group=where, member=one) for one in members)
    recalculate_group(where.pk)


def take_out(where: Group, *members: Member) -> None:
    GroupRecord.objects.filter(group=where, member__in=members).delete()
    recalculate_group(where.pk)


def sync(where: Group) -> SyncedList:
    """Turn the sync of a group on, without running a cycle."""
    made = SyncedList.objects.create(group=where, group_name=where.name, state=ListState.WANTED)
    mark_group(where.pk)
    return made


def choose(*keys_and_labels: tuple[str, str]) -> None:
    for position, (key, label) in enumerate(keys_and_labels):
        SyncField.objects.create(source_key=key, label=label, position=position)


def cycle(*, check: bool = False) -> Outcome:
    """Recalculate, then run one cycle, which has to end well."""
    recalculate()
    outcome = run_cycle(trigger="test", check=check)
    assert outcome.reason == "", outcome.reason
    return outcome


def there(sandbox: Controls, email: str, *, account: str | None = None) -> dict[str, Any]:
    """The contact as Constant Contact has it; fails when there is none."""
    found = sandbox.contact(email, account=account)
    assert found is not None, email
    return found
