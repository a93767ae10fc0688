from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "muster.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let each app say how its rows and use cases read in histories; models can be imported no sooner."""
        autodiscover_modules("history")
