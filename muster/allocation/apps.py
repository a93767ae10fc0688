from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav

MANAGERS = frozenset({"super-admin", "admin", "branch-manager", "dept-admin"})
STAFF = MANAGERS | {"instructor"}


class AllocationConfig(AppConfig):
    name = "muster.allocation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_nav(
            NavItem("mentoring", _("Mentoring"), "mentor", "mentoring:list", roles=STAFF, order=55),
            NavItem("planner", _("Planner"), "plan", "planner:list", roles=MANAGERS, order=56),
            NavItem("cover", _("Cover"), "swap", "cover:list", roles=STAFF, order=57),
        )
