from django.apps import AppConfig


class ProgressionConfig(AppConfig):
    name = "muster.progression"
    default_auto_field = "django.db.models.BigAutoField"
