"""The pages of notifications."""

from django.urls import path

from muster.web.notifications import views as pages

urlpatterns = [
    path("notifications/", pages.notification_list, name="notifications"),
    path("notifications/read-all/", pages.read_all, name="notifications-read-all"),
    path("notifications/choices/", pages.choices_page, name="notification-choices"),
    path("notifications/mails/send-again/", pages.send_mails_again, name="mails-again"),
    path("notifications/<notification_id>/", pages.open_notification, name="notification"),
    path("notifications/<notification_id>/read/", pages.mark_all_as_read, name="notification-read"),
]
