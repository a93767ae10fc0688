"""Our own pages beside allauth's, and before them: those that stay closed."""

from django.urls import path

from muster.web.accounts import views as pages

urlpatterns = [
    path("email/", pages.closed),
    path("sessions/", pages.closed),
    path("confirm-email/", pages.closed),
    path("confirm-email/<path:key>/", pages.closed),
    path("invitation/<str:key>/", pages.invitation, name="invitation"),
]
