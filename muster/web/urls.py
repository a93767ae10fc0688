"""Every address of the pages, area by area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from muster.web import navigation as navigation
from muster.web.accounts.reports import csp_reports

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
    "mentoring",
    "certificates",
    "privacy",
    "messaging",
    "materials",
    "progression",
    "risk",
    "oversight",
    "feedback",
    "reports",
    "insights",
    "assessment",
    "documents",
    "exchange",
    "audit",
    "submissions",
    "saved_views",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("csp-reports/", csp_reports, name="csp-reports"),
    path("accounts/", include("muster.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    *(path("", include(f"muster.web.{area}.urls")) for area in AREAS),
]
