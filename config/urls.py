"""Every address: the API under /api/, the pages of each app beside it."""

from django.urls import include, path

from config.api import api, nothing_here

urlpatterns = [
    path("api/", api.urls),
    path("api/<path:rest>", nothing_here),
    path("accounts/", include("muster.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("muster.home.urls")),
    path("", include("muster.institutions.urls")),
    path("", include("muster.notifications.urls")),
    path("", include("muster.people.urls")),
    path("", include("muster.courses.urls")),
    path("", include("muster.batches.urls")),
    path("", include("muster.enrollments.urls")),
    path("", include("muster.attendance.urls")),
    path("", include("muster.allocation.urls")),
    path("", include("muster.exchange.urls")),
]
handler400 = "muster.core.pages.bad_request"
handler403 = "muster.core.pages.forbidden"
handler404 = "muster.core.pages.not_found"
handler429 = "muster.accounts.pages.too_many_requests"
handler500 = "muster.core.pages.server_error"
