"""The pages of imports, and their place in the settings."""

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from muster.exchange.permissions import imports
from muster.web.exchange import views as pages
from muster.web.ui.shell import SettingsEntry, frame

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/imports/", pages.import_list, name="imports"),
    path("settings/imports/templates/<template>/", pages.import_template, name="import-template"),
    path("settings/imports/<run_id>/", pages.import_run, name="import"),
    path("settings/imports/<run_id>/again/", pages.import_again, name="import-again"),
    path("settings/imports/<run_id>/results/", pages.import_results, name="import-results"),
    path("settings/imports/<run_id>/undo/", pages.undo_page, name="import-undo"),
    path("settings/imports/<run_id>/import/", pages.import_tried, name="import-tried"),
]

frame.settings += [
    SettingsEntry(
        "imports",
        _("Imports"),
        "upload",
        "imports",
        imports["see"],
        _("Import students, instructors, batches and more from files: preview first, and undo it if you like."),
        order=90,
    )
]
