"""The Daily Digest: what waits for a person, mailed once a day, at 8:30 where the association is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from novi_ams.association import slots
from novi_ams.association.models import Association, split_addresses
from novi_ams.association.slots import Attention
from novi_ams.association.wording import number_word

log = structlog.get_logger(__name__)

DIGEST_TIME = time(8, 30)
PATIENCE = timedelta(minutes=10)
"""Longer than sending can take; a claim that is older belongs to a worker that died."""


class DigestNotSentError(Exception):
    """The mail server did not take it; the sentence says what it answered."""


def send_due_digest() -> bool:
    """Send today's digest if its time has come and nobody has yet; whether this call did so.

    Once a day, however many workers ask: the day is claimed by one conditional UPDATE before anything is sent. A
    quiet day, and one without recipients, is done with nothing sent. Where the mail server refuses, or the worker
    dies, another one tries later.
    """
    association = Association.current()
    with timezone.override(association.zone):
        today = due_day(association, timezone.now())
        if today is None or not _claim(today):
            return False
        items, recipients = digest_items(), split_addresses(association.digest_recipients)
        if items and recipients:
            try:
                send_digest(association, items, to=recipients)
            except DigestNotSentError as error:
                log.warning("digest_not_sent", error=str(error), cure="it is tried again in some minutes")
                return False
        _finish(today)
    return bool(items and recipients)


def due_day(association: Association, now: datetime) -> date | None:
    """The local day whose digest is to be sent at `now`; None before its time, or when it is done."""
    local = timezone.localtime(now, association.zone)
    done = association.digest_done_on
    if local.time() < DIGEST_TIME or (done is not None and done >= local.date()):
        return None
    return local.date()


def _claim(today: date) -> bool:
    """Whether the digest of `today` is this caller's to send."""
    now = timezone.now()
    open_day = Q(digest_done_on__isnull=True) | Q(digest_done_on__lt=today)
    unclaimed = Q(digest_claimed_at__isnull=True) | Q(digest_claimed_at__lt=now - PATIENCE)
    return bool(Association.objects.filter(open_day, unclaimed, pk=1).update(digest_claimed_at=now))


def _finish(today: date) -> None:
    Association.objects.filter(pk=1).update(digest_done_on=today, digest_claimed_at=None)


def digest_items() -> list[Attention]:
    """What every room has to report now; call it in the association's time zone."""
    return [item for found in slots.digest_items.collect() for item in found]


def send_digest(association: Association, items: Sequence[Attention], *, to: Sequence[str]) -> None:
    """Mail these items as text and as HTML, in one message. Raises DigestNotSentError."""
    context = {
        "association": association,
        "items": items,
        "summary": summary(len(items)),
        "site": settings.SITE_URL,
        "today": timezone.localdate(),
    }
    subject = f"{association.name}: {subject_of(len(items))}"
    mail = EmailMultiAlternatives(subject, render_to_string("association/digest.txt", context), to=list(to))
    mail.attach_alternative(render_to_string("association/digest.html", context), "text/html")
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        raise DigestNotSentError(f"The mail server did not take it: {error}") from error


def subject_of(count: int) -> str:
    if not count:
        return "nothing needs you"
    return "1 thing needs you" if count == 1 else f"{count:,} things need you"


def summary(count: int) -> str:
    if not count:
        return "Nothing needs you. On such a day no digest is mailed."
    return f"{number_word(count)} thing{' needs' if count == 1 else 's need'} you; nothing else does."
