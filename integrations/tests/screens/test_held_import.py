"""An import that would empty a list: held, told everywhere, rejected or approved; from the file to the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django import Settings

from groups.membership import recalculate
from groups.tests.cast import calculated, row
from integrations.models import ListMembership, MembershipState, SyncedList
from integrations.sandbox.server import SandboxServer
from integrations.tests import connections
from integrations.tests.sync.cast import cycle, person, sync
from members.tests.importing import imported
from novi_ams.audit.models import AuditEntry
from novi_ams.tests.browser import assert_accessible

pytestmark = pytest.mark.browser
SignIn = Callable[..., Any]
COUNT = 12
NAME = "Current members"


@pytest.fixture
def sandbox(live_server: Any, settings: Settings, constant_contact: SandboxServer) -> SandboxServer:
    settings.SITE_URL = live_server.url
    connections.connected(constant_contact)
    return constant_contact


@pytest.fixture
def held(sandbox: SandboxServer) -> SyncedList:
    """The list of current members; then an import makes all of them expired."""
    for number in range(COUNT):
        person(f"p{number}@example.org", f"P{number}", status="current", import_id=f"m{number}")
    sync(calculated(row("status", "is", "current"), name=NAME))
    cycle()
    assert len(sandbox.members(NAME)) == COUNT
    imported("Import ID,Member Status\n" + "".join(f"m{number},Expired\n" for number in range(COUNT)))
    recalculate()
    cycle()
    return SyncedList.objects.get()


def test_it_is_told_on_home_in_the_digest_and_on_the_group_and_nobody_is_removed(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, held: SyncedList
) -> None:
    assert len(sandbox.members(NAME)) == COUNT
    admin = sign_in()
    cause = "The import “members.csv” by"
    page.goto("/")
    about = page.locator("li, article, div").filter(has_text=f"12 changes are held for “{NAME}”").last
    expect(about).to_be_visible()
    expect(page.get_by_text(cause).first).to_be_visible()
    assert_accessible(page)
    page.goto(f"/groups/{held.group_id}/integrations/")
    expect(page.get_by_text("12 changes wait for approval").first).to_be_visible()
    expect(page.get_by_text(cause).first).to_be_visible()
    assert_accessible(page)
    page.goto("/settings/association/")
    page.get_by_role("button", name="Send me today").click()
    expect(page.get_by_text("Today's digest is on its way")).to_be_visible()
    [digest] = mail.outbox
    assert digest.to == [admin.email]
    assert f"12 changes are held for “{NAME}”" in digest.body
    assert cause in digest.body


def test_rejected_it_leaves_the_list(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, held: SyncedList
) -> None:
    sign_in()
    page.goto("/")
    page.get_by_role("link", name="Review 12").click()
    expect(page.get_by_text("The list has 12 addresses now and would have 0.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(COUNT)
    assert_accessible(page)
    page.get_by_role("button", name="Leave the list as it is").click()
    expect(page.get_by_text("The list is left as it is: 12 changes not made.")).to_be_visible()
    cycle()
    assert len(sandbox.members(NAME)) == COUNT
    assert set(ListMembership.objects.values_list("state", flat=True)) == {MembershipState.KEPT}
    page.goto("/")
    expect(page.get_by_text("are held for")).to_have_count(0)
    assert AuditEntry.objects.filter(action="decided about", after="rejected 12 held changes").count() == 1


def test_approved_it_empties_the_list(
    page: Page, sign_in: SignIn, sandbox: SandboxServer, held: SyncedList
) -> None:
    sign_in()
    page.goto(f"/groups/{held.group_id}/integrations/held/")
    page.get_by_role("button", name="Approve 12").click()
    expect(page.get_by_text("12 changes approved.")).to_be_visible()
    cycle()
    assert sandbox.members(NAME) == []
    approved = AuditEntry.objects.get(action="decided about")
    assert (approved.actor_name, approved.after) == (
        "Margaret Olsen",
        "approved 12 removals and 0 additions",
    )
