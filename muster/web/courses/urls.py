"""The pages of courses."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.courses import courses
from muster.web.courses.courses import COURSES, SUBJECTS

course_pages: list[URLPattern] = [
    *COURSES.urls(""),
    *SUBJECTS.urls("subjects/", inside=""),
    path("<course_id>/", courses.course_page, name="course"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("courses/", include((course_pages, "courses")))]
