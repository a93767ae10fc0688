from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "muster.courses"
    default_auto_field = "django.db.models.BigAutoField"
