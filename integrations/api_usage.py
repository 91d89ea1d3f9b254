"""What was asked of Constant Contact, counted, and when the next request may go."""

from __future__ import annotations

from django.db import models


class ApiUsage(models.Model):
    """Requests sent, by hour (UTC) and purpose. The limits are the application's, so they count by client id."""

    client_id = models.CharField(max_length=100)
    hour = models.DateTimeField()
    purpose = models.CharField(max_length=20)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_id", "hour", "purpose"], name="usage_once_an_hour")
        ]

    def __str__(self) -> str:
        return f"{self.count} requests to {self.purpose} in {self.hour:%Y-%m-%d %H}h"


class ApiPace(models.Model):
    """The next moment (Unix seconds) at which a request of this client id may be sent."""

    client_id = models.CharField(max_length=100, primary_key=True)
    next_at = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"pace of {self.client_id}"
