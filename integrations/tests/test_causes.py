"""What a held change says it was caused by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from integrations.causes import background_cause
from members.jobs import BulkAction, Import, ImportRow, RowOutcome, Stage
from members.models import Member, RoleKind
from members.roles import set_roles
from members.tests.builders import STAFF, company, person
from novi_ams.association.models import Association

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 14, 14, tzinfo=UTC)
"""9:14 in New York."""
THE_IMPORT = "The import “members.csv” by Margaret Olsen (Nov 23, 9:14 AM)"
THE_BULK_ACTION = "The bulk action “Deactivate” by Luis Ortega (Nov 23, 9:14 AM)"
SOMETHING = "A change in the background (Nov 23, 9:14 AM)"


@pytest.fixture(autouse=True)
def _in_new_york() -> None:
    association = Association.current()
    association.time_zone = "America/New_York"
    association.save()


def import_of(*members: Member, outcome: RowOutcome = RowOutcome.UPDATE, **values: Any) -> None:
    defaults = {"state": Stage.RUNNING, "started_at": timezone.now() - timedelta(minutes=2)}
    job = Import.objects.create(
        name="members.csv",
        actor_name="Margaret Olsen",
        encoding="utf-8",
        delimiter=",",
        **{**defaults, **values},
    )
    for line, member in enumerate(members, 2):
        ImportRow.objects.create(job=job, line=line, cells=[], outcome=outcome, member_id=member.pk)


def bulk_action_on(*members: Member, words: str = "Deactivate") -> None:
    """It began after the import, and has just ended."""
    job = BulkAction.objects.create(
        verb="deactivate",
        words=words,
        actor_name="Luis Ortega",
        state=Stage.DONE,
        started_at=timezone.now() - timedelta(minutes=1),
        finished_at=timezone.now(),
    )
    for member in members:
        job.rows.create(member_id=member.pk)


@time_machine.travel(MORNING, tick=False)
def test_an_import_that_runs_is_named_with_its_person() -> None:
    ada = person("Ada")
    import_of(ada)
    assert background_cause([ada.pk]) == THE_IMPORT


@time_machine.travel(MORNING, tick=False)
def test_quotation_marks_within_others_are_single() -> None:
    ada = person("Ada")
    bulk_action_on(ada, words="Set County to “Lucas”")
    assert background_cause([ada.pk]).startswith("The bulk action “Set County to ‘Lucas’” by Luis Ortega")


@time_machine.travel(MORNING, tick=False)
def test_of_two_jobs_it_is_the_one_that_changed_these_records() -> None:
    ada, ben, cora = person("Ada"), person("Ben"), person("Cora")
    import_of(ada, ben, state=Stage.DONE, finished_at=timezone.now() - timedelta(minutes=10))
    bulk_action_on(cora)
    assert background_cause([ada.pk, ben.pk, cora.pk]) == THE_IMPORT
    assert background_cause([cora.pk]) == THE_BULK_ACTION


@time_machine.travel(MORNING, tick=False)
def test_of_two_jobs_that_changed_the_same_it_is_the_later() -> None:
    ada = person("Ada")
    import_of(ada)
    bulk_action_on(ada)
    assert background_cause([ada.pk]) == THE_BULK_ACTION


@time_machine.travel(MORNING, tick=False)
def test_a_job_is_behind_what_becomes_of_those_who_hang_on_its_records() -> None:
    holding = company("Great Lakes Holdings")
    acme = company("Acme Steel", parent=holding)
    ada, ben = person("Ada", parent=acme), person("Ben", parent=holding)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ben.pk]}, actor=STAFF)
    import_of(holding)
    assert background_cause([ada.pk]) == THE_IMPORT
    bulk_action_on(acme)
    assert background_cause([ben.pk]) == THE_BULK_ACTION
    assert background_cause([holding.pk]) == THE_IMPORT
    assert background_cause([ada.pk]) == THE_BULK_ACTION


@time_machine.travel(MORNING, tick=False)
def test_a_job_that_left_these_records_alone_is_not_to_blame() -> None:
    ada = person("Ada")
    import_of(ada, outcome=RowOutcome.UNCHANGED)
    assert background_cause([ada.pk]) == SOMETHING


@time_machine.travel(MORNING, tick=False)
def test_one_of_yesterday_and_one_that_was_only_prepared_are_not() -> None:
    ada = person("Ada")
    import_of(ada, state=Stage.DONE, finished_at=timezone.now() - timedelta(days=1))
    import_of(ada, state=Stage.READY)
    assert background_cause([ada.pk]) == SOMETHING


@time_machine.travel(datetime(2026, 11, 23, 5, 4, tzinfo=UTC), tick=False)
def test_after_midnight_it_is_the_new_day_also_beside_an_import_of_others() -> None:
    ada, ben = person("Ada"), person("Ben")
    import_of(ben)
    new_day = "The new day, on which the group's conditions depend (Nov 23, 12:04 AM)"
    assert background_cause([ada.pk]) == new_day
