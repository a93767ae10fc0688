from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav, register_person_menu

READERS = frozenset(
    {"super-admin", "admin", "branch-manager", "dept-admin", "instructor", "student", "corporate-student"}
)


class BatchesConfig(AppConfig):
    name = "muster.batches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the list of batches into the navigation, and the calendar links into the menu of a person."""
        register_nav(NavItem("batches", _("Batches"), "batches", "batches:list", roles=READERS, order=20))
        register_person_menu(NavItem("feeds", _("Calendar links"), "cal", "batches:feeds", roles=READERS, order=30))
