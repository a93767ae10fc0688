"""The pages of notifications, and their places in the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from muster.web.notifications import views as pages
from muster.web.ui.shell import NavItem, register_person_menu

urlpatterns = [
    path("notifications/", pages.notification_list, name="notifications"),
    path("notifications/read-all/", pages.read_all, name="notifications-read-all"),
    path("notifications/choices/", pages.choices, name="notification-choices"),
    path("notifications/mails/send-again/", pages.send_mails_again, name="mails-again"),
    path("notifications/<notification_id>/", pages.notification, name="notification"),
    path("notifications/<notification_id>/read/", pages.read, name="notification-read"),
]

# Here and not in AppConfig.ready, since permissions and pages need the models of all apps.
register_person_menu(
    NavItem("notification-choices", _("Notification settings"), "bell", "notification-choices", order=20)
)
