"""Mail that is sent from a thread."""

from __future__ import annotations

import time

from django.core import mail
from django.core.mail import EmailMessage

PATIENCE = 5.0


def mailed(count: int) -> list[EmailMessage]:
    """The mails that were sent, once there are so many."""
    until = time.monotonic() + PATIENCE
    while len(mail.outbox) < count and time.monotonic() < until:
        time.sleep(0.01)
    return list(mail.outbox)
