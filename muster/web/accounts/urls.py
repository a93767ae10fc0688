"""Our own pages beside allauth's, and before them: those that stay closed."""

from django.urls import path

from muster.web.accounts import single_sign_on
from muster.web.accounts import views as pages

urlpatterns = [
    path("login/", pages.sign_in_page),
    path("2fa/", pages.two_step_page),
    path("2fa/webauthn/", pages.passkey_list),
    path("oidc/<provider_id>/login/", single_sign_on.begin, name="single-sign-on"),
    path("oidc/<provider_id>/login/callback/", single_sign_on.come_back),
    path("3rdparty/", pages.closed_page),
    path("3rdparty/<path:key>", pages.closed_page),
    path("social/<path:key>", pages.closed_page),
    path("email/", pages.closed_page),
    path("sessions/", pages.closed_page),
    path("confirm-email/", pages.closed_page),
    path("confirm-email/<path:key>/", pages.closed_page),
]
