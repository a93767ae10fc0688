"""The pages of institutions."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("muster.web.institutions.urls_organisation")),
    path("", include("muster.web.institutions.urls_people")),
]
