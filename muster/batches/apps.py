from importlib import import_module

from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "muster.batches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Explain what stands in the way of a holiday's end; models can be imported no sooner."""
        import_module("muster.batches.rules.holidays")
