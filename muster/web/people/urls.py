"""The pages of students and instructors."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.people.availability import availability
from muster.web.people.instructors import instructor, instructors
from muster.web.people.profile import own, profile
from muster.web.people.students import enroll, student, students
from muster.web.people.time_off import add, remove

student_pages: list[URLPattern] = [
    path("", students, name="list"),
    path("<student_id>/", student, name="student"),
    path("<student_id>/enroll/", enroll, name="enroll"),
]
instructor_pages: list[URLPattern] = [
    path("", instructors, name="list"),
    path("me/", own, name="own"),
    path("<instructor_id>/", instructor, name="instructor"),
    path("<instructor_id>/profile/", profile, name="profile"),
    path("<instructor_id>/availability/", availability, name="availability"),
    path("<instructor_id>/time-off/", add, name="time-off"),
    path("<instructor_id>/time-off/<time_off_id>/remove/", remove, name="time-off-remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("students/", include((student_pages, "students"))),
    path("instructors/", include((instructor_pages, "instructors"))),
]
