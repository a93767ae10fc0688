from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "muster.timetable"
    default_auto_field = "django.db.models.BigAutoField"
