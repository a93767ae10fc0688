"""The pages of individual assignments, cover and the planner."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.allocation import cover
from muster.web.allocation.acting import assign, assign_many, end
from muster.web.allocation.planner.item import plan_item
from muster.web.allocation.planner.list import planner
from muster.web.allocation.planner.plan import plan_page
from muster.web.allocation.students import mentoring, student
from muster.web.allocation.suggesting import suggested

pages: list[URLPattern] = [
    path("", mentoring, name="list"),
    path("assign/", assign_many, name="assign-many"),
    path("suggested/", suggested, name="suggested"),
    path("<uuid:student_id>/", student, name="student"),
    path("<uuid:student_id>/assign/", assign, name="assign"),
    path("<uuid:student_id>/end/", end, name="end"),
]
cover_pages: list[URLPattern] = [
    path("", cover.requests, name="list"),
    path("for/<uuid:instructor_id>/", cover.for_instructor, name="for"),
    path("<uuid:cover_id>/", cover.request_page, name="request"),
    path("<uuid:cover_id>/fill/", cover.fill, name="fill"),
    path("<uuid:cover_id>/decline/", cover.decline, name="decline"),
    path("<uuid:cover_id>/withdraw/", cover.withdraw, name="withdraw"),
    path("<uuid:cover_id>/answer/", cover.answer, name="answer"),
]
planner_pages: list[URLPattern] = [
    path("", planner, name="list"),
    path("<uuid:plan_id>/", plan_page, name="plan"),
    path("<uuid:plan_id>/items/<uuid:item_id>/", plan_item, name="item"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("cover/", include((cover_pages, "cover"))),
    path("mentoring/", include((pages, "mentoring"))),
    path("planner/", include((planner_pages, "planner"))),
]
