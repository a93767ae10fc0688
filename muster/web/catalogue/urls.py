"""The pages of the catalogue."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from muster.web.catalogue import applications, pages

app_name = "catalogue"
urlpatterns: list[URLPattern | URLResolver] = [
    path("catalogue/", pages.catalogue_page, name="list"),
    path("catalogue/<slug:slug>/", pages.public_page, name="public"),
    path("catalogue/<slug:slug>/courses/<uuid:course_id>/", pages.course_page, name="course"),
    path("catalogue/<slug:slug>/batches/<uuid:batch_id>/apply/", pages.apply_page, name="apply"),
    path("applications/<uuid:application_id>/", applications.decide_page, name="application"),
    path("robots.txt", pages.robots, name="robots"),
]
