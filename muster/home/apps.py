from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.core.shell import NavItem, register_nav


class HomeConfig(AppConfig):
    name = "muster.home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_nav(NavItem("home", _("Home"), "home", "home", order=10))
