from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "muster.batches"
    default_auto_field = "django.db.models.BigAutoField"
