"""Our own pages beside allauth's, and before them: those that stay closed."""

from django.urls import path

from muster.web.accounts import views as pages

urlpatterns = [
    path("email/", pages.closed_page),
    path("sessions/", pages.closed_page),
    path("confirm-email/", pages.closed_page),
    path("confirm-email/<path:key>/", pages.closed_page),
]
