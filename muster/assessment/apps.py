from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "muster.assessment"
    default_auto_field = "django.db.models.BigAutoField"
