from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "muster.saved_views"
    default_auto_field = "django.db.models.BigAutoField"
