from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    name = "muster.enrollments"
    default_auto_field = "django.db.models.BigAutoField"
