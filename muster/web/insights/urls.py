"""The pages of analytics."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.insights.analytics import (
    analytics_page,
    batch_analytics_page,
    instructor_analytics_page,
    mentoring_analytics_page,
    student_analytics_page,
)
from muster.web.insights.rows import mentoring_rows_page, rows_page

pages: list[URLPattern] = [
    path("analytics/", analytics_page, name="institution"),
    path("analytics/mentoring/", mentoring_analytics_page, name="mentoring"),
    path("analytics/instructors/<uuid:instructor_id>/", instructor_analytics_page, name="instructor"),
    path("analytics/students/<uuid:student_id>/", student_analytics_page, name="student"),
    path("analytics/rows/<slug:figure>/", rows_page, name="rows"),
    path("analytics/mentoring/rows/<slug:mentoring_figure>/", mentoring_rows_page, name="mentoring-rows"),
    path("batches/<uuid:batch_id>/analytics/", batch_analytics_page, name="batch"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((pages, "analytics")))]
