"""The pages of reports."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.reports import orders, schedules
from muster.web.reports.mentoring import mentoring_report_page
from muster.web.reports.progress import progress_report_page

pages: list[URLPattern] = [
    path("", orders.report_list, name="index"),
    path("order/", orders.order_page, name="order"),
    path("schedules/", schedules.schedule_list, name="schedules"),
    path("schedules/<uuid:schedule_id>/pause/", schedules.pause_report_page, name="pause"),
    path("schedules/<uuid:schedule_id>/stop/", schedules.stop_report_page, name="stop"),
    path("progress/", progress_report_page, name="progress"),
    path("mentoring/", mentoring_report_page, name="mentoring"),
    path("<uuid:order_id>/", orders.report_page, name="report"),
    path("<uuid:order_id>/file/", orders.report_file_page, name="file"),
    path("<uuid:order_id>/delete/", orders.delete_report_page, name="delete"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("reports/", include((pages, "reports")))]
