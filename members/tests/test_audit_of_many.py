"""What an import of 5,000 rows and a bulk action on 1,000 records leave in the audit log, and at what cost."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import background, bulk
from members.imports import running
from members.jobs import BulkAction, Import, MatchBy
from members.models import Member
from members.records import create_members
from members.storing import CHUNK
from members.tests.builders import STAFF
from members.tests.importing import csv_text, uploaded
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
OLD, NEW = "Franklin", "Lucas"


def people(count: int) -> None:
    create_members(
        (
            {
                "kind": "person",
                "last_name": f"Nr {number}",
                "import_id": f"p{number}",
                "county": OLD,
                "status": "Grace",
            }
            for number in range(count)
        ),
        actor=STAFF,
    )


def changes_logged(action: str) -> set[tuple[str, str, str, str]]:
    """(record, field, before, after)."""
    entries = AuditEntry.objects.filter(component="member", action=action)
    return set(entries.values_list("item_id", "field", "before", "after"))


def costs(one_step: Callable[[], bool]) -> list[int]:
    """How many statements each step took, to the end."""
    found = []
    while True:
        with CaptureQueriesContext(connection) as queries:
            going_on = one_step()
        # To insert rows SQLite needs a statement for every 999 values, whatever their number means.
        found.append(sum(not query["sql"].startswith("INSERT") for query in queries))
        if not going_on:
            return found


def of_county(count: int) -> Import:
    """An import, checked and started, that changes the county and the status of so many people."""
    rows = [[f"p{number}", NEW, "Current"] for number in range(count)]
    job = uploaded(csv_text([["Import ID", "County", "Member Status"], *rows]))
    running.check(job, job.mapping, match_by=MatchBy.IMPORT_ID, clears_blanks=False)
    background.work()
    job.refresh_from_db()
    assert running.start(job)
    return job


def step_of_import(job: Import) -> Callable[[], bool]:
    def step() -> bool:
        job.refresh_from_db()
        return running.step(job)

    return step


def test_every_change_of_an_import_is_logged_with_before_and_after_at_the_same_cost_a_chunk() -> None:
    people(5_000)
    job = of_county(5_000)
    spent = costs(step_of_import(job))
    expected = {
        (str(pk), field, before, after)
        for pk in Member.objects.values_list("pk", flat=True)
        for field, before, after in (("County", OLD, NEW), ("Member Status", "Grace", "Current"))
    }
    assert changes_logged("Edited by import") == expected
    assert len(expected) == 10_000
    assert AuditEntry.objects.filter(component="import").get().after == (
        "0 created, 5,000 updated, 0 unchanged, 0 left out."
    )
    chunks = spent[:-1]
    assert len(chunks) == 5_000 // CHUNK
    assert len(set(chunks)) == 1
    assert chunks[0] == costs(step_of_import(_another_import_of_five()))[0]


def _another_import_of_five() -> Import:
    """The same again for five records of the many, which are set back first."""
    for member in Member.objects.order_by("pk")[:5]:
        bulk_job = bulk.select(Member.objects.filter(pk=member.pk), verb="set_field", query="", actor=STAFF)
        bulk.start(bulk_job, options={"field": "county", "value": OLD}, words="Back")
    background.work()
    return of_county(5)


def test_every_change_of_a_bulk_action_is_logged_with_before_and_after_at_the_same_cost_a_chunk() -> None:
    people(1_000)
    job = bulk.select(Member.objects.all(), verb="set_field", query="", actor=STAFF)
    spent = _bulk_costs(job, NEW)
    assert changes_logged("Edited by bulk action") == {
        (str(pk), "County", OLD, NEW) for pk in Member.objects.values_list("pk", flat=True)
    }
    assert AuditEntry.objects.filter(component="bulk").get().after == (
        "1,000 selected, 1,000 changed, 0 left out."
    )
    few = bulk.select(
        Member.objects.filter(import_id__in=["p1", "p2"]), verb="set_field", query="", actor=STAFF
    )
    assert spent[:-1] == [_bulk_costs(few, OLD)[0]] * 2


def _bulk_costs(job: BulkAction, county: str) -> list[int]:
    bulk.start(job, options={"field": "county", "value": county}, words="Set County")

    def step() -> bool:
        job.refresh_from_db()
        return bulk.step(job)

    return costs(step)
