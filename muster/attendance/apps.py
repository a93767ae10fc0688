from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav

STAFF = frozenset({"super-admin", "admin", "branch-manager", "dept-admin", "instructor"})

STUDENTS = frozenset({"student", "corporate-student"})


class AttendanceConfig(AppConfig):
    name = "muster.attendance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put attendance into the navigation."""
        register_nav(NavItem("attendance", _("Attendance"), "reg", "attendance:cohorts", roles=STAFF, order=25))
        register_nav(NavItem("calendar", _("Calendar"), "cal", "attendance:calendar", roles=STAFF | STUDENTS, order=35))
        register_nav(NavItem("my-attendance", _("Attendance"), "reg", "attendance:mine", roles=STUDENTS, order=26))
