from importlib import import_module

from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    name = "muster.enrollments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the history of batches how enrollments read; models can be imported no sooner."""
        import_module("muster.enrollments.history")
