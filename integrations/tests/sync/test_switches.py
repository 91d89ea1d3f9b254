"""One history under every switch: whatever Constant Contact really does, the list is right in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from groups.membership import recalculate
from integrations.models import Contact
from integrations.sandbox.choices import (
    Applied,
    ConflictMessage,
    DateValues,
    Deleted,
    Gone,
    LastPage,
    Mangling,
    NameCase,
    OmittedPermission,
    Overlong,
    QueueFull,
    Refresh,
    Refusal,
    RowErrors,
    RowProblem,
)
from integrations.sandbox.server import SandboxServer
from integrations.sync.cycle import Pauses, run_cycle
from integrations.tests.sync.cast import choose, company, cycle, edit, group, person, put_in, sync, take_out
from integrations.tests.sync.proof import assert_in_step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

OTHERWISE: list[tuple[str, Any]] = [
    ("refresh_tokens", Refresh.LONG_LIVED),
    *[("last_page_links", one) for one in LastPage],
    *[("email_conflict", one) for one in ConflictMessage],
    ("lists_on_unsubscribed", Refusal.IGNORED),
    ("put_without_permission", next(one for one in OmittedPermission if one != OmittedPermission.KEPT)),
    *[("deleted_contact", one) for one in Gone],
    ("deleting_clears_values", True),
    ("deleting_moves_updated_at", False),
    *[("overlong_values", one) for one in Overlong],
    ("unsubscribing_moves_updated_at", True),
    ("leaving_moves_updated_at", True),
    ("read_lag_seconds", 0.5),
    ("count_lag_seconds", 0.5),
    ("deleted_list_names_reserved", True),
    ("list_names_ignore_case", False),
    *[("deleted_list", one) for one in Gone],
    *[("field_name_case", one) for one in NameCase],
    *[("date_values", one) for one in DateValues],
    ("import_clears_blanks", True),
    *[("import_of_deleted", one) for one in Deleted],
    ("import_moves_unchanged", False),
    *[("import_unknown_field", one) for one in RowProblem],
    *[("import_overlong_values", one) for one in Overlong],
    *[("import_long_emails", one) for one in RowProblem],
    *[("import_fifty_first_list", one) for one in RowProblem],
    *[("row_errors", one) for one in RowErrors],
    ("serial_activities", False),
    ("activity_seconds", 0.3),
    *[("queue_full", one) for one in QueueFull],
    *[("mangling", one) for one in Mangling],
    *[("unfinished_work", one) for one in Applied],
]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are over at once here: half a second before each look would be most of the time."""
    monkeypatch.setattr(Pauses, "due", lambda _pauses: True)


@pytest.mark.parametrize(("name", "value"), OTHERWISE, ids=lambda one: str(one))
def test_the_list_is_right_whatever_constant_contact_does(
    sandbox: SandboxServer, name: str, value: Any
) -> None:
    sandbox.set(**{name: value})
    live_a_little(sandbox)
    Contact.objects.update(not_before=None)
    cycle(check=True)
    assert_in_step(sandbox)
    sandbox.clear_requests()
    cycle(check=True)
    assert [one for one in sandbox.requests() if one.method != "GET"] == []


def live_a_little(sandbox: SandboxServer) -> None:
    """A first sync by import, small edits, an opt-out, a leaver, a moved address, clearing many values."""
    for known in ("deleted@example.org", "optedout@example.org", "known@example.org"):
        sandbox.people.add_contact(known, first_name="Old", lists=["My Contacts"])
    sandbox.people.delete_contact("deleted@example.org")
    sandbox.people.unsubscribe("optedout@example.org")
    acme = company("Acme Steel", "office@example.org", billing_city="Troy")
    people = [
        person(
            f"p{number}@example.org", f"P{number}", phone="614-555-0142", parent=acme, expires="2027-01-08"
        )
        for number in range(12)
    ]
    people += [person(f"{one}@example.org", one) for one in ("deleted", "optedout", "known", "office")]
    people += [person("a" * 45 + "@example.org", "Long"), person("two..dots@example.org", "Bad")]
    choose(
        ("phone", "Phone"), ("expires", "Membership Expires"), ("parent.billing_city", "Parent Billing City")
    )
    board, staff = group("Board", acme, *people), group("Staff", *people[:5])
    sync(board)
    sync(staff)
    settle()
    edit(people[0], first_name="Augusta", phone="")
    edit(people[1], email="moved@example.org")
    settle()
    sandbox.people.unsubscribe("p2@example.org")
    take_out(board, people[3])
    put_in(staff, people[6])
    for one in people[4:16]:
        edit(one, job_title="Chair", phone="")
    settle()


def settle() -> None:
    """Cycle until quiet; a pause after an unknown outcome is skipped."""
    for _ in range(5):
        recalculate()
        outcome = run_cycle(trigger="test", check=True)
        if outcome.reason == "" and not Contact.objects.filter(not_before__gt=timezone.now()).exists():
            return
        Contact.objects.filter(not_before__lt=timezone.now() + timedelta(minutes=10)).update(not_before=None)
