"""Every address: the API under /api/, the pages of each app beside it."""

from django.urls import include, path

from muster.api.root import api, nothing_here

urlpatterns = [
    path("api/", api.urls),
    path("api/<path:rest>", nothing_here),
    path("accounts/", include("muster.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("muster.web.home.urls")),
    path("", include("muster.web.institutions.urls")),
    path("", include("muster.web.notifications.urls")),
    path("", include("muster.web.people.urls")),
    path("", include("muster.web.courses.urls")),
    path("", include("muster.web.batches.urls")),
    path("", include("muster.web.enrollments.urls")),
    path("", include("muster.web.attendance.urls")),
    path("", include("muster.web.allocation.urls")),
    path("", include("muster.web.exchange.urls")),
]
handler400 = "muster.web.ui.pages.bad_request"
handler403 = "muster.web.ui.pages.forbidden"
handler404 = "muster.web.ui.pages.not_found"
handler429 = "muster.web.accounts.views.too_many_requests"
handler500 = "muster.web.ui.pages.server_error"
