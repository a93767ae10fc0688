from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "muster.submissions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the demonstration have submissions."""
        from muster.submissions import demo  # noqa: F401, PLC0415  (needs the models)
