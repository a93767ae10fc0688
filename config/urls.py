"""Every address: the API under /api/, the pages beside it."""

from django.urls import include, path

from muster.api.kit.addresses import ByFirstWord
from muster.api.root import api, nothing_here

urlpatterns = [
    ByFirstWord("api/", api.urls),
    path("api/<path:rest>", nothing_here),
    path("", include("muster.web.urls")),
]
handler400 = "muster.web.ui.pages.bad_request"
handler403 = "muster.web.ui.pages.forbidden"
handler404 = "muster.web.ui.pages.not_found"
handler429 = "muster.web.accounts.views.too_many_requests"
handler500 = "muster.web.ui.pages.server_error"
