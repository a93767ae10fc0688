"""The pages of semesters."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from muster.web.progression import subjects

app_name = "progression"
urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/<uuid:batch_id>/subjects/", subjects.subject_list, name="subjects"),
    path("batches/<uuid:batch_id>/subjects/new/", subjects.add_page, name="add-subject"),
    path("batches/<uuid:batch_id>/subjects/copy/", subjects.copy_page, name="copy-subjects"),
    path("batches/<uuid:batch_id>/subjects/<uuid:mapping_id>/edit/", subjects.edit_page, name="edit-subject"),
    path("batches/<uuid:batch_id>/subjects/<uuid:mapping_id>/remove/", subjects.remove_page, name="remove-subject"),
]
