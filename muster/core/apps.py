from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

import muster.core.isolation
import muster.core.search  # noqa: F401  (every search compares as it says)


class CoreConfig(AppConfig):
    name = "muster.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let each app declare its plain nouns, and how its history reads; models can be imported no sooner."""
        autodiscover_modules("history", "resources")
