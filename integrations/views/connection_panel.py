"""What the panel of the connection shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from integrations.connection import NotValidated, Validated
from integrations.group_status import lists_that_are_on
from integrations.models import ConnectionState, ConstantContactConnection, StaleContact
from novi_ams.association.looks import Look, StatusLook
from novi_ams.association.settings_tabs import tabs_for
from novi_ams.association.slots import Tab

VIEW = "integrations.view_constantcontactconnection"
MANAGE = "integrations.manage_connection"
OTHER_ACCOUNT = "integrations_other_account"
PROBLEM = "integrations_problem"
LOOKS = {
    ConnectionState.CONNECTED: Look.CONNECTED,
    ConnectionState.NOT_CONNECTED: Look.NOT_CONNECTED,
    ConnectionState.RECONNECT_NEEDED: Look.RECONNECT_NEEDED,
}


@dataclass(frozen=True)
class ConnectionView:
    """What `integrations/connection.html` shows. `problem` is why the last attempt to connect failed."""

    connection: ConstantContactConnection
    other: dict[str, str] | None = None
    problem: str = ""
    tested: Validated | NotValidated | None = None
    changes: int = 0
    lists: int = 0

    @property
    def look(self) -> StatusLook:
        return LOOKS[ConnectionState(self.connection.state)].value

    @property
    def is_connected(self) -> bool:
        return self.connection.is_connected

    @property
    def needs_reconnecting(self) -> bool:
        return self.connection.state == ConnectionState.RECONNECT_NEEDED

    @property
    def is_configured(self) -> bool:
        return bool(settings.CONSTANT_CONTACT_CLIENT_ID)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the connection was made for another site: this is a copy, or the site has moved."""
        return self.is_connected and self.connection.site_url != settings.SITE_URL

    @property
    def site_url(self) -> str:
        return settings.SITE_URL

    @property
    def failure(self) -> NotValidated | None:
        return self.tested if isinstance(self.tested, NotValidated) else None


def connection_view(
    request: HttpRequest, *, tested: Validated | NotValidated | None = None
) -> ConnectionView:
    """The connection as this person sees it; what went wrong before is said once."""
    connection = ConstantContactConnection.current()
    return ConnectionView(
        connection,
        other=request.session.get(OTHER_ACCOUNT),
        problem=request.session.pop(PROBLEM, ""),
        tested=tested,
        changes=StaleContact.objects.values("email_key").distinct().count(),
        lists=lists_that_are_on(),
    )


def tabs_of(request: HttpRequest) -> list[Tab]:
    """The tabs of Association Settings that the person may open."""
    may_change = request.user.has_perm("association.change_settings")
    return [tab for tab in tabs_for(request) if may_change or tab.key == "integrations"]
