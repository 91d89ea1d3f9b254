"""Every room's addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("novi_ams.association.urls")),
    path("", include("novi_ams.audit.urls")),
    path("", include("members.urls")),
    path("", include("groups.urls")),
    path("", include("integrations.urls")),
    path("operator/", admin.site.urls),
]
