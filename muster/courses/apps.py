from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav

READERS = frozenset(
    {"super-admin", "admin", "branch-manager", "dept-admin", "instructor", "student", "corporate-student"}
)


class CoursesConfig(AppConfig):
    name = "muster.courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_nav(NavItem("courses", _("Courses"), "course", "courses:list", roles=READERS, order=70))
