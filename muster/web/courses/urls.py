"""The pages of courses."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.courses import courses, subjects

course_pages: list[URLPattern] = [
    path("", courses.course_list, name="list"),
    path("new/", courses.course_new, name="new"),
    path("subjects/<subject_id>/edit/", subjects.subject_edit, name="subject-edit"),
    path("subjects/<subject_id>/delete/", subjects.subject_delete, name="subject-delete"),
    path("<course_id>/", courses.course_page, name="course"),
    path("<course_id>/edit/", courses.course_edit, name="edit"),
    path("<course_id>/delete/", courses.course_delete, name="delete"),
    path("<course_id>/subjects/new/", subjects.subject_new, name="subject-new"),
    path("<course_id>/enroll/<batch_id>/", courses.course_enroll, name="enroll"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("courses/", include((course_pages, "courses")))]
