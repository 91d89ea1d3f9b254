"""The tabs of Association Settings: this room's own, then those of the rooms above."""

from django.http import HttpRequest
from django.urls import reverse

from novi_ams.association import slots
from novi_ams.association.slots import Tab


def tabs_for(request: HttpRequest) -> list[Tab]:
    """Tabs of pages that extend `association/settings_base.html`."""
    own = Tab("Association", reverse("association_settings"), "association")
    return [own, *slots.settings_tabs.collect(request)]
