"""Every address of the pages, area by area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from muster.web import navigation as navigation

AREAS = (
    "home",
    "institutions",
    "notifications",
    "people",
    "courses",
    "batches",
    "enrollments",
    "catalogue",
    "organisations",
    "attendance",
    "allocation",
    "messaging",
    "progression",
    "exchange",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("muster.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    *(path("", include(f"muster.web.{area}.urls")) for area in AREAS),
]
