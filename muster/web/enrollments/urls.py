"""The pages of enrollments."""

from django.urls import URLPattern, URLResolver, path

from muster.web.enrollments import enroll, places, seats

app_name = "enrollments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/<uuid:batch_id>/students/enroll/", enroll.enroll, name="enroll"),
    path("batches/<uuid:batch_id>/enroll/", places.enroll_self, name="enroll-self"),
    path("batches/<uuid:batch_id>/capacity/", seats.capacity, name="capacity"),
    path("batches/<uuid:batch_id>/status/", seats.status, name="status"),
    path("batches/<uuid:batch_id>/delete/", seats.delete, name="delete"),
    path("enrollments/<uuid:enrollment_id>/hold/", places.hold, name="hold"),
    path("enrollments/<uuid:enrollment_id>/resume/", places.resume, name="resume"),
    path("enrollments/<uuid:enrollment_id>/cancel/", places.cancel, name="cancel"),
]
