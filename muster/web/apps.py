from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.ui.shell import NavItem, register_nav


class WebConfig(AppConfig):
    name = "muster.web"

    def ready(self) -> None:
        register_nav(NavItem("home", _("Home"), "home", "home", order=10))
