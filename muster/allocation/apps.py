from django.apps import AppConfig


class AllocationConfig(AppConfig):
    name = "muster.allocation"
    default_auto_field = "django.db.models.BigAutoField"
