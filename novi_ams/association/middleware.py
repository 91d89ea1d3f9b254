"""One address for the site, whole pages apart from pieces, and times in the association's own zone."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from novi_ams.association.models import Association

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class OneLoopbackAddressMiddleware:
    """Leads a browser from one name of this machine to the one in `SITE_URL`.

    A session holds for one name only, and whoever signs in at 127.0.0.1 comes back from an OAuth server to localhost
    as a stranger. Programs that do not navigate, and other hosts, are let through as they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate":
            site, here = urlsplit(settings.SITE_URL), urlsplit(f"//{request.get_host()}")
            is_alias = here.port == site.port and {here.hostname, site.hostname} <= LOOPBACK
            if is_alias and here.hostname != site.hostname:
                return redirect(settings.SITE_URL + request.get_full_path())
        return self.get_response(request)


class VaryOnHtmxMiddleware:
    """Tells the browser that one address has two answers: a whole page, and the piece of it that htmx asks for.

    Without it, Back takes the piece from the browser's cache and shows it as if it were the page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response


class TimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        association = Association.current()
        request.association = association  # type: ignore[attr-defined]
        with timezone.override(association.zone):
            return self.get_response(request)
