"""The pages of exchange."""

from django.urls import URLPattern, URLResolver, path

from muster.web.exchange import views as pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/imports/", pages.import_list, name="imports"),
    path("settings/imports/<run_id>/", pages.import_run, name="import"),
    path("settings/imports/<run_id>/import/", pages.import_tried, name="import-tried"),
]
