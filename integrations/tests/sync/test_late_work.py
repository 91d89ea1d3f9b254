"""A write that gets no answer and is done only after it was looked for: nothing is there twice, and all is in step."""

from __future__ import annotations

from itertools import product

import pytest

from groups.membership import recalculate
from integrations.models import Contact, ListMembership, MembershipState
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import run_cycle
from integrations.tests.sync.cast import choose, cycle, edit, group, person, sync, take_out
from integrations.tests.sync.proof import assert_in_step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

WRITES = (
    ("POST", "/contact_lists"),
    ("POST", "/contact_custom_fields"),
    ("POST", "/v3/contacts"),
    ("PUT", "/v3/contacts"),
    ("POST", "/contacts_json_import"),
    ("POST", "/remove_list_memberships"),
)


@pytest.mark.parametrize(("write", "after"), list(product(WRITES, (2, 4, 6))))
def test_work_that_comes_late_does_no_harm(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, write: tuple[str, str], after: int
) -> None:
    for module in ("operations", "remote_lists", "remote_fields", "waves", "renaming", "forgetting"):
        monkeypatch.setattr(f"integrations.sync.{module}.may_still_arrive", lambda _operation: False)
    method, path = write
    sandbox.faults.work_later(1, after=after, method=method, path=path)
    choose(("phone", "Phone"))
    ada = person("ada@example.org", phone="1")
    board = group("Board", ada)
    sync(board)
    live_on()
    edit(ada, phone="2", first_name="Augusta")
    live_on()
    many = [person(f"m{number}@example.org", phone="3") for number in range(12)]
    sync(group("Staff", *many))
    live_on()
    take_out(board, ada)
    live_on()
    assert sandbox.faults.pending() == 0
    sandbox.faults.finish_late_work()
    cycle(check=True)
    assert_in_step(sandbox)
    assert not ListMembership.objects.filter(state=MembershipState.LEFT).exists()
    assert [one["label"] for one in sandbox.fields()] == ["Phone"]
    assert sorted(one["name"] for one in sandbox.lists()) == ["Board", "My Contacts", "Staff"]


def live_on() -> None:
    """Cycles enough to see it through, whatever keeps somebody waiting."""
    for _ in range(3):
        recalculate()
        Contact.objects.update(not_before=None)
        run_cycle(trigger="test", check=True)
