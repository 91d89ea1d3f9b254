"""The demo association, every group synced: everybody is accounted for, and every number leads to its people."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from groups.membership import recalculate
from groups.models import Group
from integrations.accounting import account_for
from integrations.models import Contact, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.syncing import check_now, turn_on
from integrations.tests.sync.cast import TESTER, cycle
from integrations.tests.sync.proof import assert_everybody_is_accounted_for, assert_in_step
from integrations.views.account_bar import account_bar
from novi_ams.tests.people import association_admin, client_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_group_of_the_demo_is_accounted_for(sandbox: SandboxServer) -> None:
    call_command("load_demo", members=120, password="novi-demo", verbosity=0)
    recalculate()
    for one in Group.objects.all():
        turn_on(one, actor=TESTER)
    cycle()
    something_happens_there(sandbox)
    check_now(SyncedList.objects.order_by("id")[0], actor=TESTER)
    cycle()
    assert_in_step(sandbox)
    assert_everybody_is_accounted_for()
    client = client_of(association_admin())
    lists = list(SyncedList.objects.all())
    assert len(lists) == Group.objects.count() >= 8
    for synced in lists:
        assert_links_show_their_number(client, synced)


def something_happens_there(sandbox: SandboxServer) -> None:
    """Opt-outs, leavers, deletions and strangers, long after our last write."""
    emails = list(
        Contact.objects.filter(memberships__seen=True)
        .distinct()
        .order_by("email_key")[:12]
        .values_list("email", flat=True)
    )
    for email in emails[:4]:
        sandbox.people.unsubscribe(email)
    for email in emails[4:8]:
        [name, *_] = [one["name"] for one in sandbox.lists() if email in sandbox.members(one["name"])]
        sandbox.people.leave_list(email, name)
    for email in emails[8:]:
        sandbox.people.delete_contact(email)
    sandbox.people.add_contact("stranger@example.net", lists=[SyncedList.objects.order_by("id")[0].name])
    Contact.objects.update(written_at=None)
    SyncedList.objects.update(written_at=None)


def assert_links_show_their_number(client: Client, synced: SyncedList) -> None:
    bar = account_bar(synced, account_for(synced))
    for line in (*bar.people, *bar.addresses):
        if line.count:
            page = client.get(line.url).context
            found = page["page"] if "page" in page else page["table"].page
            assert found.paginator.count == line.count, (synced.name, line.label, line.url)
