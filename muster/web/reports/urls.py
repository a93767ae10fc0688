"""The pages of reports."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.reports.mentoring import mentoring_report_page
from muster.web.reports.progress import progress_report_page

pages: list[URLPattern] = [
    path("progress/", progress_report_page, name="progress"),
    path("mentoring/", mentoring_report_page, name="mentoring"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("reports/", include((pages, "reports")))]
