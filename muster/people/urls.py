"""The pages of students and instructors."""

from django.urls import URLPattern, URLResolver, include, path

from muster.people.pages.instructors import instructor, instructors
from muster.people.pages.students import enroll, student, students

student_pages: list[URLPattern] = [
    path("", students, name="list"),
    path("<student_id>/", student, name="student"),
    path("<student_id>/enroll/", enroll, name="enroll"),
]
instructor_pages: list[URLPattern] = [
    path("", instructors, name="list"),
    path("<instructor_id>/", instructor, name="instructor"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("students/", include((student_pages, "students"))),
    path("instructors/", include((instructor_pages, "instructors"))),
]
