"""The Celery application; what is due is decided by rows in the database, the schedule only looks."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "novi_ams.settings")

app = Celery("novi_ams")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "association.daily_digest": {
        "task": "association.daily_digest",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "groups.sweep": {"task": "groups.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "groups.new_day": {"task": "groups.new_day", "schedule": 300.0, "options": {"expires": 290}},
    "members.sweep": {"task": "members.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "integrations.sweep": {"task": "integrations.sweep", "schedule": 60.0, "options": {"expires": 55}},
}


@worker_ready.connect
def look_at_once(**_: Any) -> None:
    """A worker that starts does not wait for the minute: whatever was lost meanwhile is found by the sweeps."""
    for name in ("members.sweep", "groups.sweep", "integrations.sweep"):
        app.send_task(name, retry=False)
