from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muster.web.institutions.settings_area import SettingsEntry, register_settings


class ExchangeConfig(AppConfig):
    name = "muster.exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The tables of permissions stand on models, which are there once the apps are ready.
        permissions = import_module("muster.exchange.permissions")
        import_module("muster.institutions.rules").offer_demo(import_module("muster.exchange.demo").fill_with_demo)
        register_settings(
            SettingsEntry(
                "imports",
                _("Imports"),
                "upload",
                "imports",
                permissions.imports["see"],
                _("Timetables from files: tried first, then imported, with a report of what was left out."),
                order=90,
            )
        )
