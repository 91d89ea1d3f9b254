"""Where things are on Constant Contact's own site, or on the sandbox's pages while that stands in for it."""

from urllib.parse import urlsplit

from django.conf import settings

HOME = "https://app.constantcontact.com/"
REAL_API = "api.cc.email"


def home_page() -> str:
    """Where people make campaigns."""
    api = urlsplit(settings.CONSTANT_CONTACT_API_URL)
    return HOME if api.hostname == REAL_API else f"{api.scheme}://{api.netloc}/"


def list_page(list_id: str) -> str:
    """The list's own page. The addresses of Constant Contact's application are not documented, so there it is the
    home page, from which lists are two clicks away.
    """
    home = home_page()
    return home if home == HOME or not list_id else f"{home}lists/{list_id}"
