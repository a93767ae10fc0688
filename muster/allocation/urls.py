"""The pages of individual assignments."""

from django.urls import URLPattern, URLResolver, include, path

from muster.allocation.pages.acting import assign, assign_many, end
from muster.allocation.pages.students import mentoring, student

pages: list[URLPattern] = [
    path("", mentoring, name="list"),
    path("assign/", assign_many, name="assign-many"),
    path("<uuid:student_id>/", student, name="student"),
    path("<uuid:student_id>/assign/", assign, name="assign"),
    path("<uuid:student_id>/end/", end, name="end"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("mentoring/", include((pages, "mentoring")))]
