from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "muster.web"

    def ready(self) -> None:
        """Say which lists there are; models can be imported no sooner."""
        import_module("muster.web.saved_views.lists")
