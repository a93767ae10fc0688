"""The pages of materials."""

from django.urls import URLPattern, URLResolver, path

from muster.web.materials import adding, pages, views

app_name = "materials"
urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/<uuid:batch_id>/materials/", pages.batch_page, name="batch"),
    path("batches/<uuid:batch_id>/materials/new/", adding.add_to_batch, name="new-batch"),
    path("courses/<uuid:course_id>/materials/new/", adding.add_to_course, name="new-course"),
    path("sessions/<uuid:session_id>/materials/new/", adding.add_to_session, name="new-session"),
    path("materials/<uuid:material_id>/", pages.open_page, name="material"),
    path("materials/<uuid:material_id>/edit/", adding.edit_page, name="edit"),
    path("materials/<uuid:material_id>/remove/", adding.remove_page, name="remove"),
    path("materials/<uuid:material_id>/restore/", adding.restore_page, name="restore"),
    path("materials/<uuid:material_id>/views/", views.views_page, name="views"),
]
