from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav, register_person_menu

MANAGERS = frozenset({"super-admin", "admin", "branch-manager", "dept-admin"})


class PeopleConfig(AppConfig):
    name = "muster.people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_nav(
            NavItem("students", _("Students"), "student", "students:list", roles=MANAGERS | {"instructor"}, order=50),
            NavItem("instructors", _("Instructors"), "person", "instructors:list", roles=MANAGERS, order=60),
        )
        register_person_menu(
            NavItem("teaching", _("My teaching"), "cal", "instructors:own", roles=frozenset({"instructor"}), order=5)
        )
