"""The pages of analytics."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.insights.analytics import analytics_page, batch_analytics_page

pages: list[URLPattern] = [
    path("analytics/", analytics_page, name="institution"),
    path("batches/<uuid:batch_id>/analytics/", batch_analytics_page, name="batch"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((pages, "analytics")))]
