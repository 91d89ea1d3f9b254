"""Writing to the log, and that nothing rewrites it."""

from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from novi_ams.audit.actor import Actor, acting_as, current_actor
from novi_ams.audit.models import AppendOnlyError, AuditEntry, Component
from novi_ams.audit.record import Event, as_text, record, record_many

pytestmark = pytest.mark.django_db


def signed_in(**values: Any) -> AuditEntry:
    record(Component.SIGN_IN, item_id=1, item_name="Dana", action="signed in", **values)
    return AuditEntry.objects.latest("pk")


def test_only_changed_fields_are_recorded() -> None:
    record(
        Component.MEMBER,
        item_id=7,
        item_name="Dana",
        action="changed",
        changes={"Active": (True, False), "Name": ("same", "same")},
    )
    assert list(AuditEntry.objects.values_list("field", "before", "after")) == [("Active", "Yes", "No")]


def test_many_events_take_few_inserts(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(10):
        record_many([Event(Component.MEMBER, n, "x", "changed", {"a": (1, 2)}) for n in range(500)])
    assert AuditEntry.objects.count() == 500


def test_what_one_request_does_has_one_batch_and_one_actor() -> None:
    with acting_as(Actor("Teresa")):
        first, second = signed_in(), signed_in()
    assert first.batch == second.batch
    assert {first.actor_name, second.actor_name} == {"Teresa"}
    assert current_actor().name == "Novi AMS"


def test_a_named_actor_takes_precedence() -> None:
    with acting_as(Actor("Teresa")):
        assert signed_in(actor=Actor("Jacob")).actor_name == "Jacob"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "Yes"), (date(2026, 1, 8), "2026-01-08"), (["a", "b"], "a; b"), (12, "12")],
)
def test_values_are_written_as_people_read_them(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_an_entry_cannot_be_changed_or_deleted() -> None:
    entry = signed_in()
    for rewrite in (
        entry.save,
        entry.delete,
        lambda: AuditEntry.objects.update(action="x"),
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
    ):
        with pytest.raises(AppendOnlyError):
            rewrite()
    assert AuditEntry.objects.get().action == "signed in"
