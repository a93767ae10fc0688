"""The pages of courses."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.courses import courses, schemes
from muster.web.courses.courses import COURSES, SUBJECTS
from muster.web.courses.schemes import BANDS, COMPONENTS, SCHEMES

course_pages: list[URLPattern] = [
    *COURSES.urls(""),
    *SUBJECTS.urls("subjects/", inside=""),
    path("<course_id>/", courses.course_page, name="course"),
]

scheme_pages: list[URLPattern] = [
    *SCHEMES.urls(""),
    *COMPONENTS.urls("components/", inside=""),
    *BANDS.urls("bands/", inside=""),
    path("<scheme_id>/", schemes.scheme_page, name="scheme"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("courses/", include((course_pages, "courses"))),
    path("settings/grading-schemes/", include((scheme_pages, "schemes"))),
]
