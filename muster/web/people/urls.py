"""The pages of students and instructors."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.people.availability import availability_page
from muster.web.people.instructors import instructor_list, instructor_page
from muster.web.people.notes import add_page as add_note_page
from muster.web.people.notes import delete_page, edit_page, note_page
from muster.web.people.photos import photo_file, photo_page
from muster.web.people.profile import own_availability, own_page, own_time_off, profile_page
from muster.web.people.seats import enroll_page
from muster.web.people.students import student_list, student_page
from muster.web.people.time_off import add_page, remove_page

student_pages: list[URLPattern] = [
    path("", student_list, name="list"),
    path("<student_id>/", student_page, name="student"),
    path("<student_id>/enroll/", enroll_page, name="enroll"),
    path("<student_id>/notes/new/", add_note_page, name="add-note"),
]
note_pages: list[URLPattern] = [
    path("<note_id>/", note_page, name="note"),
    path("<note_id>/edit/", edit_page, name="edit"),
    path("<note_id>/delete/", delete_page, name="delete"),
]
instructor_pages: list[URLPattern] = [
    path("", instructor_list, name="list"),
    path("me/", own_page, name="own"),
    path("me/availability/", own_availability, name="own-availability"),
    path("me/time-off/", own_time_off, name="own-time-off"),
    path("<instructor_id>/", instructor_page, name="instructor"),
    path("<instructor_id>/profile/", profile_page, name="profile"),
    path("<instructor_id>/availability/", availability_page, name="availability"),
    path("<instructor_id>/time-off/", add_page, name="time-off"),
    path("<instructor_id>/time-off/<time_off_id>/remove/", remove_page, name="time-off-remove"),
]

photo_pages: list[URLPattern] = [
    path("<user_id>/photo/", photo_file, name="photo"),
    path("<user_id>/photo/change/", photo_page, name="change-photo"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("people/", include((photo_pages, "people"))),
    path("students/", include((student_pages, "students"))),
    path("staff-notes/", include((note_pages, "notes"))),
    path("instructors/", include((instructor_pages, "instructors"))),
]
