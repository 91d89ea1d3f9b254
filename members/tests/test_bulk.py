"""Bulk actions: who is selected, what is done to them, and what becomes of it."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import background, bulk
from members.imports import is_running
from members.jobs import BulkAction, Stage
from members.models import CompanyRole, Member, RoleKind
from members.records import delete_members
from members.roles import set_roles
from members.tests.builders import STAFF, announcements, audited, company, custom_field, person
from novi_ams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def select(verb: str = "set_field", **options: Any) -> BulkAction:
    return bulk.select(Member.objects.all(), verb=verb, query="", actor=STAFF, **options)


def done(job: BulkAction, words: str = "Done", **options: Any) -> BulkAction:
    bulk.start(job, options=options, words=words)
    background.work()
    job.refresh_from_db()
    return job


def reasons(job: BulkAction) -> list[str]:
    return list(job.rows.exclude(reason="").values_list("reason", flat=True))


def test_everything_some_or_all_but_some_can_be_selected() -> None:
    ada, ben, cora = person("Ada"), person("Ben"), person("Cora")
    ids = {
        "all": set(select().rows.values_list("member_id", flat=True)),
        "only": set(select(only=[ada.pk, 4711]).rows.values_list("member_id", flat=True)),
        "but": set(select(but=[ada.pk]).rows.values_list("member_id", flat=True)),
    }
    assert ids == {"all": {ada.pk, ben.pk, cora.pk}, "only": {ada.pk}, "but": {ben.pk, cora.pk}}


def test_selecting_a_hundred_costs_as_many_queries_as_selecting_one() -> None:
    counts = []
    for number in (1, 30):
        for _ in range(number):
            person()
        with CaptureQueriesContext(connection) as queries:
            select()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_field_is_set_and_each_record_and_the_whole_are_in_the_log() -> None:
    ada, ben = person("Ada", county="Franklin"), person("Ben", county="Lucas")
    job = done(select(), "Set County to “Lucas”", field="county", value="Lucas")
    assert (job.state, job.total, job.done, job.changed) == (Stage.DONE, 2, 2, 1)
    assert audited(ada)[-1] == ("Edited by bulk action", "County", "Franklin", "Lucas")
    assert len(audited(ben)) == 1
    entry = AuditEntry.objects.get(component="bulk")
    assert (entry.item_name, entry.action) == ("Set County to “Lucas”", "Applied")
    assert entry.after == "2 selected, 1 changed, 0 left out."


def test_who_cannot_have_the_value_is_left_out_with_the_reason() -> None:
    company()
    ada = person()
    job = done(select(), field="job_title", value="Director")
    assert reasons(job) == ["Job Title is for people only. Leave it blank."]
    ada.refresh_from_db()
    assert ada.job_title == "Director"


def test_records_deleted_meanwhile_are_left_out() -> None:
    ada = person()
    job = select()
    delete_members([ada.pk], actor=STAFF)
    assert reasons(done(job, field="county", value="Lucas")) == ["This record was deleted meanwhile."]


def test_deactivating_many_ends_their_roles() -> None:
    acme = company()
    ada = person(parent=acme)
    set_roles(acme, {RoleKind.PRIMARY_CONTACT: [ada.pk]}, actor=STAFF)
    with announcements() as heard:
        job = done(select("deactivate", only=[ada.pk]))
    assert job.changed == 1
    assert not Member.objects.get(pk=ada.pk).active
    assert not CompanyRole.objects.exists()
    assert [sorted(said["member_ids"]) for said in heard] == [sorted([ada.pk, acme.pk])]
    assert heard[0]["background"]


def test_an_action_goes_on_after_a_dead_worker_and_stops_when_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        person(f"Ada {number}")
    verb = bulk.verbs()["set_field"]
    monkeypatch.setattr(bulk, "verbs", lambda: {"set_field": replace(verb, chunk=1)})
    job = select()
    bulk.start(job, options={"field": "county", "value": "Lucas"}, words="Set County")
    deaths = iter([RuntimeError("killed")])

    def die_once_then_cancel() -> None:
        for death in deaths:
            raise death
        bulk.cancel(job)

    monkeypatch.setattr("members.background.reset_queries", die_once_then_cancel)
    with pytest.raises(RuntimeError):
        background.work()
    assert is_running()
    background.work()
    job.refresh_from_db()
    assert (job.state, job.done, job.changed) == (Stage.CANCELLED, 2, 2)
    assert Member.objects.filter(county="Lucas").count() == 2
    assert not is_running()


def test_it_is_started_once_only() -> None:
    person()
    job = done(select(), field="county", value="Lucas")
    with pytest.raises(bulk.BulkStageError):
        bulk.start(job, options={}, words="")
    with pytest.raises(bulk.BulkStageError):
        bulk.cancel(job)


def test_an_action_nobody_offers_any_more_fails_with_a_sentence() -> None:
    person()
    job = done(select("gone"))
    assert (job.state, job.error) == (Stage.FAILED, "There is no such action any more.")


def test_a_custom_field_can_be_cleared() -> None:
    custom_field("Union Local")
    ada = person(custom={"union_local": "18"})
    done(select(), field="custom.union_local", value="")
    ada.refresh_from_db()
    assert ada.custom == {}
