"""Work is found with or without the broker."""

from __future__ import annotations

from typing import Any

import pytest
from kombu.exceptions import OperationalError

from groups.models import StaleMember
from groups.tasks import recalculate_what_waits, sweep
from groups.tests.cast import OHIO, STAFF, group, inside
from members.records import save_member
from members.tests.builders import person
from novi_ams.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_save_survives_a_dead_broker_and_the_sweep_finds_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, **options: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(app, "send_task", refuse)
    ada = person("Ada")
    made = group(OHIO)
    sweep()
    save_member(ada, {"billing_state": "Ohio"}, actor=STAFF)
    assert StaleMember.objects.exists()
    sweep()
    assert inside(made) == {"Ada": "member"}
    assert not StaleMember.objects.exists()


def test_the_tasks_are_known_by_the_names_that_call_them() -> None:
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"groups.sweep", "groups.new_day"} <= scheduled & set(app.tasks)
    assert recalculate_what_waits.name == "groups.recalculate"


def test_the_task_works_off_everything() -> None:
    person("Ada", billing_state="Ohio")
    made = group(OHIO)
    recalculate_what_waits()
    assert inside(made) == {"Ada": "member"}
