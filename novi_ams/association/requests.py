"""The request as views see it, for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request that HtmxMiddleware has looked at: `request.htmx` is true for one that htmx sent."""

    htmx: HtmxDetails
