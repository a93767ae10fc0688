from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav, register_person_menu

MANAGERS = frozenset({"super-admin", "admin", "branch-manager", "dept-admin"})


class InstitutionsConfig(AppConfig):
    name = "muster.institutions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_person_menu(NavItem("me", _("Profile and sign-in"), "gear", "me", order=10))
        register_nav(
            NavItem(
                "departments",
                _("Departments"),
                "dept",
                "departments:list",
                roles=MANAGERS | {"instructor"},
                order=80,
            ),
            NavItem("settings", _("Settings"), "gear", "settings:index", roles=MANAGERS, order=200),
        )
