"""Nothing rewrites the log; pruning by age is the one way in which entries go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from novi_ams.association.models import Association
from novi_ams.audit import prune as pruning
from novi_ams.audit.actor import actor_for
from novi_ams.audit.models import AuditEntry, Component
from novi_ams.audit.prune import prune
from novi_ams.audit.record import Event, record_many
from novi_ams.tests.people import association_admin, client_of, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def entries(count: int, *, days_ago: int) -> None:
    with time_machine.travel(NOW - timedelta(days=days_ago), tick=False):
        record_many(Event(Component.MEMBER, n, f"Person {n}", "changed") for n in range(count))


def keep_for(days: int | None) -> None:
    Association.objects.update_or_create(pk=1, defaults={"audit_retention_days": days})


def pruned(*options: str) -> str:
    said = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("prune_audit_log", *options, stdout=said)
    return said.getvalue().strip()


def test_entries_older_than_the_setting_go_and_that_is_recorded() -> None:
    entries(3, days_ago=101)
    entries(2, days_ago=99)
    keep_for(100)
    assert pruned() == "Deleted 3 entries older than 100 days."
    assert AuditEntry.objects.filter(component=Component.MEMBER).count() == 2
    entry = AuditEntry.objects.get(component=Component.SETTING)
    assert (entry.action, entry.item_name, entry.after) == (
        "pruned",
        "the Audit Log",
        "3 entries; they were older than 100 days",
    )
    assert pruned() == "Deleted 0 entries older than 100 days."
    assert AuditEntry.objects.filter(component=Component.SETTING).count() == 1


def test_a_blank_setting_keeps_everything() -> None:
    entries(1, days_ago=9_999)
    keep_for(None)
    assert pruned() == "The Audit Log is kept for ever. Nothing was deleted."
    assert AuditEntry.objects.count() == 1


def test_a_dry_run_only_counts() -> None:
    entries(3, days_ago=101)
    keep_for(100)
    assert pruned("--dry-run") == "3 entries are older than 100 days."
    assert AuditEntry.objects.count() == 3


def test_many_go_chunk_by_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "CHUNK", 4)
    entries(10, days_ago=101)
    assert prune(before=NOW, why="a test") == 10
    assert not AuditEntry.objects.filter(component=Component.MEMBER).exists()


@pytest.mark.parametrize(("days", "status"), [("", 302), ("90", 302), ("89", 422), ("x", 422), ("-5", 422)])
def test_the_setting_takes_a_number_of_days_or_nothing(days: str, status: int) -> None:
    form = {"name": "Ohio", "time_zone": "America/New_York", "audit_retention_days": days}
    answer = client_of(association_admin()).post(reverse("association_settings"), form)
    assert answer.status_code == status
    assert Association.current().audit_retention_days == (90 if days == "90" else None)


def test_a_person_who_goes_leaves_the_log_as_it_was() -> None:
    jacob = person(first_name="Jacob", last_name="Pruitt")
    record_many([Event(Component.MEMBER, 1, "Dana", "changed")], actor=actor_for(jacob))
    key = jacob.pk
    jacob.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.actor_name) == (key, "Jacob Pruitt")


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET action = 'rewritten'",
        "UPDATE audit_auditentry SET actor_id = NULL",
        "DELETE FROM audit_auditentry",
        "SET LOCAL novi.pruning_audit_log = 'yes'; UPDATE audit_auditentry SET action = 'rewritten'",
    ],
)
def test_postgresql_refuses_to_rewrite_the_log(statement: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Needs PostgreSQL: the trigger is there alone.")
    entries(1, days_ago=1)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().action == "changed"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_postgresql_forgets_the_permission_to_prune_with_the_transaction() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Needs PostgreSQL: the trigger is there alone.")
    entries(2, days_ago=101)
    entries(1, days_ago=1)
    assert prune(before=NOW - timedelta(days=100), why="a test") == 2
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry")
