"""The Daily Digest: when it is mailed, to whom, and that nobody gets it twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from integrations.tests.threads import at_once
from novi_ams.association import slots
from novi_ams.association.digest import PATIENCE, send_due_digest
from novi_ams.association.models import Association
from novi_ams.association.slots import Attention, Slot
from novi_ams.association.tasks import daily_digest
from novi_ams.celery import app
from novi_ams.tests.people import association_admin, client_of, limited_admin

pytestmark = pytest.mark.django_db
TROUBLE = Attention("flag", "wait", "61 changes are held", "An <import> & more.", "Review 61", "/groups/7/")
BEFORE_TIME = datetime(2026, 11, 19, 13, 29, tzinfo=UTC)
IN_TIME = datetime(2026, 11, 19, 13, 31, tzinfo=UTC)
"""8:31 AM in New York."""


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[Attention]:
    """What there is to report; a test may empty it."""
    items, slot = [TROUBLE], Slot[[], list[Attention]]()
    slot.register(lambda: list(items))
    monkeypatch.setattr(slots, "digest_items", slot)
    return items


@pytest.fixture(autouse=True)
def _associated(waiting: list[Attention], db: None) -> None:
    settle()


def settle(**values: Any) -> None:
    """The association in New York, with two recipients."""
    defaults = {"name": "Ohio Contractors", "digest_recipients": "a@example.org\nb@example.org"}
    Association.objects.update_or_create(pk=1, defaults={**defaults, **values})


def sent_at(*moments: datetime) -> list[datetime]:
    """Those of the moments at which asking sent a digest."""
    found = []
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            if send_due_digest():
                found.append(moment)
    return found


def every_five_minutes(start: datetime, *, hours: int) -> list[datetime]:
    return [start + timedelta(minutes=5 * n) for n in range(hours * 12)]


def test_it_is_mailed_at_half_past_eight_where_the_association_is() -> None:
    assert sent_at(BEFORE_TIME, IN_TIME) == [IN_TIME]
    (sent,) = mail.outbox
    assert sent.to == ["a@example.org", "b@example.org"]
    assert sent.subject == "Ohio Contractors: 1 thing needs you"


def test_text_and_html_say_the_same_with_whole_addresses(settings: Any) -> None:
    settings.SITE_URL = "https://novi.example.org"
    sent_at(IN_TIME)
    sent = mail.outbox[0]
    assert isinstance(sent, EmailMultiAlternatives)
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    for part in (str(sent.body), str(html)):
        for words in (
            "Thursday, November 19, 2026",
            "61 changes are held",
            "Review 61",
            "One thing needs you",
        ):
            assert words in part
        assert "https://novi.example.org/groups/7/" in part
    assert "An <import> & more." in str(sent.body)
    assert "An &lt;import&gt; &amp; more." in str(html)


def test_it_is_mailed_once_a_day_and_again_the_next() -> None:
    moments = every_five_minutes(IN_TIME, hours=30)
    assert sent_at(*moments) == [IN_TIME, IN_TIME + timedelta(days=1)]


def test_a_quiet_day_sends_nothing_and_is_over(waiting: list[Attention]) -> None:
    waiting.clear()
    assert sent_at(IN_TIME) == []
    waiting.append(TROUBLE)
    assert sent_at(IN_TIME + timedelta(hours=5)) == []
    assert sent_at(IN_TIME + timedelta(days=1)) == [IN_TIME + timedelta(days=1)]


def test_without_recipients_nothing_is_sent() -> None:
    settle(digest_recipients="")
    assert sent_at(IN_TIME) == []
    assert mail.outbox == []


def test_a_beat_that_was_away_catches_up_on_the_same_day() -> None:
    late = IN_TIME + timedelta(hours=9)
    assert sent_at(late, late + timedelta(minutes=5)) == [late]
    assert Association.current().digest_done_on == date(2026, 11, 19)


@pytest.mark.parametrize(
    "expected",
    [
        [datetime(2026, 3, 7, 13, 30), datetime(2026, 3, 8, 12, 30), datetime(2026, 3, 9, 12, 30)],  # noqa: DTZ001
        [datetime(2026, 10, 31, 12, 30), datetime(2026, 11, 1, 13, 30), datetime(2026, 11, 2, 13, 30)],  # noqa: DTZ001
    ],
    ids=["the clock goes forward", "the clock goes back"],
)
def test_on_days_when_the_clock_changes_it_is_still_half_past_eight(expected: list[datetime]) -> None:
    in_utc = [moment.replace(tzinfo=UTC) for moment in expected]
    midnight = in_utc[0].replace(hour=5, minute=0)
    assert sent_at(*every_five_minutes(midnight, hours=72)) == in_utc


def test_another_time_zone_reports_no_day_twice() -> None:
    settle(time_zone="Pacific/Honolulu")
    first = datetime(2026, 11, 1, 18, 30, tzinfo=UTC)
    assert sent_at(first) == [first]
    settle(time_zone="Pacific/Auckland", digest_recipients="a@example.org\nb@example.org")
    later = datetime(2026, 11, 1, 19, 35, tzinfo=UTC)
    assert sent_at(later) == [later], "it is November 2 there already"
    settle(time_zone="Pacific/Honolulu")
    assert sent_at(datetime(2026, 11, 2, 18, 30, tzinfo=UTC)) == [], "November 2 was reported"


def test_a_mail_server_that_refuses_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:

        def refuse(*_: Any, **__: Any) -> int:
            raise SMTPServerDisconnected("Connection unexpectedly closed")

        broken.setattr(EmailMultiAlternatives, "send", refuse)
        assert sent_at(IN_TIME) == []
    soon, later = IN_TIME + timedelta(minutes=5), IN_TIME + PATIENCE + timedelta(minutes=1)
    assert sent_at(soon, later) == [later]
    assert len(mail.outbox) == 1


def test_the_beat_looks_every_five_minutes() -> None:
    entry = app.conf.beat_schedule["association.daily_digest"]
    assert (entry["task"], entry["schedule"]) == (daily_digest.name, 300.0)


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_two_workers_send_one() -> None:
    settle()
    with time_machine.travel(IN_TIME, tick=False):
        for _beat in range(2):
            at_once(2, daily_digest)
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_the_same_moment_send_one() -> None:
    settle()
    with time_machine.travel(IN_TIME, tick=False):
        assert sorted(at_once(8, send_due_digest)) == [False] * 7 + [True]
    assert len(mail.outbox) == 1


def test_send_me_todays_goes_to_who_asks_and_changes_nothing() -> None:
    admin = association_admin(email="margaret@example.org")
    answer = client_of(admin).post(reverse("send_me_digest"), follow=True)
    assert "is on its way to margaret@example.org" in answer.content.decode()
    assert [sent.to for sent in mail.outbox] == [["margaret@example.org"]]
    assert Association.current().digest_done_on is None


def test_send_me_todays_answers_on_a_quiet_day_too(waiting: list[Attention]) -> None:
    waiting.clear()
    client_of(association_admin()).post(reverse("send_me_digest"))
    assert mail.outbox[0].subject == "Ohio Contractors: nothing needs you"
    assert "Nothing needs you." in str(mail.outbox[0].body)


def test_a_mail_that_cannot_be_sent_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    page = client_of(association_admin()).post(reverse("send_me_digest"), follow=True).content.decode()
    assert "The digest was not sent. The mail server did not take it: Connection refused" in page


def test_send_me_todays_is_for_association_admins() -> None:
    address = reverse("send_me_digest")
    assert client_of(limited_admin()).post(address).status_code == 403
    assert client_of(association_admin()).get(address).status_code == 405
    assert client_of(association_admin(), enforce_csrf_checks=True).post(address).status_code == 403
    assert mail.outbox == []


def test_saving_the_settings_leaves_the_digest_of_today_done() -> None:
    sent_at(IN_TIME)
    form = {"name": "Ohio", "time_zone": "America/New_York", "digest_recipients": "c@example.org"}
    client_of(association_admin()).post(reverse("association_settings"), form)
    assert sent_at(IN_TIME + timedelta(hours=1)) == []
